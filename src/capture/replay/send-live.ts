import { isObject } from '../../json.ts';
import type { Capture } from '../capture-file.ts';
import { compareAnswers } from './compare-answers.ts';
import type { Difference } from './difference.ts';

/** What sending a captured request again would write, for a person; empty for a request that only reads. */
export function whatItWrites({ request }: Capture): string[] {
  const { method, path, body } = request;
  const isRead = method === 'GET' || /\/sync$/.test(path) || (method === 'POST' && /\/batch$/.test(path));
  if (isRead) return [];
  const records = isObject(body)
    ? Object.entries(body).flatMap(([key, value]) =>
        Array.isArray(value) ? value.filter(isObject).map((entry) => ({ key, entry })) : [],
      )
    : [];
  if (records.length === 0) return [`${method} ${path}: ${isObject(body) ? Object.keys(body).join(', ') : 'no body'}`];
  return records.map(({ key, entry }) => {
    const { externalId, crmId, ...fields } = entry;
    return `${method} ${path}: ${key} ${String(externalId ?? crmId ?? '')} with ${Object.keys(fields).join(', ')}`;
  });
}

/**
 * Sends a captured request to a running bridge.
 * @throws TypeError of `fetch` when nothing answers at the URL.
 */
export async function sendLive(
  capture: Capture,
  to: { readonly url: string; readonly header: string; readonly key: string },
): Promise<{ readonly status: number; readonly differences: readonly Difference[] }> {
  const { request, requestId, answer } = capture;
  const body = request.bodyText ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  const sentAt = Date.now();
  const response = await fetch(new URL(request.path, to.url), {
    method: request.method,
    headers: {
      [to.header]: to.key,
      'x-request-id': requestId,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  const now = { status: response.status, body: await readJson(response) };
  const laterByMs = sentAt - Date.parse(capture.startedAt);
  const moments = { laterByMs, toleranceMs: capture.durationMs + 60_000 };
  return { status: response.status, differences: answer === null ? [] : compareAnswers(answer, now, moments) };
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

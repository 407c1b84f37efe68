import { isObject } from '../../json.ts';
import type { Capture } from '../capture-schema.ts';
import { compareAnswers } from './compare-answers.ts';
import type { ReplayDifference } from './replay-difference.ts';
import { jsonOrText } from '../../json.ts';

/** What sending a captured request again would write, for a person; empty for a request that only reads. */
export function whatItWrites({ request }: Capture): string[] {
  const { method, path, body } = request;
  const isRead = method === 'GET' || (method === 'POST' && /^\/[a-z]+\/(?:sync|batch)$/.test(path));
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

/** Where {@link sendLive} sends a capture: an origin, and the key that goes there and nowhere else. */
export interface LiveBridge {
  readonly origin: string;
  readonly header: string;
  readonly key: string;
}

/** A URL that a captured request must not be sent to; the message says why. */
export class LiveUrlError extends Error {
  override readonly name = 'LiveUrlError';
}

/**
 * The origin of a bridge as the caller names it, e.g. `https://bridge.example.com`. A key goes over plain HTTP only within this machine.
 * @throws LiveUrlError for anything else.
 */
export function liveOrigin(url: string): string {
  const { protocol, hostname, origin } = parseUrl(url);
  if (protocol === 'https:') return origin;
  if (protocol !== 'http:') throw new LiveUrlError(`${url} is not the address of a bridge: expected https://…`);
  if (isLoopback(hostname)) return origin;
  throw new LiveUrlError(`${origin} is not encrypted: the API key is sent over http:// only to this machine`);
}

function parseUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed === null) throw new LiveUrlError(`${url} is not a URL`);
  if (parsed.username !== '' || parsed.password !== '') throw new LiveUrlError('The URL must not contain a user');
  return parsed;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** The captured path on the bridge's origin. A path is data: it never chooses another host. */
function addressOf(path: string, origin: string): URL {
  const address = new URL(origin);
  const [pathname = '', ...query] = path.split('?');
  address.pathname = pathname;
  address.search = query.length === 0 ? '' : `?${query.join('?')}`;
  if (!/^\/(?!\/)/.test(path) || address.origin !== new URL(origin).origin) {
    throw new LiveUrlError('The path of the capture leads to another host');
  }
  return address;
}

/**
 * Sends a captured request to a running bridge. Redirects are not followed: the key would go along.
 * @throws TypeError of `fetch` when nothing answers; LiveUrlError for a path that leads elsewhere.
 */
export async function sendLive(
  capture: Capture,
  { origin, header, key }: LiveBridge,
): Promise<{ readonly status: number; readonly differences: readonly ReplayDifference[] }> {
  const { request, requestId, answer } = capture;
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  const text = request.bodyText ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  const body = hasBody ? text : undefined;
  const sentAt = Date.now();
  const response = await fetch(addressOf(request.path, origin), {
    method: request.method,
    redirect: 'manual',
    headers: {
      [header]: key,
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
  return text === '' ? undefined : jsonOrText(text);
}

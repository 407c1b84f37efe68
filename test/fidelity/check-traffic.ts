import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach } from 'vitest';
import { loadTrafficCheck } from './openapi-documents.ts';
import { requiredFolder } from './required-folder.ts';
import { isObject } from '../../src/json.ts';

// A setup file: from here on every call that reaches an embedded CRM of this process is validated, with its answer.
const check = loadTrafficCheck(requiredFolder('HUBSPOT_OPENAPI_DIR', "HubSpot's OpenAPI documents"));
const violations = new Set<string>();

diagnostics.subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
  const { method = '', url = '' } = request;
  if (!/^\/(crm|account-info)\//.test(url)) return;
  const sent = chunksOf(request, 'push');
  const written = [chunksOf(response, 'write'), chunksOf(response, 'end')];
  response.once('finish', () => {
    const body = parse(sent);
    for (const found of check.request({ method, url, body })) violations.add(found);
    const type = String(response.getHeader('content-type'));
    const answer = parse(written.flat());
    // What a fault put in the place of an answer is no answer of HubSpot's: HTML, half a body, an error without an id.
    if (!type.startsWith('application/json') || !isObject(answer)) return;
    if (response.statusCode >= 400 && answer.correlationId === undefined) return;
    const [path = ''] = url.split('?');
    for (const found of check.answer(method, path, response.statusCode, answer)) violations.add(found);
  });
});

/** Collects what passes through a method that receives a body piece by piece. */
function chunksOf(target: object, method: string): Buffer[] {
  const chunks: Buffer[] = [];
  const methods = target as Record<string, (...args: unknown[]) => unknown>;
  const original = methods[method]?.bind(target);
  methods[method] = (...args) => {
    const [chunk] = args;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    return original?.(...args);
  };
  return chunks;
}

function parse(chunks: readonly Buffer[]): unknown {
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

afterEach(() => {
  const found = [...violations];
  violations.clear();
  if (found.length > 0) throw new Error(`calls or answers that violate HubSpot's documents:\n${found.join('\n')}`);
});

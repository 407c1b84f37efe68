import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, jsonType, wireText } from './answer.ts';

/** Adds headers to an answer; its own take precedence. */
export function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...headers, ...answer.headers } };
}

/** Sends an answer. Returns its status. */
export function send(response: ServerResponse, answer: Answer): number {
  const text = wireText(answer);
  const length = Buffer.byteLength(text);
  const type = answer.contentType ?? (answer.body === undefined ? undefined : jsonType);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(type !== undefined && { 'content-type': type }),
    ...(answer.status !== 204 && { 'content-length': String(length) }),
  });
  // As many bytes as characters means ASCII, which goes out several times faster as Latin-1.
  response.end(text, length === text.length ? 'latin1' : 'utf8');
  return answer.status;
}

/** Sends the first half of the JSON as if it were all. */
export function sendCut(response: ServerResponse, answer: Answer): number {
  const text = wireText(answer);
  return send(response, { ...answer, text: text.slice(0, Math.ceil(text.length / 2)), contentType: jsonType });
}

/** Sends the headers and half of the body at once, and the rest after `ms` milliseconds. */
export async function sendSlowly(response: ServerResponse, answer: Answer, ms: number): Promise<number> {
  const text = wireText(answer);
  response.writeHead(answer.status, { ...answer.headers, 'content-type': answer.contentType ?? jsonType });
  const half = Math.ceil(text.length / 2);
  response.write(text.slice(0, half));
  await sleep(ms);
  response.end(text.slice(half));
  return answer.status;
}

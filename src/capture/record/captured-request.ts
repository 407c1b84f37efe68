import type { Capture } from '../capture-schema.ts';
import { redactBrokenBody, redactEnginyAnswer, redactEnginyRequest, redactPath } from '../redact/redact-enginy.ts';
import type { Redaction } from '../redact/redaction.ts';
import { parseCapturedBody } from './captured-exchange.ts';
import type { RawCapture } from './raw-capture.ts';

/** Enginy's request as a capture stores it. Without a redaction personal data is kept. */
export function toCapturedRequest(redaction: Redaction | undefined, raw: RawCapture): Capture['request'] {
  const text = raw.body === undefined ? undefined : decoded(raw.body, raw.headers['content-type']);
  const body = text === undefined || text === '' ? undefined : parseCapturedBody(text);
  const path = originForm(redaction === undefined ? raw.path : redactPath(redaction, raw.path));
  const base = { method: raw.method, path, headers: { ...raw.headers }, key: 'good' as const };
  if (body === undefined) return base;
  if (typeof body === 'string' && body === text) {
    return { ...base, bodyText: redaction === undefined ? text : redactBrokenBody(redaction, text) };
  }
  return { ...base, body: redaction === undefined ? body : redactEnginyRequest(redaction, body) };
}

/** In the charset that the request names; UTF-8 where it names none that exists. */
function decoded(body: Uint8Array, contentType = ''): string {
  const charset = /charset="?([\w-]{1,40})/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}

/** A request line may hold anything that a path of a capture must not be, e.g. `*` or a whole URL. */
function originForm(path: string): string {
  const escaped = path.replace(/[^!-[\]-~]/g, (character) => encodeURIComponent(character.toWellFormed()));
  return escaped.startsWith('/')
    ? escaped.replace(/^\/\/+/, (slashes) => `/${slashes.slice(1).replaceAll('/', '%2F')}`)
    : `/${encodeURIComponent(escaped)}`;
}

/** The bridge's answer as a capture stores it. */
export function toCapturedAnswer(redaction: Redaction | undefined, raw: RawCapture): Capture['answer'] {
  if (raw.answer === undefined) return null;
  const { status, headers, text } = raw.answer;
  const body = text === '' ? undefined : parseCapturedBody(text);
  if (body === undefined) return { status, headers: { ...headers } };
  return {
    status,
    headers: { ...headers },
    body: redaction === undefined ? body : redactEnginyAnswer(redaction, body, raw.path),
  };
}

/** The remembered ids that the request used. */
export function toCapturedIds(redaction: Redaction | undefined, raw: RawCapture): Capture['remembered'] {
  return raw.remembered.map((entry) => {
    // Enginy's ids, which stay: as the value of a created record, as the claim on another.
    const isOwnId = entry.name === 'created' || entry.name === 'claim';
    const value = redaction === undefined || isOwnId ? entry.value : redaction.values.value(entry.value, 'unknown');
    return { ...entry, value };
  });
}

import type { Capture } from '../capture-schema.ts';
import { redactBrokenBody, redactEnginyAnswer, redactEnginyRequest, redactPath } from '../redact/redact-enginy.ts';
import { redactId } from '../redact/redact-id.ts';
import type { Redaction } from '../redact/redaction.ts';
import { readBody } from './captured-exchange.ts';
import type { RawCapture } from './raw-capture.ts';

/** Enginy's request as a capture stores it. Without a redaction personal data is kept. */
export function toCapturedRequest(redaction: Redaction | undefined, raw: RawCapture): Capture['request'] {
  const text = raw.body === undefined ? undefined : new TextDecoder().decode(raw.body);
  const body = text === undefined || text === '' ? undefined : readBody(text);
  const objectType = /^\/(contacts|companies|tasks)\b/.exec(raw.path)?.[1] ?? '';
  const path = originForm(redaction === undefined ? raw.path : redactPath(redaction, raw.path));
  const base = { method: raw.method, path, headers: { ...raw.headers }, key: raw.key };
  if (body === undefined) return base;
  if (typeof body === 'string' && body === text) {
    return { ...base, bodyText: redaction === undefined ? text : redactBrokenBody(redaction, text) };
  }
  return { ...base, body: redaction === undefined ? body : redactEnginyRequest(redaction, body, objectType) };
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
  const body = text === '' ? undefined : readBody(text);
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
    const copy = { ...entry };
    if (redaction === undefined) return copy;
    if (entry.name === 'claim') {
      copy.id = redactId(redaction, entry.id, (value) => {
        copy.id = value;
      });
      return copy;
    }
    if (entry.name !== 'created') copy.value = redaction.values.value(entry.value, 'unknown');
    else {
      copy.value = redactId(redaction, entry.value, (value) => {
        copy.value = value;
      });
    }
    return copy;
  });
}

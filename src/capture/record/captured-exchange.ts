import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import type { CapturedExchange } from '../capture-schema.ts';
import { withinPercent } from '../redact/encodings.ts';
import { redactCrmBody } from '../redact/redact-crm-body.ts';
import type { Redaction } from '../redact/redaction.ts';
import type { RawExchange } from './raw-capture.ts';
import { jsonOrText } from '../../json.ts';

/**
 * A call as a capture stores it.
 * @param redaction undefined keeps personal data.
 * @param startedAt of the request, in milliseconds since 1970.
 */
export function toCapturedExchange(
  { origin, keptHeaders }: Pick<CrmProtocol, 'origin' | 'keptHeaders'>,
  raw: RawExchange,
  { redaction, startedAt }: { readonly redaction: Redaction | undefined; readonly startedAt: number },
): CapturedExchange {
  const body = parseCapturedBody(raw.requestText);
  const response = raw.responseText === undefined ? '' : parseCapturedBody(raw.responseText);
  const headers = Object.entries(raw.responseHeaders).filter(
    ([name, value]) => keptHeaders.get(name.toLowerCase())?.test(value) === true,
  );
  return {
    scope: origin,
    method: raw.method,
    path: redaction === undefined ? raw.path : redactCrmPath(redaction, raw.path),
    ...(body !== undefined && { body: redaction === undefined ? body : redactCrmBody(redaction, raw.path, body) }),
    // Plain nock cannot be silent: a gateway's timeout comes closest.
    status: raw.responseText === undefined ? 504 : (raw.status ?? 504),
    response: redaction === undefined ? response : redactResponse(redaction, raw.path, response),
    ...(headers.length > 0 && { rawHeaders: headers.flat() }),
    call: {
      purpose: raw.purpose,
      startedMs: Math.round(Date.parse(raw.startedAt) - startedAt),
      durationMs: raw.durationMs,
      waitedMs: raw.waitedMs,
      attempt: raw.attempt,
      ...(raw.responseText === undefined && failureOf(raw)),
      ...(raw.isShared === true && { shared: true }),
    },
  };
}

/** Parsed JSON; any other text is returned as it is. */
export function parseCapturedBody(text: string | undefined): unknown {
  return text === undefined ? undefined : jsonOrText(text);
}

function redactResponse(redaction: Redaction, path: string, response: unknown): unknown {
  // An HTML page or a truncated answer: only its form matters.
  return typeof response === 'string'
    ? redaction.values.value(response, 'text')
    : redactCrmBody(redaction, path, response);
}

/** Segments with a percent sign or an @, and values of searches, may be personal data. */
function redactCrmPath({ values }: Redaction, path: string): string {
  if (!/[@%]|[?&](?:email|query|q)=/i.test(path)) return path;
  const replace = (part: string) => withinPercent(part, (decoded) => values.value(decoded, 'unknown'));
  return path.replace(/([?&](?:email|query|q)=)([^&]*)|[^/?&=]+/gi, (part, name?: string, value = '') => {
    if (name !== undefined) return name + replace(value);
    return /[@%]/.test(part) ? replace(part) : part;
  });
}

function failureOf({ error = '' }: RawExchange): { failure: 'time-out' | 'network'; networkCode?: string } {
  const code = /\(([A-Z][A-Z0-9_]+)\)/.exec(error)?.[1];
  const isNetwork = code !== undefined || /could not be reached/.test(error);
  return { failure: isNetwork ? 'network' : 'time-out', ...(code !== undefined && { networkCode: code }) };
}

import type { Turn } from '../../pacer.ts';
import { parseJson } from './errors.ts';
import type { Wire } from './wire.ts';

/** One try as it went over the wire; `Authorization` is no part of it. Bodies are the texts parsed as JSON, or the texts themselves. */
export interface HubSpotExchange {
  readonly purpose: string;
  readonly method: string;
  readonly path: string;
  readonly requestText?: string;
  readonly requestBody?: unknown;
  readonly status?: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseText?: string;
  readonly responseBody?: unknown;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly waitedMs: number;
  readonly attempt: number;
  /** Why there is no usable answer; never the CRM's own text. */
  readonly error?: string;
}

export function exchangeOf(
  purpose: string,
  wire: Wire,
  of: { startedAt: string; durationMs: number; turn: Turn; error: string | undefined },
): HubSpotExchange {
  const { requestText, text } = wire;
  return {
    purpose,
    method: wire.method,
    path: wire.path,
    ...(requestText !== undefined && { requestText }),
    // Parsed for those alone who look.
    get requestBody() {
      return requestText === undefined ? undefined : (parseJson(requestText) ?? requestText);
    },
    ...(wire.status !== undefined && { status: wire.status }),
    responseHeaders: withoutCookies(wire.headers),
    ...(text !== undefined && { responseText: text }),
    get responseBody() {
      return text === undefined ? undefined : (parseJson(text) ?? text);
    },
    startedAt: of.startedAt,
    durationMs: Math.round(of.durationMs),
    waitedMs: Math.round(of.turn.waitedMs),
    attempt: of.turn.attempt,
    ...(of.error !== undefined && { error: of.error }),
  };
}

/** The edge sets cookies that stand for the session with it. */
function withoutCookies(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'set-cookie'));
}

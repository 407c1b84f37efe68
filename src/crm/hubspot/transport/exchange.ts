import type { Turn } from '../../pacing/paced-call.ts';
import { parseJson } from './parse-json.ts';
import { type ResponseHeaders, withoutCookies } from './response-headers.ts';
import type { Wire } from './wire.ts';

/** One attempt as sent and received, without `Authorization`. Bodies are parsed JSON, or the text itself if it is not JSON. */
export interface HubSpotExchange {
  readonly purpose: string;
  readonly method: string;
  readonly path: string;
  readonly requestText?: string;
  readonly requestBody?: unknown;
  readonly status?: number;
  readonly responseHeaders: ResponseHeaders;
  readonly responseText?: string;
  readonly responseBody?: unknown;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly waitedMs: number;
  readonly attempt: number;
  /** Why there is no usable response; never the CRM's own text. */
  readonly error?: string;
}

export interface AttemptTimes {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly turn: Turn;
  readonly error: string | undefined;
}

export function exchangeOf(purpose: string, wire: Wire, attempt: AttemptTimes): HubSpotExchange {
  const { requestText, response } = wire;
  return {
    purpose,
    method: wire.method,
    path: wire.path,
    ...(requestText !== undefined && { requestText }),
    // Parsed only when read.
    get requestBody() {
      return requestText === undefined ? undefined : (parseJson(requestText) ?? requestText);
    },
    ...(response !== undefined && { status: response.status }),
    responseHeaders: withoutCookies(response?.headers ?? {}),
    ...(response !== undefined && { responseText: response.text }),
    get responseBody() {
      return response === undefined ? undefined : (parseJson(response.text) ?? response.text);
    },
    startedAt: attempt.startedAt,
    durationMs: Math.round(attempt.durationMs),
    waitedMs: Math.round(attempt.turn.waitedMs),
    attempt: attempt.turn.attempt,
    ...(attempt.error !== undefined && { error: attempt.error }),
  };
}

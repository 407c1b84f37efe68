import { boundedWait } from '../../pacing/bounded-wait.ts';
import type { RateReport } from '../../pacing/budget.ts';

/** Response headers with lower-case names. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** `Retry-After` in milliseconds, at most five minutes: seconds or a date (RFC 9110). */
export function retryAfterOf(headers: ResponseHeaders): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const ms = !Number.isNaN(seconds) ? seconds * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) || ms < 0 ? undefined : boundedWait(ms);
}

/** The length of the rate limit's window in milliseconds, at most five minutes. */
export function intervalOf(headers: ResponseHeaders): number | undefined {
  const ms = numberOf(headers['x-hubspot-ratelimit-interval-milliseconds']);
  return ms === undefined ? undefined : boundedWait(ms);
}

/** The ten-second headers from the usage guidelines. Responses to searches and association calls have none for their lane. */
export function rateOf(headers: ResponseHeaders): RateReport | undefined {
  const max = numberOf(headers['x-hubspot-ratelimit-max']);
  const remaining = numberOf(headers['x-hubspot-ratelimit-remaining']);
  const intervalMs = intervalOf(headers);
  const dailyRemaining = numberOf(headers['x-hubspot-ratelimit-daily-remaining']);
  const rate = {
    ...(max !== undefined && { max }),
    ...(remaining !== undefined && { remaining }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(dailyRemaining !== undefined && { dailyRemaining }),
  };
  return Object.keys(rate).length > 0 ? rate : undefined;
}

/** HubSpot's edge sets cookies that identify the session with it. */
export function withoutCookies(headers: ResponseHeaders): ResponseHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'set-cookie'));
}

function numberOf(value: string | undefined): number | undefined {
  const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

import type { ObservedLimits } from '../crm.ts';
import type { HubSpotExchange } from './transport/exchange.ts';
import { rateOf } from './transport/response-headers.ts';

/** What the headers of responses said about limits and time. */
export interface ObservedResponses {
  observe(exchange: Pick<HubSpotExchange, 'responseHeaders' | 'durationMs'>): void;
  limits(): ObservedLimits;
}

/** @param now milliseconds since 1970 on this machine. */
export function observeResponses(now: () => number = Date.now): ObservedResponses {
  let limits: ObservedLimits = {};
  return {
    observe({ responseHeaders, durationMs }) {
      const rate = rateOf(responseHeaders);
      const daily = Number(responseHeaders['x-hubspot-ratelimit-daily'] ?? Number.NaN);
      const date = Date.parse(responseHeaders.date ?? '');
      limits = {
        ...limits,
        ...(rate?.max !== undefined && { callsPerWindow: rate.max }),
        ...(rate?.intervalMs !== undefined && { windowMs: rate.intervalMs }),
        ...(rate?.dailyRemaining !== undefined && { remainingToday: rate.dailyRemaining }),
        ...(Number.isFinite(daily) && { callsPerDay: daily }),
        // The header has whole seconds, and half of the response's travel time has passed when it is read.
        ...(Number.isFinite(date) && { clockOffsetMs: now() - durationMs / 2 - (date + 500) }),
      };
    },
    limits: () => limits,
  };
}

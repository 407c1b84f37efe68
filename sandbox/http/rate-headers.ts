import { type RemainingCalls, type LimitName, windowMs } from '../limits.ts';
import type { Switches } from '../switches.ts';

/** Headers that report the budget. Search answers carry none (HubSpot's search guide), association batches have no burst window. */
export function rateHeaders(lane: LimitName, budget: RemainingCalls, switches: Switches): Record<string, string> {
  const daily = {
    'x-hubspot-ratelimit-daily': String(budget.daily),
    'x-hubspot-ratelimit-daily-remaining': String(budget.dailyRemaining),
  };
  if (lane === 'search') return switches.searchHeaders === 'daily' ? daily : {};
  if (lane === 'associations') return daily;
  // The secondly pair is legacy: still sent, no longer enforced.
  const secondly = Math.max(1, Math.floor(budget.max / 10));
  return {
    ...daily,
    'x-hubspot-ratelimit-interval-milliseconds': String(windowMs.burst),
    'x-hubspot-ratelimit-max': String(budget.max),
    'x-hubspot-ratelimit-remaining': String(budget.remaining),
    'x-hubspot-ratelimit-secondly': String(secondly),
    'x-hubspot-ratelimit-secondly-remaining': String(Math.min(secondly - 1, budget.remaining)),
  };
}

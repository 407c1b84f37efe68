/** One clock for index lag, rate windows and timestamps, so that a test moves all of them at once and never sleeps. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Moves the clock forward by `ms`; it never runs backwards. */
  advance(ms: number): void;
}

export function createClock(source: () => number = Date.now): Clock {
  let offsetMs = 0;
  return {
    now: () => source() + offsetMs,
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`the clock can only move forward, not by ${ms} ms`);
      offsetMs += ms;
    },
  };
}

/** HubSpot prints instants as Java does: without a fraction when the milliseconds are zero. */
export function formatInstant(epochMs: number): string {
  const text = new Date(epochMs).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

import type { Clock } from '../../src/crm/clock.ts';

/** A clock on which everything happens `speed` times as fast: waits of seconds pass in milliseconds, in the same order. */
export function fastClock(speed: number): Clock {
  return {
    now: () => performance.now() * speed,
    setTimer: (run, ms) => setTimeout(run, ms / speed),
    // The handle is the one that setTimer gave out.
    clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}

/** Milliseconds on a clock that never jumps, and its timers. */
export interface Clock {
  now(): number;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (run, ms) => setTimeout(run, ms),
  // The handle comes from setTimer above.
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Milliseconds on a clock that never jumps, and its timers. A timer longer than the system's maximum fires early. */
export interface Clock {
  now(): number;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

/** Node fires a timer of more than 2³¹-1 ms at once. */
const maxTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (run, ms) => setTimeout(run, Math.min(ms, maxTimerMs)),
  // The handle comes from setTimer above.
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

import type { Clock } from '../../src/crm/clock.ts';

/** Timers that expire when the test says so, and never by themselves. */
export interface HeldTimers extends Pick<Clock, 'setTimer' | 'clearTimer'> {
  /** Expires every timer that is set now. */
  expire(): void;
}

export function heldTimers(): HeldTimers {
  const timers = new Map<object, () => void>();
  return {
    setTimer(run) {
      const handle = {};
      timers.set(handle, run);
      return handle;
    },
    // Only what setTimer returned comes back.
    clearTimer: (handle) => void timers.delete(handle as object),
    expire() {
      const due = [...timers.values()];
      timers.clear();
      for (const run of due) run();
    },
  };
}

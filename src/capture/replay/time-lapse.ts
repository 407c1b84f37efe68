import type { Clock } from '../../crm/clock.ts';

/**
 * Time for a replay: it stands still while anything is being done and jumps to the next timer when nothing is. A request that
 * took a minute of pauses and time-outs is replayed in a moment, with the same pauses and time-outs in the same order.
 */
export interface TimeLapse extends Clock {
  /** The same clock for the time-outs of calls: while a call is on its way, time does not jump. */
  readonly forCalls: Clock;
  /** To be called when a call has arrived where it is answered: `ms` later (never, for undefined) it gets its answer. */
  answerAfter(ms: number | undefined): Promise<void>;
  /** Lets time pass until the work is done. Rejects with the error of the work. */
  runUntil<Result>(work: Promise<Result>): Promise<Result>;
}

interface Timer {
  readonly at: number;
  readonly number: number;
  readonly setAt: number;
  readonly isCall: boolean;
  readonly run: () => void;
}

/** If nothing has happened for this many turns of the event loop and for this long, nothing more will happen on its own. */
const quietTurns = 20;
const quietMs = 3;

export function createTimeLapse(): TimeLapse {
  const timers = new Set<Timer>();
  /** Moments at which the calls that wait for their answers began. */
  const waiting: number[] = [];
  let now = 0;
  let numbers = 0;
  let activity = 0;

  function set(run: () => void, ms: number, isCall: boolean): Timer {
    activity += 1;
    numbers += 1;
    const timer = { at: now + Math.max(0, ms), number: numbers, setAt: now, isCall, run };
    timers.add(timer);
    return timer;
  }

  function clear(timer: unknown): void {
    activity += 1;
    // Only what was given out by `set` comes back.
    timers.delete(timer as Timer);
  }

  function stopWaiting(since: number): void {
    const at = waiting.indexOf(since);
    if (at >= 0) waiting.splice(at, 1);
  }

  function jump(): void {
    const callsOnTheirWay = [...timers].filter(({ isCall }) => isCall).length - waiting.length;
    if (callsOnTheirWay > 0) return;
    const [next] = [...timers].sort((a, b) => a.at - b.at || a.number - b.number);
    if (next === undefined) return;
    timers.delete(next);
    now = Math.max(now, next.at);
    if (next.isCall) stopWaiting(next.setAt);
    next.run();
  }

  const clock: Clock = { now: () => now, setTimer: (run, ms) => set(run, ms, false), clearTimer: clear };
  return {
    ...clock,
    forCalls: { ...clock, setTimer: (run, ms) => set(run, ms, true) },
    answerAfter(ms) {
      activity += 1;
      const since = now;
      waiting.push(since);
      const { promise, resolve } = Promise.withResolvers<void>();
      const answer = () => {
        stopWaiting(since);
        resolve();
      };
      if (ms !== undefined) set(answer, ms, false);
      return promise;
    },
    runUntil: (work) => untilDone(work, () => activity, jump),
  };
}

/** Calls `onQuiet` whenever the activity has not changed for a while, until the work is done. */
async function untilDone<Result>(work: Promise<Result>, activity: () => number, onQuiet: () => void): Promise<Result> {
  let isDone = false;
  const watched = work.finally(() => {
    isDone = true;
  });
  watched.catch(() => undefined);
  let seen = activity();
  let turns = 0;
  let quietSince = performance.now();
  while (!isDone) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    turns += 1;
    if (seen !== activity()) {
      seen = activity();
      turns = 0;
      quietSince = performance.now();
    } else if (turns >= quietTurns && performance.now() - quietSince >= quietMs) {
      onQuiet();
      turns = 0;
      quietSince = performance.now();
    }
  }
  return await watched;
}

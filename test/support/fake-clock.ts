import type { Clock } from '../../src/crm/clock.ts';
import type { Deadline } from '../../src/crm/deadline.ts';

interface Timer {
  readonly at: number;
  readonly number: number;
  readonly run: () => void;
}

/** Time that moves only when advanced, from timer to timer, with everything that follows from one done before the next. */
export class FakeClock implements Clock {
  #now = 0;
  #numbers = 0;
  readonly #timers = new Set<Timer>();
  readonly #settled: () => Promise<void>;

  /** @param settled waits for everything that follows from a timer and needs no further one. */
  constructor(settled: () => Promise<void> = afterImmediates) {
    this.#settled = settled;
  }

  now(): number {
    return this.#now;
  }

  setTimer(run: () => void, ms: number): Timer {
    this.#numbers += 1;
    const timer = { at: this.#now + Math.max(0, ms), number: this.#numbers, run };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    // Only what setTimer gave out comes back.
    this.#timers.delete(timer as Timer);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimer(resolve, ms);
    });
  }

  deadlineIn(ms: number): Deadline {
    const at = this.#now + ms;
    return { remainingMs: () => at - this.#now };
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.#settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await this.#settled();
    }
    this.#now = end;
  }

  /** Lets time pass until the work is done; fails when nothing is left that could finish it. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const watched = work.finally(() => {
      isDone = true;
    });
    watched.catch(() => undefined);
    await this.#settled();
    while (!isDone) {
      const next = this.#next(Number.POSITIVE_INFINITY);
      if (next === undefined) throw new Error('the work waits for something that no timer brings');
      await this.advance(next.at - this.#now);
    }
    return watched;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.number < first.number))
        first = timer;
    }
    return first;
  }
}

function afterImmediates(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Spreads bulk calls over the window. Every call draws on a credit that grows at the window's average rate, and bulk calls wait for
 * it; without it one burst would use up the window, and an urgent call would wait until that burst leaves it. So a window's slots
 * come free evenly, and an urgent call waits a tenth of the window at most.
 */
export class BulkCredit {
  readonly #most: number;
  #credit: number;
  #at = 0;

  /** `most`: bulk calls that may start in one go. */
  constructor(most: number) {
    this.#most = most;
    this.#credit = most;
  }

  /** When the next bulk call may start, at `perMs` calls a millisecond: `now` or later. */
  nextStart(now: number, perMs: number): number {
    this.#grow(now, perMs);
    return this.#credit >= 1 ? now : now + (1 - this.#credit) / perMs;
  }

  /** Any call, urgent ones too: what they take bulk calls must leave. */
  spend(now: number, perMs: number): void {
    this.#grow(now, perMs);
    this.#credit -= 1;
  }

  #grow(now: number, perMs: number): void {
    this.#credit = Math.min(this.#most, this.#credit + (now - this.#at) * perMs);
    this.#at = now;
  }
}

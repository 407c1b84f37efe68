/**
 * Spreads bulk calls over the window. Every call draws on a credit that grows at the window's average rate, and bulk calls wait for
 * it; without it one burst would use up the window, and an urgent call would wait until that burst leaves it. So a window's slots
 * come free evenly, and an urgent call waits at most a tenth of the window.
 */
export class BulkCredit {
  readonly #max: number;
  #credit: number;
  #at = 0;

  /** `max`: bulk calls that may start at once. */
  constructor(max: number) {
    this.#max = max;
    this.#credit = max;
  }

  /** When the next bulk call may start, at `perMs` calls a millisecond and `most` at once: `now` or later. */
  nextStart(now: number, perMs: number, most = this.#max): number {
    this.#grow(now, perMs);
    this.#credit = Math.min(this.#credit, most);
    return this.#credit >= 1 ? now : now + (1 - this.#credit) / perMs;
  }

  /** Counts any call, urgent ones included: what they use is not available to bulk calls. */
  spend(now: number, perMs: number): void {
    this.#grow(now, perMs);
    this.#credit -= 1;
  }

  #grow(now: number, perMs: number): void {
    this.#credit = Math.min(this.#max, this.#credit + (now - this.#at) * perMs);
    this.#at = now;
  }
}

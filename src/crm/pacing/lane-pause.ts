import { boundedWait, maxWaitMs } from './bounded-wait.ts';
import type { Slot } from './budget.ts';
import { backoffMs, type CallFailure } from './retry.ts';

const maxPauseMs = 30_000;

/** The pauses of one lane after a "too many": as long as the CRM asks, otherwise longer for each one in a row. */
export class LanePause {
  readonly #minimumMs: number;
  readonly #random: () => number;
  #until = 0;
  #inRow = 0;
  #isProbing = false;

  constructor(minimumMs: number, random: () => number) {
    this.#minimumMs = minimumMs;
    this.#random = random;
  }

  get until(): number {
    return this.#until;
  }

  get isProbing(): boolean {
    return this.#isProbing;
  }

  /** A call succeeded. */
  end(): void {
    this.#inRow = 0;
    this.#isProbing = false;
  }

  /** Another process met a "too many". */
  extend(until: number): void {
    this.#until = Math.max(this.#until, until);
  }

  /** As {@link Budget.pause}. */
  start(slot: Slot, failure: CallFailure, now: number): number | undefined {
    if (slot.startedAt < this.#until) return undefined;
    this.#inRow += 1;
    const requestedMs = boundedWait(failure.retryAfterMs ?? 0);
    const ownMs = backoffMs({ firstMs: this.#minimumMs, maxMs: maxPauseMs }, this.#inRow, this.#random);
    const pauseMs = requestedMs > 0 ? requestedMs : ownMs;
    this.#until = now + pauseMs;
    this.#isProbing = requestedMs >= maxWaitMs;
    return pauseMs;
  }
}

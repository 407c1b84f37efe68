import { boundedWait, MAX_WAIT_MS } from './bounded-wait.ts';
import { BulkCredit } from './bulk-credit.ts';
import type { LaneLimits } from './lanes.ts';
import type { Attempt } from './paced-call.ts';
import { backoffMs, type CallFailure } from './retry.ts';
import { type Slot, SlotWindow } from './slot-window.ts';

const MAX_PAUSE_MS = 30_000;

/**
 * When a lane's calls may start: a slot in the window, an even pace for bulk calls, and the pause after a "too many". Knows nothing
 * of queues, deadlines or retries.
 */
export class LaneBudget {
  readonly #limits: LaneLimits;
  readonly #random: () => number;
  readonly #window: SlotWindow;
  readonly #credit: BulkCredit;
  #pausedUntil = 0;
  #pausesInRow = 0;
  #isProbing = false;

  constructor(limits: LaneLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
    this.#window = new SlotWindow(limits);
    this.#credit = new BulkCredit(limits.bulkBurst);
  }

  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  state(now: number): { readonly limit: number; readonly used: number; readonly pausedMs: number } {
    return {
      limit: this.#window.limit(now),
      used: this.#window.used(now),
      pausedMs: Math.max(0, this.#pausedUntil - now),
    };
  }

  /** When the next call may start; Infinity if that depends on a response still awaited. */
  nextStart(now: number, urgency: 'urgent' | 'bulk'): number {
    const paced = urgency === 'urgent' ? now : this.#credit.nextStart(now, this.#perMs(now));
    return Math.max(this.#window.nextStart(now), this.#pausedUntil, paced);
  }

  take(now: number): Slot {
    this.#credit.spend(now, this.#perMs(now));
    return this.#window.take(now);
  }

  /** The call was answered or given up at `now`; `rate` is what its response said about the budget. */
  release(slot: Slot, now: number, rate?: Attempt<unknown>['rate']): void {
    if (rate !== undefined) this.#window.report(slot, rate, now);
    this.#window.release(slot, now);
  }

  /** A long pause was requested: until a call succeeds, one at a time tests whether the CRM accepts calls again. */
  get isProbing(): boolean {
    return this.#isProbing;
  }

  /** A call succeeded: the next pause is a first one again. */
  endPauses(): void {
    this.#pausesInRow = 0;
    this.#isProbing = false;
  }

  /**
   * A 429 pauses the whole lane: the other calls would get the same response. Calls that were in flight with it do not extend the
   * pause. Returns its length in milliseconds, or undefined if the lane was already paused.
   */
  pause(slot: Slot, failure: CallFailure, now: number): number | undefined {
    if (slot.startedAt < this.#pausedUntil) return undefined;
    this.#pausesInRow += 1;
    const requestedMs = boundedWait(failure.retryAfterMs ?? 0);
    const pattern = { firstMs: this.#limits.minimumPauseMs, maxMs: MAX_PAUSE_MS };
    const ownMs = backoffMs(pattern, this.#pausesInRow, this.#random);
    const pauseMs = requestedMs > 0 ? requestedMs : ownMs;
    this.#pausedUntil = now + pauseMs;
    this.#isProbing = requestedMs >= MAX_WAIT_MS;
    this.#window.distrust(now);
    return pauseMs;
  }

  #perMs(now: number): number {
    return this.#window.limit(now) / this.#window.windowMs;
  }
}

import type { RateReport, Slot } from './budget.ts';
import type { LaneLimits } from './lanes.ts';
import { SlotSet } from './slot-set.ts';

/** One call's place in the window. */
export interface WindowSlot extends Slot {
  /** Calls of ours that the CRM can have counted when it counted this one: those before it, and (see report) those after. */
  readonly usedAtStart: number;
  readonly number: number;
  /** From when on the call can no longer be in the CRM's window together with a call that starts now. */
  freeAt: number;
}

/** How long a lane that met a "too many" counts from the response; twice as long each time. */
const firstDistrustMs = 10 * 60_000;
const maxDistrustMs = 24 * 3_600_000;
/** Clocks of two machines drift, and timers fire a little early: both stay far below this. */
export const marginMs = 5;

/**
 * A rolling window seen from outside. The CRM counts a call at some moment between its start and its response, so a slot comes free
 * one window after the response: of two calls in one slot the CRM counts the second at least a window after the first, and never
 * more than `limit` in any window, whatever its clock says.
 *
 * This loses `latency / (window + latency)` of the rate: 1.6 % of a ten-second window at 80-250 ms, 14 % of a one-second window.
 * No safe approach does better: it is unknown when on its way a call is counted, and any earlier start could be counted
 * together with it. A lane can assume that a call is counted within some time of its start (`countedWithinMs`); the first
 * "too many" suspends that assumption for a while.
 */
export class SlotWindow {
  readonly #limits: LaneLimits;
  #windowMs: number;
  #max: number;
  readonly #slots = new SlotSet<WindowSlot>();
  #number = 0;
  #foreign = { calls: 0, until: 0 };
  #distrustedUntil = Number.NEGATIVE_INFINITY;
  #distrustMs = firstDistrustMs;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
    this.#windowMs = limits.windowMs;
    this.#max = limits.limit;
  }

  get windowMs(): number {
    return this.#windowMs;
  }

  /** What the lane may use now: the configured limit, less where the CRM allows less or others use a part. At least one. */
  limit(now: number): number {
    const foreign = now < this.#foreign.until ? this.#foreign.calls : 0;
    return Math.max(1, Math.min(this.#limits.limit, this.#max - foreign));
  }

  used(now: number): number {
    return this.#slots.count(now);
  }

  /**
   * When the next call may start that leaves `reserved` slots free: `now`, or when to ask again; Infinity if that depends on a response
   * still awaited.
   */
  nextStart(now: number, reserved: number): number {
    if (this.used(now) < this.limit(now) - reserved) return now;
    return this.#slots.nextFree;
  }

  take(now: number): WindowSlot {
    this.#number += 1;
    const slot = {
      startedAt: now,
      usedAtStart: this.used(now) + 1,
      number: this.#number,
      freeAt: now + this.#countedWithin(now) + this.#windowMs + marginMs,
    };
    this.#slots.add(slot);
    return slot;
  }

  /** The call was answered, or given up, at `now`. */
  release(slot: WindowSlot, now: number): void {
    this.#slots.free(slot, now + this.#windowMs + marginMs);
  }

  /** The call was not sent. */
  cancel(slot: WindowSlot, now: number): void {
    this.#slots.free(slot, now);
  }

  /** A "too many" came: suspends the assumption about the moment of counting for a while. */
  distrust(now: number): void {
    if (!Number.isFinite(this.#countedWithin(now))) return;
    this.#distrustedUntil = now + this.#distrustMs;
    this.#distrustMs = Math.min(2 * this.#distrustMs, maxDistrustMs);
  }

  #countedWithin(now: number): number {
    return now < this.#distrustedUntil ? Number.POSITIVE_INFINITY : this.#limits.countedWithinMs;
  }

  /**
   * Follows what the CRM says after `slot`'s call. Other users of the same budget show in `remaining`: what is used beyond the
   * calls of ours that the CRM can have counted is theirs. Call it before {@link SlotWindow.release}.
   */
  report(slot: WindowSlot, rate: RateReport, now: number): void {
    if (rate.max !== undefined && rate.max > 0) this.#max = rate.max;
    if (rate.intervalMs !== undefined && rate.intervalMs >= 1_000) this.#windowMs = rate.intervalMs;
    if (rate.remaining === undefined || rate.max === undefined) return;
    const ours = slot.usedAtStart + this.#number - slot.number;
    const calls = Math.max(0, rate.max - rate.remaining - ours);
    if (calls >= this.#foreign.calls || now >= this.#foreign.until)
      this.#foreign = { calls, until: now + this.#windowMs };
  }
}

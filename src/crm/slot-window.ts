import type { LaneLimits } from './lanes.ts';

/** One call's place in the window. */
export interface Slot {
  readonly startedAt: number;
  /** Calls of ours that the CRM can have counted when it counted this one: those before it, and (see report) those after. */
  readonly usedAtStart: number;
  readonly number: number;
  /** From when on the call can no longer be in the CRM's window together with a call that starts now. */
  freeAt: number;
}

/** What a CRM's response said about its budget; each part only if it was sent. */
export interface RateReport {
  readonly max?: number;
  readonly remaining?: number;
  readonly intervalMs?: number;
  readonly dailyRemaining?: number;
}

/** How long a lane that met a "too many" counts from the response; twice as long each time. */
const FIRST_DISTRUST_MS = 10 * 60_000;
const MAX_DISTRUST_MS = 24 * 3_600_000;
/** Clocks of two machines drift, and timers fire a little early: both stay far below this. */
const MARGIN_MS = 5;

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
  #slots: Slot[] = [];
  #taken = 0;
  #foreign = { calls: 0, until: 0 };
  #distrustedUntil = Number.NEGATIVE_INFINITY;
  #distrustMs = FIRST_DISTRUST_MS;

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
    this.#forget(now);
    return this.#slots.length;
  }

  /** When the next call may start: `now` or later; Infinity if that depends on a response still awaited. */
  nextStart(now: number): number {
    const excess = this.used(now) - this.limit(now);
    if (excess < 0) return now;
    const times = this.#slots.map((slot) => slot.freeAt).sort((a, b) => a - b);
    return times[excess] ?? now;
  }

  take(now: number): Slot {
    this.#taken += 1;
    const slot = {
      startedAt: now,
      usedAtStart: this.used(now) + 1,
      number: this.#taken,
      freeAt: now + this.#countedWithin(now) + this.#windowMs + MARGIN_MS,
    };
    this.#slots.push(slot);
    return slot;
  }

  /** The call was answered, or given up, at `now`. */
  release(slot: Slot, now: number): void {
    slot.freeAt = Math.min(slot.freeAt, now + this.#windowMs + MARGIN_MS);
  }

  /** A "too many" came: suspends the assumption about the moment of counting for a while. */
  distrust(now: number): void {
    if (!Number.isFinite(this.#countedWithin(now))) return;
    this.#distrustedUntil = now + this.#distrustMs;
    this.#distrustMs = Math.min(2 * this.#distrustMs, MAX_DISTRUST_MS);
  }

  #countedWithin(now: number): number {
    return now < this.#distrustedUntil ? Number.POSITIVE_INFINITY : this.#limits.countedWithinMs;
  }

  /**
   * Follows what the CRM says after `slot`'s call. Other users of the same budget show in `remaining`: what is used beyond the
   * calls of ours that the CRM can have counted is theirs. Call it before {@link SlotWindow.release}.
   */
  report(slot: Slot, rate: RateReport, now: number): void {
    if (rate.max !== undefined && rate.max > 0) this.#max = rate.max;
    if (rate.intervalMs !== undefined && rate.intervalMs >= 1_000) this.#windowMs = rate.intervalMs;
    if (rate.remaining === undefined || rate.max === undefined) return;
    const ours = slot.usedAtStart + this.#taken - slot.number;
    const calls = Math.max(0, rate.max - rate.remaining - ours);
    if (calls >= this.#foreign.calls || now >= this.#foreign.until)
      this.#foreign = { calls, until: now + this.#windowMs };
  }

  #forget(now: number): void {
    if (this.#slots.some((slot) => slot.freeAt <= now)) this.#slots = this.#slots.filter((slot) => slot.freeAt > now);
  }
}

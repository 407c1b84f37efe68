import {
  type Budget,
  type BudgetState,
  backgroundPart,
  crowdedBurstPart,
  type Demand,
  type RateReport,
  refillMs,
  reservedForOthers,
  reservedForUrgent,
  type Urgency,
} from './budget.ts';
import { BulkCredit } from './bulk-credit.ts';
import { DailyLimit } from './daily-limit.ts';
import { LanePause } from './lane-pause.ts';
import type { LaneLimits } from './lanes.ts';
import type { CallFailure } from './retry.ts';
import { SlotSet } from './slot-set.ts';
import { SlotWindow, type WindowSlot } from './slot-window.ts';

/** The budget of one process that is alone with it: a slot in the window, an even pace for bulk and background calls, pauses. */
export class MemoryBudget implements Budget {
  readonly daily = new DailyLimit();
  readonly #window: SlotWindow;
  readonly #credit: BulkCredit;
  /** Background calls start at their share of the window's average rate; the second credit makes up for late timers. */
  readonly #backgroundCredit = new BulkCredit(2);
  readonly #background = new SlotSet<{ freeAt: number }>();
  /** The entry of a background call in the set above. */
  readonly #entries = new WeakMap<WindowSlot, { freeAt: number }>();
  readonly #share: number;
  readonly #bulkBurst: number;
  #urgentAt = Number.NEGATIVE_INFINITY;
  readonly #pause: LanePause;

  constructor(limits: LaneLimits, random: () => number) {
    this.#share = limits.backgroundShare;
    this.#bulkBurst = limits.bulkBurst;
    this.#window = new SlotWindow(limits);
    this.#credit = new BulkCredit(limits.bulkBurst);
    this.#pause = new LanePause(limits.minimumPauseMs, random);
  }

  get pausedUntil(): number {
    return this.#pause.until;
  }

  get isProbing(): boolean {
    return this.#pause.isProbing;
  }

  state(now: number): BudgetState {
    return {
      limit: this.#window.limit(now),
      used: this.#window.used(now),
      pausedMs: Math.max(0, this.#pause.until - now),
    };
  }

  ask(demand: Demand, now: number): number {
    for (const urgency of ['urgent', 'bulk', 'background'] as const) {
      if (demand[urgency] > 0) return this.#nextStart(now, urgency);
    }
    return Number.POSITIVE_INFINITY;
  }

  take(now: number, urgency: Urgency): WindowSlot | undefined {
    if (this.#nextStart(now, urgency) > now) return undefined;
    const slot = this.#window.take(now);
    if (urgency === 'urgent') this.#urgentAt = now;
    if (urgency !== 'background') this.#credit.spend(now, this.#perMs(now));
    else {
      const entry = { freeAt: slot.freeAt };
      this.#backgroundCredit.spend(now, this.#perMs(now) * this.#share);
      this.#background.add(entry);
      this.#entries.set(slot, entry);
    }
    return slot;
  }

  release(slot: WindowSlot, now: number, rate?: RateReport): void {
    if (rate !== undefined) this.#window.report(slot, rate, now);
    this.#window.release(slot, now);
    this.#follow(slot);
  }

  cancel(slot: WindowSlot, now: number): void {
    this.#window.cancel(slot, now);
    this.#follow(slot);
  }

  pause(slot: WindowSlot, failure: CallFailure, now: number): number | undefined {
    const pauseMs = this.#pause.start(slot, failure, now);
    if (pauseMs !== undefined) this.#window.distrust(now);
    return pauseMs;
  }

  endPauses(): void {
    this.#pause.end();
  }

  async close(): Promise<void> {}

  #nextStart(now: number, urgency: Urgency): number {
    if (urgency === 'urgent') return Math.max(this.#window.nextStart(now, 0), this.#pause.until);
    if (urgency === 'background') return this.#nextBackgroundStart(now);
    return this.#nextBulkStart(now);
  }

  #nextBulkStart(now: number): number {
    const limit = this.#window.limit(now);
    const whole = reservedForUrgent(limit);
    const reserved = now < this.#urgentAt + refillMs ? Math.ceil(whole / 2) : whole;
    const isMixed = whole > 0 && now < this.#urgentAt + this.#window.windowMs;
    const isCrowded = limit - this.#window.used(now) <= limit / 10;
    const most = isMixed && isCrowded ? Math.max(1, this.#bulkBurst * crowdedBurstPart) : this.#bulkBurst;
    const paced = this.#credit.nextStart(now, this.#perMs(now), most);
    return Math.max(this.#window.nextStart(now, reserved), this.#pause.until, paced);
  }

  #nextBackgroundStart(now: number): number {
    const limit = this.#window.limit(now);
    const isShareUsed = this.#background.count(now) >= backgroundPart(limit, this.#share);
    const paced = this.#backgroundCredit.nextStart(now, this.#perMs(now) * this.#share);
    const inWindow = this.#window.nextStart(now, reservedForOthers(limit));
    return Math.max(inWindow, this.#pause.until, paced, isShareUsed ? this.#background.nextFree : now);
  }

  /** The slot of a background call comes free in its own count when it does in the window. */
  #follow(slot: WindowSlot): void {
    const entry = this.#entries.get(slot);
    if (entry !== undefined) this.#background.free(entry, slot.freeAt);
  }

  #perMs(now: number): number {
    return this.#window.limit(now) / this.#window.windowMs;
  }
}

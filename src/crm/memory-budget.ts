import {
  type Budget,
  type BudgetState,
  type Demand,
  type RateReport,
  reservedForUrgent,
  type Urgency,
} from './budget.ts';
import { BulkCredit } from './bulk-credit.ts';
import { LanePause } from './lane-pause.ts';
import type { LaneLimits } from './lanes.ts';
import type { CallFailure } from './retry.ts';
import { SlotWindow, type WindowSlot } from './slot-window.ts';

/** The budget of one process that is alone with it: a slot in the window, an even pace for bulk calls, pauses. */
export class MemoryBudget implements Budget {
  readonly #window: SlotWindow;
  readonly #credit: BulkCredit;
  readonly #pause: LanePause;

  constructor(limits: LaneLimits, random: () => number) {
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
    if (demand.urgent > 0) return this.#nextStart(now, 'urgent');
    return demand.bulk > 0 ? this.#nextStart(now, 'bulk') : Number.POSITIVE_INFINITY;
  }

  take(now: number, urgency: Urgency): WindowSlot | undefined {
    if (this.#nextStart(now, urgency) > now) return undefined;
    this.#credit.spend(now, this.#perMs(now));
    return this.#window.take(now);
  }

  release(slot: WindowSlot, now: number, rate?: RateReport): void {
    if (rate !== undefined) this.#window.report(slot, rate, now);
    this.#window.release(slot, now);
  }

  cancel(slot: WindowSlot, now: number): void {
    this.#window.cancel(slot, now);
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
    const reserved = reservedForUrgent(this.#window.limit(now));
    const paced = this.#credit.nextStart(now, this.#perMs(now));
    return Math.max(this.#window.nextStart(now, reserved), this.#pause.until, paced);
  }

  #perMs(now: number): number {
    return this.#window.limit(now) / this.#window.windowMs;
  }
}

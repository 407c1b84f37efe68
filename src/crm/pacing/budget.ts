import type { CallContext } from '../crm.ts';
import type { DailyLimit } from './daily-limit.ts';
import type { CallFailure } from './retry.ts';

export type Urgency = CallContext['urgency'];

/** One call's place in the window. */
export interface Slot {
  /** On the lane's clock, in milliseconds. */
  readonly startedAt: number;
}

/** Calls that wait and would start at once if the budget permitted it; background ones only if no other call waits. */
export type Demand = Readonly<Record<Urgency, number>>;

/** What a CRM's response said about its budget; each part only if it was sent. */
export interface RateReport {
  readonly max?: number;
  readonly remaining?: number;
  readonly intervalMs?: number;
  readonly dailyRemaining?: number;
}

export interface BudgetState {
  /** Calls that the lane may have in its window now. */
  readonly limit: number;
  readonly used: number;
  readonly pausedMs: number;
  /** Only where replicas share the budget. */
  readonly sharing?: SharingState;
}

export interface SharingState {
  /** `own share`: the store cannot be reached. `held`: for the moment nothing may start then, except urgent calls in some lanes. */
  readonly mode: 'shared' | 'own share' | 'held';
  /** How often the clock of the lane was corrected, because the store's had jumped. */
  readonly clockSteps: number;
}

/**
 * When a lane's calls may start, so that the CRM never counts more than `limit` of them in any window. Independent of queues, deadlines and
 * retries. All times are milliseconds on the clock of the lane. test/crm/budget-conformance.ts holds every
 * implementation to this.
 */
export interface Budget {
  /** Takes a slot for a call that starts now; undefined if none of this urgency may start yet. */
  take(now: number, urgency: Urgency): Slot | undefined;
  /**
   * Call it after every change of the waiting calls.
   * @returns when to try {@link Budget.take} again: later than `now`; Infinity if a call must end first, or until the budget calls
   * the listener that it was created with.
   */
  ask(demand: Demand, now: number): number;
  /** The slot's call was answered or given up at `now`; `rate` is what its response said about the budget. */
  release(slot: Slot, now: number, rate?: RateReport): void;
  /** The slot's call was not sent. */
  cancel(slot: Slot, now: number): void;
  /**
   * A 429 pauses the lane, because its other calls would get the same response. Calls that were in flight with the first one do not
   * extend the pause.
   * @returns the length of the pause in milliseconds; undefined if the lane was already paused.
   */
  pause(slot: Slot, failure: CallFailure, now: number): number | undefined;
  /** A call succeeded: the next pause is a first one again. */
  endPauses(): void;
  /** Where replicas share the budget, they share this, too. */
  readonly daily: DailyLimit;
  readonly pausedUntil: number;
  /** A long pause was requested: until a call succeeds, one at a time tests whether the CRM accepts calls again. */
  readonly isProbing: boolean;
  state(now: number): BudgetState;
  /** Hands the budget over to the other replicas; no call starts afterwards. */
  close(): Promise<void>;
}

/** A tenth of `limit`: background calls leave it free, so that other calls find as much as they may start at once. */
export function reservedForOthers(limit: number): number {
  return Math.floor(limit / 10);
}

/** How many of `limit` slots background calls may hold: `share` of it, and at least one. */
export function backgroundPart(limit: number, share: number): number {
  return Math.max(1, Math.floor(limit * share));
}

/** Slots in a hundred that bulk calls leave free, so that an urgent call rarely waits for one. */
const reservedPerHundred = 2;

/** How many of `limit` slots bulk calls leave free; none if the limit is small. */
export function reservedForUrgent(limit: number): number {
  return Math.floor((limit * reservedPerHundred) / 100);
}

/**
 * For this long after an urgent call started, bulk calls leave half of the reserved slots free, rounded up. Urgent calls often come
 * together, and a slot that is kept for the next ones at once is lost to all.
 */
export const refillMs = 700;

/**
 * The part of `bulkBurst` that may start at once while at most a tenth of a lane with reserved slots is free, and an urgent call started
 * in the last window. Calls that start together come free together, and urgent calls between two such groups would wait.
 */
export const crowdedBurstPart = 1 / 4;

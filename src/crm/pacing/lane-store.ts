import { type Demand, type RateReport, reservedForUrgent } from './budget.ts';
import type { LaneLimits } from './lanes.ts';
import { marginMs } from './slot-window.ts';

/** What a replica asks of the store that all replicas share, for one lane. Times are milliseconds. */
export interface LaneQuery {
  /** The replica's name: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** Of the lane's state, as the last answer named it; empty to join. */
  readonly epoch: string;
  /** Of the last answer, also after a loss: that of `clock`. */
  readonly knownEpoch: string;
  /** The highest number of a slot in that lane that an answer named; 0 before the first one. */
  readonly knownNumber: number;
  /** The lane's time now is between these, by the replica's own clock and the last answer; 0 before the first one. */
  readonly clock: { readonly low: number; readonly high: number };
  /** The last answer said `late` although it came at once: the store's clock has jumped. */
  readonly insists: boolean;
  readonly limits: {
    readonly limit: number;
    readonly windowMs: number;
    /** A slot whose call is never released comes free this long after its start, plus the window. */
    readonly leaseMs: number;
    readonly marginMs: number;
    readonly bulkBurst: number;
    /** Slots that bulk calls leave free. */
    readonly reserved: number;
    /** Part of the limit that background calls may use, 0 to 1; one call at least. */
    readonly backgroundShare: number;
  };
  readonly demand: Demand;
  /** Ids of slots whose calls have ended. */
  readonly releases: readonly string[];
  /** Ids of slots that were not used. */
  readonly cancelled: readonly string[];
  /** A "too many" pauses the lane; 0 for none. */
  readonly pauseMs: number;
  /** The daily limit is reached: nothing should start for this long; 0 if it is not. */
  readonly dailyMs: number;
  /** What a response said about the budget, and where in the lane its call stood. */
  readonly rate?: (RateReport & { readonly usedAtStart: number; readonly number: number }) | undefined;
  /** When joining: own slots that are not free, each with the time until it is. */
  readonly declared: readonly (readonly [id: string, remainingMs: number])[];
  /**
   * When joining: how many slots it may hold without the lane, or held when the lane lost its state. One that has just started names the
   * whole limit: its share is its own.
   */
  readonly held: number;
  /** How many replicas it knows of, itself included. */
  readonly members: number;
  /** When returning: how long ago it asked last without an answer. Members not seen since may have been without the store, too. */
  readonly lostMs: number;
  /** When returning: how long ago the first question was asked that got no answer. */
  readonly awayMs: number;
  /** It stops: its share is the others' from now on. */
  readonly leaves: boolean;
}

export type LaneAnswer =
  | LaneGrant
  /** The store does not know the epoch: the replica must join. Nothing was done. */
  | { readonly status: 'unknown' }
  /** The query arrived late, or the store's clock has jumped. Nothing was done. */
  | { readonly status: 'late' }
  /** No answer: the store is silent (it may be alive for others), or certainly gone. */
  | { readonly status: 'lost'; readonly by: 'silence' | 'refusal' };

export interface LaneGrant {
  readonly status: 'ok';
  readonly epoch: string;
  /** The lane's time. */
  readonly clock: number;
  /** How many slots were granted, all of them for background calls or none. Their numbers in the lane go up to `number`. */
  readonly granted: number;
  readonly number: number;
  /** True if the slots are for background calls; absent in answers of earlier versions. */
  readonly isBackground?: boolean;
  /** When to ask again while calls wait. */
  readonly waitMs: number;
  readonly used: number;
  readonly limit: number;
  readonly windowMs: number;
  readonly members: number;
  readonly pausedMs: number;
  /** The lane's time until which nothing should start, because a replica found the daily limit reached; absent if none did. */
  readonly dailyUntil?: number;
  /** How often the lane's clock was corrected. */
  readonly clockSteps: number;
}

/** Keeps one lane for all replicas. */
export interface LaneStore {
  /** Never throws. */
  ask(query: LaneQuery): Promise<LaneAnswer>;
}

/** @param leaseMs how long a slot is held whose call is never released. */
export function queryLimits(limits: LaneLimits, leaseMs: number): LaneQuery['limits'] {
  const { limit, windowMs, bulkBurst, backgroundShare } = limits;
  return {
    limit,
    windowMs,
    leaseMs,
    marginMs,
    bulkBurst,
    reserved: reservedForUrgent(limit),
    backgroundShare,
  };
}

/** When the store last answered a replica. */
export interface LaneMoment {
  readonly epoch: string;
  /** The lane's time; the answer was composed between the two moments, which are on the replica's clock. */
  readonly clock: number;
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly number: number;
}

/** Between which of the lane's times `now` is, by the replica's own clock. */
export function laneTimeAt(now: number, last: LaneMoment | undefined): LaneQuery['clock'] {
  if (last === undefined) return { low: 0, high: 0 };
  return { low: Math.ceil(last.clock + now - last.receivedAt), high: Math.ceil(last.clock + now - last.sentAt) };
}

/** The id of a slot; the part before the first colon names its replica, a last part `b` says that it is for a background call. */
export function slotId(name: string, epoch: string, slot: { readonly number: number; readonly isBackground: boolean }) {
  return `${name}:${epoch}:${slot.number}${slot.isBackground ? ':b' : ''}`;
}

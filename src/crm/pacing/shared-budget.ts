import type { Budget, BudgetState, Demand, RateReport, Slot, Urgency } from './budget.ts';
import { BulkCredit } from './bulk-credit.ts';
import type { Clock } from '../clock.ts';
import { DailyLimit } from './daily-limit.ts';
import { LaneOutbox, type LaneReports } from './lane-outbox.ts';
import { LanePause } from './lane-pause.ts';
import {
  type LaneGrant,
  type LaneMoment,
  type LaneQuery,
  type LaneStore,
  laneTimeAt,
  queryLimits,
  slotId,
} from './lane-store.ts';
import type { LaneLimits } from './lanes.ts';
import { OwnShare, presence } from './own-share.ts';
import type { CallFailure } from './retry.ts';
import { SlotSet } from './slot-set.ts';
import { marginMs } from './slot-window.ts';

export interface SharedBudgetSettings {
  /** Of this replica; unique among them. */
  readonly name: string;
  readonly limits: LaneLimits;
  /** No call takes longer. */
  readonly callTimeoutMs: number;
  /** Expected number of replicas, while the store was never reached. */
  readonly replicas: number;
}

export interface SharedBudgetDeps {
  readonly store: LaneStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onChange: () => void;
}

interface SharedSlot extends Slot {
  readonly id: string;
  readonly epoch: string;
  readonly usedAtStart: number;
  readonly number: number;
  readonly isBackground: boolean;
  /** On this replica's clock. */
  freeAt: number;
}

const noDemand: Demand = { urgent: 0, bulk: 0, background: 0 };

/** A replica that was not seen for three seconds counts as vanished. */
const heartbeatMs = 1_000;
const maxWaitMs = 500;
/** Releases of calls that end together travel together. */
const coalesceMs = 1;
/** `slow`: after a silence, during which nothing starts. */
const redisRetryMs = { quick: 100, slow: 500 };
/** How often waiting calls check this replica's own share. */
const pollMs = 40;
/** An answer may take a moment to arrive, and a call that was given up a moment to end. */
const leaseGraceMs = 1_000;

/**
 * The budget that several replicas share. A store grants slots, and counts those of all replicas in one window by its own clock; a slot
 * comes free one window after the store learned that its call had ended. Without the store each replica continues on its share of the
 * limit (own-share.ts), and when it returns, declares the slots that it holds.
 */
export class SharedBudget implements Budget {
  readonly daily = new DailyLimit();
  readonly #settings: SharedBudgetSettings;
  readonly #deps: SharedBudgetDeps;
  readonly #leaseMs: number;
  readonly #pause: LanePause;
  readonly #credit: BulkCredit;
  readonly #slots = new SlotSet<SharedSlot>();
  readonly #granted: SharedSlot[] = [];
  readonly #outbox = new LaneOutbox();
  #demand: Demand = noDemand;
  #joined: LaneMoment | undefined;
  /** The last answer, also after a loss: a query that reaches the store late is recognized by it. */
  #last: LaneMoment | undefined;
  #own: OwnShare | undefined;
  #ownNumber = 0;
  #insists = false;
  #lane: Pick<LaneGrant, 'limit' | 'used' | 'windowMs' | 'members' | 'clockSteps'>;
  #isAsking = false;
  #isClosed = false;
  #nextAt = Number.POSITIVE_INFINITY;
  #timer: unknown;

  constructor(settings: SharedBudgetSettings, deps: SharedBudgetDeps) {
    const { limits, replicas } = settings;
    this.#settings = settings;
    this.#deps = deps;
    this.#leaseMs = settings.callTimeoutMs + leaseGraceMs;
    this.#pause = new LanePause(limits.minimumPauseMs, deps.random);
    this.#credit = new BulkCredit(limits.bulkBurst);
    this.#lane = { limit: limits.limit, used: 0, windowMs: limits.windowMs, members: replicas, clockSteps: 0 };
    this.#schedule(deps.clock.now());
  }

  get pausedUntil(): number {
    return this.#pause.until;
  }

  get isProbing(): boolean {
    return this.#pause.isProbing;
  }

  state(now: number): BudgetState {
    const { limit, used, clockSteps } = this.#lane;
    const pausedMs = Math.max(0, this.#pause.until - now);
    if (this.#own === undefined) return { limit, used, pausedMs, sharing: { mode: 'shared', clockSteps } };
    const share = this.#own.limit(now);
    const mode = share === 0 ? 'held' : 'own share';
    return { limit: share, used: this.#slots.count(now), pausedMs, sharing: { mode, clockSteps } };
  }

  take(now: number, urgency: Urgency): Slot | undefined {
    if (now < this.#pause.until) return undefined;
    if (this.#own !== undefined) return this.#takeOwn(this.#own, now, urgency);
    return this.#granted[0]?.isBackground === (urgency === 'background') ? this.#granted.pop() : undefined;
  }

  ask(demand: Demand, now: number): number {
    // The lane has started all that it could: what is left was granted for calls that no longer wait.
    for (const slot of this.#granted.splice(0)) this.cancel(slot, now);
    const before = this.#demand;
    const isMore =
      demand.urgent > before.urgent ||
      (demand.bulk > 0 && before.bulk === 0) ||
      (demand.background > 0 && before.background === 0);
    this.#demand = demand;
    if (this.#own !== undefined) return demand.urgent + demand.bulk > 0 ? now + pollMs : Number.POSITIVE_INFINITY;
    if (isMore) this.#schedule(now);
    return Number.POSITIVE_INFINITY;
  }

  release(slot: SharedSlot, now: number, rate?: RateReport): void {
    this.#slots.free(slot, now + this.#lane.windowMs * (this.#own?.stretch ?? 1) + marginMs);
    if (this.#isUnknownToStore(slot)) return;
    const isComparable = rate !== undefined && slot.epoch === this.#joined?.epoch;
    const { usedAtStart, number } = slot;
    this.#outbox.release(slot.id, isComparable ? { ...rate, usedAtStart, number } : undefined);
    this.#schedule(now + coalesceMs);
  }

  cancel(slot: SharedSlot, now: number): void {
    this.#slots.free(slot, now);
    if (this.#isUnknownToStore(slot)) return;
    this.#outbox.cancel(slot.id);
    this.#schedule(now + coalesceMs);
  }

  pause(slot: SharedSlot, failure: CallFailure, now: number): number | undefined {
    const pauseMs = this.#pause.start(slot, failure, now);
    if (pauseMs === undefined) return undefined;
    this.#outbox.pause(pauseMs);
    this.#schedule(now);
    return pauseMs;
  }

  endPauses(): void {
    this.#pause.end();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#deps.clock.clearTimer(this.#timer);
    if (this.#joined !== undefined)
      await this.#deps.store.ask({ ...this.#query(this.#deps.clock.now(), this.#outbox.take()), leaves: true });
  }

  /** Taken from this replica's own share and not declared yet: declared when the store is back. */
  #isUnknownToStore({ epoch }: SharedSlot): boolean {
    return epoch === '' && this.#own !== undefined;
  }

  #takeOwn(own: OwnShare, now: number, urgency: Urgency): SharedSlot | undefined {
    // The store is being asked to take this replica back, with the slots that it declared. Background calls wait for the store.
    if (this.#isAsking || urgency === 'background') return undefined;
    const limit = own.limit(now);
    if (this.#slots.count(now) >= limit) return undefined;
    const perMs = limit / (this.#lane.windowMs * own.stretch);
    if (urgency === 'bulk' && this.#credit.nextStart(now, perMs) > now) return undefined;
    this.#credit.spend(now, perMs);
    this.#ownNumber += 1;
    return this.#add({ epoch: '', number: this.#ownNumber, usedAtStart: 0, isBackground: false }, now);
  }

  #add(slot: Pick<SharedSlot, 'epoch' | 'number' | 'usedAtStart' | 'isBackground'>, now: number): SharedSlot {
    // A slot taken without the store gets an id of its own when the store returns; the start keeps a restarted replica's apart.
    const epoch = slot.epoch === '' ? `own-${Math.floor(now)}` : slot.epoch;
    const added = {
      ...slot,
      id: slotId(this.#settings.name, epoch, slot),
      startedAt: now,
      freeAt: now + this.#leaseMs + this.#lane.windowMs + marginMs,
    };
    this.#slots.add(added);
    return added;
  }

  /** Asks at `at`, or sooner if that is planned. */
  #schedule(at: number): void {
    if (this.#isClosed || at >= this.#nextAt) return;
    this.#nextAt = at;
    if (!this.#isAsking) this.#setTimer();
  }

  #setTimer(): void {
    const { clock } = this.#deps;
    clock.clearTimer(this.#timer);
    this.#timer = clock.setTimer(() => void this.#askStore(), Math.max(0, Math.ceil(this.#nextAt - clock.now())));
  }

  async #askStore(): Promise<void> {
    const { clock, store } = this.#deps;
    this.#nextAt = Number.POSITIVE_INFINITY;
    this.#isAsking = true;
    const sentAt = clock.now();
    const query = this.#query(sentAt, this.#outbox.take());
    const answer = await store.ask(query);
    const now = clock.now();
    if (answer.status === 'ok') this.daily.follow(answer, query.dailyMs, now);
    if (answer.status === 'ok') this.#apply(answer, sentAt, now);
    else {
      this.#outbox.takeBack(query);
      if (answer.status === 'lost') this.#lose(answer.by, sentAt, now);
      else {
        if (answer.status === 'unknown') this.#joined = undefined;
        this.#insists = answer.status === 'late';
        this.#nextAt = now;
      }
    }
    this.#isAsking = false;
    if (!this.#isClosed) this.#setTimer();
  }

  #query(now: number, reports: LaneReports): LaneQuery {
    const { name, limits } = this.#settings;
    const [joined, last] = [this.#joined, this.#last];
    const count = this.#slots.count(now);
    return {
      name,
      epoch: joined?.epoch ?? '',
      knownEpoch: last?.epoch ?? '',
      knownNumber: last?.number ?? 0,
      clock: laneTimeAt(now, last),
      insists: this.#insists,
      limits: queryLimits(limits, this.#leaseMs),
      demand: joined === undefined ? noDemand : this.#demand,
      ...reports,
      dailyMs: this.daily.reportMs(now),
      declared:
        joined === undefined ? [...this.#slots.values()].map(({ id, freeAt }) => [id, Math.ceil(freeAt - now)]) : [],
      held: last === undefined ? limits.limit : (this.#own?.limit(now) ?? count),
      members: this.#lane.members,
      ...(this.#own?.absence(now) ?? presence),
      leaves: false,
    };
  }

  #apply(answer: LaneGrant, sentAt: number, now: number): void {
    const { epoch, clock, granted, number, used, isBackground = false } = answer;
    const isReturn = this.#joined === undefined;
    this.#last = this.#joined = { epoch, clock, number, sentAt, receivedAt: now };
    this.#own = undefined;
    this.#insists = false;
    this.#lane = answer;
    if (answer.pausedMs > 0) this.#pause.extend(now + answer.pausedMs);
    for (let index = granted - 1; index >= 0; index -= 1) {
      const slot = this.#add({ epoch, number: number - index, usedAtStart: used - index, isBackground }, now);
      // This process was stopped meanwhile: the store may free the slot before its call would end.
      if (now - sentAt > leaseGraceMs) this.cancel(slot, now);
      else this.#granted.push(slot);
    }
    this.#nextAt = Math.min(this.#nextAt, now + heartbeatMs);
    this.#deps.onChange();
    const { urgent, bulk, background } = this.#demand;
    if (urgent + bulk + background === 0) return;
    const askAt = Math.max(now + 1, sentAt + Math.min(answer.waitMs, maxWaitMs));
    this.#nextAt = Math.min(this.#nextAt, isReturn ? now : askAt);
  }

  #lose(by: 'silence' | 'refusal', sentAt: number, now: number): void {
    this.#joined = undefined;
    this.#insists = false;
    const retryMs = redisRetryMs[now - sentAt > redisRetryMs.quick ? 'slow' : 'quick'];
    this.#nextAt = now + retryMs * (0.75 + 0.5 * this.#deps.random());
    if (by === 'refusal') this.#own?.endSilence(now);
    this.#own?.noteUnanswered(sentAt);
    if (this.#own !== undefined) return;
    const freeAt = [...this.#slots.values()].map((slot) => slot.freeAt);
    const loss = { askedAt: sentAt, since: now, freeAt, isSilent: by === 'silence', isFirst: this.#last === undefined };
    this.#own = new OwnShare(loss, { ...this.#lane, limit: Math.min(this.#lane.limit, this.#settings.limits.limit) });
    this.#deps.onChange();
  }
}

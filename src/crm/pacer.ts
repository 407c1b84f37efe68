/**
 * The only file that waits. Calls to the CRM pass through here; they start when their lane has a free slot, urgent ones first,
 * bulk requests in turns, and come back when they failed in a way that another try may mend.
 *
 * It never has more calls counted in a window than the CRM allows (slot-window.ts), so it meets no 429 of its own making.
 */
import pLimit from 'p-limit';
import { CrmUnavailableError, DeadlineError } from '../errors.ts';
import { BulkCredit } from './bulk-credit.ts';
import type { CallContext } from './crm.ts';
import { FairQueue } from './fair-queue.ts';
import { type LaneLimits, type LaneName, type LaneSettings, lanesFor } from './lanes.ts';
import { backoffMs, type CallFailure, nextTry, type Repeat } from './retry.ts';
import { type RateReport, type Slot, SlotWindow } from './slot-window.ts';

export interface PacedCall<T> {
  readonly lane: LaneName;
  readonly repeat: Repeat;
  /** One try. Must not throw: a failure is an answer too. */
  attempt(turn: Turn): Promise<Attempt<T>>;
}

export interface Turn {
  /** Counts from 1. */
  readonly attempt: number;
  /** From the first wish to call until this start, all waiting and earlier tries included. */
  readonly waitedMs: number;
}

export type Attempt<T> = { readonly rate?: RateReport } & (
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: CallFailure }
);

export interface LaneState {
  readonly limit: number;
  readonly used: number;
  readonly waiting: number;
  readonly running: number;
  readonly pausedMs: number;
}

export interface Pacer {
  /**
   * Runs the call when its lane permits, again where its failure and its policy permit.
   * Throws the last failure's error, or DeadlineError when the context's deadline came before the call could start.
   */
  run<T>(call: PacedCall<T>, context: CallContext): Promise<T>;
  /** Lets `ms` pass for work that the CRM needs time for. Throws DeadlineError when the deadline comes before that. */
  pause(ms: number, context: CallContext): Promise<void>;
  state(): Readonly<Record<LaneName, LaneState>>;
}

/** Milliseconds on a clock that never jumps, and its timers. */
export interface Clock {
  now(): number;
  setTimer(run: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
}

export interface PacerDeps {
  readonly log?: { warn(fields: object, message: string): void };
  readonly clock?: Clock;
  readonly random?: () => number;
}

interface Job {
  readonly context: CallContext;
  readonly repeat: Repeat;
  readonly askedAt: number;
  attempts: number;
  deadlineTimer: unknown;
  start(turn: Turn): Promise<Attempt<unknown>>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** While the day's budget is gone one call in five minutes asks whether it is back; all others fail at once. */
const DAILY_PROBE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 30_000;
/** A call that may not be repeated is not started with less time than it needs to be answered. */
const LEAST_TIME_FOR_UNREPEATABLE_MS = 200;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createPacer(settings: LaneSettings, deps: PacerDeps = {}): Pacer {
  const clock = deps.clock ?? systemClock;
  const common = { clock, random: deps.random ?? Math.random, log: deps.log };
  const limits = lanesFor(settings);
  const lanes: Record<LaneName, Lane> = {
    burst: new Lane('burst', limits.burst, common),
    search: new Lane('search', limits.search, common),
    associations: new Lane('associations', limits.associations, common),
  };
  return {
    run: (call, context) => lanes[call.lane].run(call, context),
    pause: async (ms, context) => {
      if (context.deadline.remainingMs() <= ms) throw late();
      await new Promise<void>((resolve) => {
        clock.setTimer(resolve, ms);
      });
    },
    state: () => ({
      burst: lanes.burst.state(),
      search: lanes.search.state(),
      associations: lanes.associations.state(),
    }),
  };
}

const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (run, ms) => setTimeout(run, ms),
  // The handle is the one that setTimer gave out.
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

interface LaneDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: PacerDeps['log'];
}

class Lane {
  readonly #name: LaneName;
  readonly #limits: LaneLimits;
  readonly #deps: LaneDeps;
  readonly #window: SlotWindow;
  readonly #concurrency: ReturnType<typeof pLimit>;
  readonly #urgent = new FairQueue<Job>();
  readonly #bulk = new FairQueue<Job>();
  readonly #credit: BulkCredit;
  #pausedUntil = 0;
  #pausesInRow = 0;
  #dailyUntil = 0;
  #timer: unknown;

  constructor(name: LaneName, limits: LaneLimits, deps: LaneDeps) {
    this.#name = name;
    this.#limits = limits;
    this.#deps = deps;
    this.#window = new SlotWindow(limits);
    this.#concurrency = pLimit(limits.concurrency);
    this.#credit = new BulkCredit(limits.bulkBurst);
  }

  run<T>(call: PacedCall<T>, context: CallContext): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const job: Job = {
        context,
        repeat: call.repeat,
        askedAt: this.#deps.clock.now(),
        attempts: 0,
        deadlineTimer: undefined,
        start: (turn) => call.attempt(turn),
        // A job is untyped inside the queue; `start` above is what the value comes from.
        resolve: (value) => resolve(value as T),
        reject,
      };
      this.#enqueue(job, 'back');
    });
  }

  state(): LaneState {
    const now = this.#deps.clock.now();
    return {
      limit: this.#window.limit(now),
      used: this.#window.used(now),
      waiting: this.#urgent.size + this.#bulk.size,
      running: this.#running,
      pausedMs: Math.max(0, this.#pausedUntil - now),
    };
  }

  get #running(): number {
    return this.#concurrency.activeCount + this.#concurrency.pendingCount;
  }

  #enqueue(job: Job, end: 'front' | 'back'): void {
    const now = this.#deps.clock.now();
    const remaining = job.context.deadline.remainingMs();
    if (remaining <= 0 || this.#isDailyGone(now)) {
      job.reject(remaining <= 0 ? late() : this.#dailyError(now));
      return;
    }
    const queue = this.#queueOf(job);
    if (end === 'front') queue.pushFront(job.context.requestId, job);
    else queue.push(job.context.requestId, job);
    if (remaining < LONGEST_TIMER_MS) {
      job.deadlineTimer = this.#deps.clock.setTimer(() => {
        if (queue.remove(job.context.requestId, job)) job.reject(late());
      }, Math.ceil(remaining));
    }
    this.#pump();
  }

  #queueOf(job: Job): FairQueue<Job> {
    return job.context.urgency === 'urgent' ? this.#urgent : this.#bulk;
  }

  /** Starts what may start, and sets the timer for the moment at which something else may. */
  #pump(): void {
    const { clock } = this.#deps;
    let now = clock.now();
    let at = this.#nextStart(now);
    while (at <= now) {
      const job = this.#urgent.shift() ?? this.#bulk.shift();
      if (job === undefined) break;
      this.#start(job, now);
      now = clock.now();
      at = this.#nextStart(now);
    }
    clock.clearTimer(this.#timer);
    this.#timer = Number.isFinite(at) && at > now ? clock.setTimer(() => this.#pump(), Math.ceil(at - now)) : undefined;
  }

  /** When the next waiting call may start; Infinity when none waits or a running one must end first. */
  #nextStart(now: number): number {
    const isUrgent = this.#urgent.size > 0;
    if (!isUrgent && this.#bulk.size === 0) return Number.POSITIVE_INFINITY;
    const places = isUrgent ? this.#limits.concurrency : this.#bulkConcurrency();
    if (this.#running >= places) return Number.POSITIVE_INFINITY;
    const spaced = isUrgent ? now : this.#credit.nextStart(now, this.#perMs(now));
    return Math.max(this.#window.nextStart(now), this.#pausedUntil, spaced);
  }

  /** A part of the places stays free for urgent calls, so that slow bulk calls cannot hold them all. */
  #bulkConcurrency(): number {
    return Math.max(1, this.#limits.concurrency - Math.floor(this.#limits.concurrency / 5));
  }

  #perMs(now: number): number {
    return this.#window.limit(now) / this.#window.windowMs;
  }

  #start(job: Job, now: number): void {
    const { clock } = this.#deps;
    clock.clearTimer(job.deadlineTimer);
    const remaining = job.context.deadline.remainingMs();
    if (remaining <= 0 || (job.repeat === 'if-not-done' && remaining < LEAST_TIME_FOR_UNREPEATABLE_MS)) {
      job.reject(late());
      return;
    }
    this.#credit.spend(now, this.#perMs(now));
    const slot = this.#window.take(now);
    job.attempts += 1;
    const turn: Turn = { attempt: job.attempts, waitedMs: now - job.askedAt };
    this.#concurrency(() => job.start(turn)).then(
      (attempt) => this.#finish(job, slot, attempt),
      (error: unknown) => {
        this.#window.release(slot, clock.now());
        job.reject(error);
        this.#pump();
      },
    );
  }

  #finish(job: Job, slot: Slot, attempt: Attempt<unknown>): void {
    const now = this.#deps.clock.now();
    if (attempt.rate !== undefined) this.#window.report(slot, attempt.rate, now);
    this.#window.release(slot, now);
    if (attempt.ok) {
      this.#pausesInRow = 0;
      this.#dailyUntil = 0;
      if (attempt.rate?.dailyRemaining === 0) this.#stopForTheDay(now);
      job.resolve(attempt.value);
    } else {
      this.#fail(job, slot, attempt.failure, now);
    }
    this.#pump();
  }

  #fail(job: Job, slot: Slot, failure: CallFailure, now: number): void {
    if (failure.isDaily) this.#stopForTheDay(now);
    else if (failure.kind === 'limited') this.#pause(slot, failure, now);
    const waitMs = nextTry(failure, job.repeat, job.attempts, this.#deps.random);
    const startsAt = waitMs === undefined ? undefined : Math.max(now + waitMs, this.#pausedUntil);
    if (startsAt === undefined || startsAt - now >= job.context.deadline.remainingMs()) {
      job.reject(failure.error);
      return;
    }
    if (waitMs === 0) this.#enqueue(job, 'front');
    else this.#deps.clock.setTimer(() => this.#enqueue(job, 'front'), waitMs ?? 0);
  }

  /** A 429 pauses the whole lane: the other calls would meet the same answer. Calls that were in flight with it extend nothing. */
  #pause(slot: Slot, failure: CallFailure, now: number): void {
    if (slot.startedAt < this.#pausedUntil) return;
    this.#pausesInRow += 1;
    const { minimumPauseMs } = this.#limits;
    const asked = failure.retryAfterMs ?? 0;
    const ownMs = backoffMs(minimumPauseMs, this.#pausesInRow, LONGEST_PAUSE_MS, this.#deps.random);
    const pauseMs = asked > 0 ? asked : ownMs;
    this.#pausedUntil = now + pauseMs;
    this.#window.distrust(now);
    this.#deps.log?.warn({ lane: this.#name, pauseMs: Math.round(pauseMs) }, 'The CRM asked to slow down');
  }

  #isDailyGone(now: number): boolean {
    if (this.#dailyUntil === 0) return false;
    if (now < this.#dailyUntil) return true;
    this.#dailyUntil = now + DAILY_PROBE_MS;
    return false;
  }

  #stopForTheDay(now: number): void {
    this.#dailyUntil = now + DAILY_PROBE_MS;
    this.#deps.log?.warn({ lane: this.#name, probeMs: DAILY_PROBE_MS }, 'The day’s calls to the CRM are used up');
    for (const queue of [this.#urgent, this.#bulk]) {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        this.#deps.clock.clearTimer(job.deadlineTimer);
        job.reject(this.#dailyError(now));
      }
    }
  }

  #dailyError(now: number): CrmUnavailableError {
    const retryAfterSeconds = Math.max(1, Math.ceil((this.#dailyUntil - now) / 1_000));
    return new CrmUnavailableError('The day’s limit of calls to the CRM is used up; it is renewed at midnight there', {
      retryAfterSeconds,
    });
  }
}

function late(): DeadlineError {
  return new DeadlineError('The time for this request ran out before the CRM could be asked');
}

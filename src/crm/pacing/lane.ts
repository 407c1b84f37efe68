import pLimit from 'p-limit';
import { CrmUnavailableError, DeadlineError } from '../../errors.ts';
import { type Budget, type BudgetState, backgroundPart, type Slot, type Urgency } from './budget.ts';
import type { Clock } from '../clock.ts';
import type { CallContext } from '../crm.ts';
import { dailyProbeMs } from './daily-limit.ts';
import { FairQueue } from './fair-queue.ts';
import { type LaneLimits, type LaneName, runningIn } from './lanes.ts';
import type { Attempt, QueuedCall, PacedCall, Turn } from './paced-call.ts';
import {
  type CallFailure,
  LaneResponses,
  lastError,
  nextTry,
  type SlowAnswers,
  serves,
  silenceSince,
  troubleOf,
} from './retry.ts';

export interface LaneState extends BudgetState {
  readonly waiting: number;
  readonly running: number;
}

export interface LaneDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Creates the lane's budget; it calls `onChange` when calls may start that had to wait. */
  readonly createBudget: (name: LaneName, limits: LaneLimits, onChange: () => void) => Budget;
  readonly log: { warn(fields: object, message: string): void } | undefined;
  /** What is wrong with calls of this request in any lane. */
  readonly troubleOfRequest?: (requestId: string) => string | undefined;
  /** Of all lanes. */
  readonly slowAnswers?: SlowAnswers;
}

/** A call that must not be repeated does not start with less time left than it needs for a response. */
const minTimeForUnrepeatableMs = 200;

/** The calls of one lane: queues them, starts them when the budget permits, and repeats them where that may help. */
export class Lane {
  readonly #name: LaneName;
  readonly #limits: LaneLimits;
  readonly #deps: LaneDeps;
  readonly #budget: Budget;
  readonly #concurrency: ReturnType<typeof pLimit>;
  /** Background calls take no place from others. */
  readonly #backgroundConcurrency: ReturnType<typeof pLimit>;
  readonly #queues: Readonly<Record<Urgency, FairQueue<QueuedCall>>> = {
    urgent: new FairQueue(),
    bulk: new FairQueue(),
    background: new FairQueue(),
  };
  #timer: unknown;
  readonly #responses: LaneResponses;
  readonly #unsettled = new Set<QueuedCall>();
  /** When each running attempt started, the oldest first. */
  readonly #startedAt = new Map<QueuedCall, number>();

  constructor(name: LaneName, limits: LaneLimits, deps: LaneDeps) {
    this.#name = name;
    this.#limits = limits;
    this.#deps = deps;
    this.#responses = new LaneResponses(deps.slowAnswers);
    this.#budget = deps.createBudget(name, limits, () => this.#pump());
    this.#concurrency = pLimit(limits.concurrency);
    this.#backgroundConcurrency = pLimit(backgroundPart(limits.concurrency, limits.backgroundShare));
  }

  run<T>(call: PacedCall<T>, context: CallContext): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const job: QueuedCall = {
        context,
        repeat: call.repeat,
        requestedAt: this.#deps.clock.now(),
        attempts: 0,
        trouble: undefined,
        deadlineTimer: undefined,
        start: (turn) => call.attempt(turn),
        // A job is untyped inside the queue; its value comes from `start` above.
        resolve: (value) => resolve(value as T),
        reject: (error) => this.#unsettled.delete(job) && reject(error),
      };
      this.#unsettled.add(job);
      this.#enqueue(job, 'back');
    });
  }

  state(): LaneState {
    const now = this.#deps.clock.now();
    return {
      ...this.#budget.state(now),
      waiting: Object.values(this.#queues).reduce((sum, queue) => sum + queue.size, 0),
      running: runningIn(this.#concurrency) + runningIn(this.#backgroundConcurrency),
    };
  }

  async close(): Promise<void> {
    await this.#budget.close();
  }

  #enqueue(job: QueuedCall, end: 'front' | 'back'): void {
    const remaining = job.context.deadline.remainingMs();
    const error = this.#errorBeforeStart(job, remaining);
    if (error !== undefined) {
      job.reject(error);
      return;
    }
    const queue = this.#queues[job.context.urgency];
    if (end === 'front') queue.pushFront(job.context.requestId, job);
    else queue.push(job.context.requestId, job);
    job.deadlineTimer = this.#deps.clock.setTimer(() => {
      if (queue.remove(job.context.requestId, job)) job.reject(this.#lateError(job));
    }, Math.ceil(remaining));
    this.#pump();
  }

  /** Starts what may start, and sets the timer for the moment at which the next call may. */
  #pump(): void {
    const { clock } = this.#deps;
    let now = clock.now();
    if (this.#budget.daily.takeNews()) this.#failWaiting(now);
    for (let urgency = this.#next(); urgency !== undefined; urgency = this.#next()) {
      const slot = this.#budget.take(now, urgency);
      const job = slot === undefined ? undefined : this.#queues[urgency].shift();
      if (slot === undefined || job === undefined) break;
      this.#start(job, slot, now);
      now = clock.now();
    }
    const urgent = this.#startable('urgent');
    const bulk = this.#startable('bulk', urgent);
    const background = this.#othersWait ? 0 : this.#startable('background');
    const at = this.#budget.ask({ urgent, bulk, background }, now);
    clock.clearTimer(this.#timer);
    this.#timer = Number.isFinite(at) ? clock.setTimer(() => this.#pump(), Math.ceil(at - now)) : undefined;
  }

  /** The urgency of the next call to start; undefined if none waits or a running one must end first. */
  #next(): Urgency | undefined {
    const urgency = this.#queues.urgent.size > 0 ? 'urgent' : this.#othersWait ? 'bulk' : 'background';
    return this.#startable(urgency) > 0 ? urgency : undefined;
  }

  /** True while an urgent or a bulk call waits, whatever it waits for: no background call starts then. */
  get #othersWait(): boolean {
    return this.#queues.urgent.size + this.#queues.bulk.size > 0;
  }

  /** How many waiting calls have a place to run, once `others` run too. */
  #startable(urgency: Urgency, others = 0): number {
    return Math.max(0, Math.min(this.#queues[urgency].size, this.#freePlaces(urgency) - others));
  }

  /** A fifth of the places stays free for urgent calls, so that slow bulk calls cannot hold them all. */
  #freePlaces(urgency: Urgency): number {
    const { concurrency, backgroundShare } = this.#limits;
    const running = runningIn(this.#concurrency);
    const background = runningIn(this.#backgroundConcurrency);
    if (this.#budget.isProbing) return 1 - running - background;
    if (urgency === 'urgent') return concurrency - running;
    if (urgency === 'background') return backgroundPart(concurrency, backgroundShare) - background;
    return Math.max(1, concurrency - Math.floor(concurrency / 5)) - running;
  }

  #start(job: QueuedCall, slot: Slot, now: number): void {
    const { clock } = this.#deps;
    clock.clearTimer(job.deadlineTimer);
    const remaining = job.context.deadline.remainingMs();
    if (remaining <= 0 || (job.repeat === 'if-not-done' && remaining < minTimeForUnrepeatableMs)) {
      this.#budget.cancel(slot, now);
      job.reject(this.#late(job));
      return;
    }
    job.attempts += 1;
    const turn: Turn = { attempt: job.attempts, waitedMs: now - job.requestedAt };
    this.#startedAt.set(job, now);
    const places = job.context.urgency === 'background' ? this.#backgroundConcurrency : this.#concurrency;
    places(() => job.start(turn)).then(
      (attempt) => this.#finish(job, slot, attempt),
      (error: unknown) => {
        this.#budget.release(slot, clock.now());
        this.#startedAt.delete(job);
        job.reject(error);
        this.#pump();
      },
    );
  }

  #finish(job: QueuedCall, slot: Slot, attempt: Attempt<unknown>): void {
    const now = this.#deps.clock.now();
    this.#budget.release(slot, now, attempt.rate);
    const startedAt = this.#startedAt.get(job) ?? now;
    this.#startedAt.delete(job);
    this.#responses.note(job, attempt.ok ? undefined : attempt.failure, { startedAt, now });
    if (attempt.ok) {
      this.#budget.endPauses();
      this.#budget.daily.clear();
      if (attempt.rate?.dailyRemaining === 0) this.#stopForTheDay(now);
      this.#unsettled.delete(job);
      job.resolve(attempt.value);
    } else {
      if (attempt.failure.isDaily) this.#stopForTheDay(now);
      else if (attempt.failure.kind === 'limited') this.#pause(slot, attempt.failure, now);
      this.#retryOrReject(job, attempt.failure, { startedAt, now });
    }
    this.#pump();
  }

  #retryOrReject(
    job: QueuedCall,
    failure: CallFailure,
    times: { readonly startedAt: number; readonly now: number },
  ): void {
    const { now } = times;
    const waitMs = nextTry(failure, job, this.#deps.random);
    const startsAt = waitMs === undefined ? undefined : Math.max(now + waitMs, this.#budget.pausedUntil);
    if (startsAt === undefined || startsAt - now >= job.context.deadline.remainingMs()) {
      job.reject(lastError(failure, job, { ...times, slowness: this.#responses.slownessOf(job) }));
      return;
    }
    job.trouble = troubleOf(failure);
    if (waitMs === 0) this.#enqueue(job, 'front');
    else this.#deps.clock.setTimer(() => this.#enqueue(job, 'front'), waitMs ?? 0);
  }

  /** Why a call cannot start in the time that it has; undefined if it may. */
  #errorBeforeStart(job: QueuedCall, remainingMs: number): CrmUnavailableError | DeadlineError | undefined {
    const now = this.#deps.clock.now();
    // The time ran out before this call.
    if (remainingMs <= 0) return this.#late(job, this.#deps.troubleOfRequest?.(job.context.requestId));
    return (
      this.#budget.daily.errorFor(now) ??
      (this.#budget.pausedUntil - now >= remainingMs ? this.#lateError(job) : undefined)
    );
  }

  /** A call that waited for a pause was not late by its own doing: it can be sent again after the pause. */
  #lateError(job: QueuedCall): CrmUnavailableError | DeadlineError {
    const pausedMs = this.#budget.pausedUntil - this.#deps.clock.now();
    if (pausedMs <= 0) return this.#late(job);
    return new CrmUnavailableError("The CRM's rate limit is reached", {
      retryAfterSeconds: Math.ceil(pausedMs / 1_000),
    });
  }

  /** If nothing is wrong with the CRM, the call waited for others. */
  #late(job: QueuedCall, troubleOfRequest?: string): DeadlineError {
    const because = job.trouble ?? this.#troubleSince(job.requestedAt) ?? troubleOfRequest;
    return new DeadlineError(
      'The request timed out before the CRM could be called',
      because,
      this.#responses.slownessOf(job),
    );
  }

  /** What is wrong with the calls of this request, including those that it shares. */
  troubleOf(requestId: string): string | undefined {
    const own = [...this.#unsettled].filter(({ context }) => serves(context, requestId));
    const troubles = own.map(
      (job) =>
        job.trouble ??
        silenceSince(this.#startedAt.get(job), this.#deps.clock.now()) ??
        this.#troubleSince(job.requestedAt),
    );
    return troubles.find((trouble) => trouble !== undefined) ?? this.#responses.lastOf(requestId);
  }

  #troubleSince(since: number): string | undefined {
    const [oldest] = this.#startedAt.values();
    return this.#responses.troubleSince(since, silenceSince(oldest, this.#deps.clock.now()));
  }

  #pause(slot: Slot, failure: CallFailure, now: number): void {
    const pauseMs = this.#budget.pause(slot, failure, now);
    if (pauseMs === undefined) return;
    this.#deps.log?.warn({ lane: this.#name, pauseMs: Math.round(pauseMs) }, 'The CRM returned a rate limit error');
  }

  #stopForTheDay(now: number): void {
    this.#budget.daily.reach(now);
    this.#failWaiting(now);
  }

  #failWaiting(now: number): void {
    this.#deps.log?.warn({ lane: this.#name, probeMs: dailyProbeMs }, "The CRM's daily limit of API calls is reached");
    for (const queue of Object.values(this.#queues)) {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        this.#deps.clock.clearTimer(job.deadlineTimer);
        job.reject(this.#budget.daily.error(now));
      }
    }
  }
}

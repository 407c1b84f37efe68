import { CrmUnavailableError, DeadlineError, type GatewayError } from '../../errors.ts';
import type { CallContext } from '../crm.ts';

/**
 * `always`: executing the call twice does no harm. `if-not-done`: repeat only if the first attempt certainly did nothing. `never`: the
 * first response is the result.
 */
export type Repeat = 'always' | 'if-not-done' | 'never';

/** Why an attempt failed, by what that means for the next one. */
export interface CallFailure {
  readonly kind: /** "Too many": nothing was done, and the lane must pause. */
    | 'limited'
    /** Certainly nothing was done (connection refused, a portal that is being moved). */
    | 'not-done'
    /** Another writer holds the record for a moment. */
    | 'locked'
    /** A 5xx, a reset, a timeout: the call may have been executed. */
    | 'perhaps-done'
    /** Trying again would bring the same response. */
    | 'final';
  readonly error: GatewayError;
  /** The wait that the CRM asked for. */
  readonly retryAfterMs?: number;
  /** The daily limit is reached: no retry helps until it is reset. */
  readonly isDaily?: boolean;
}

interface Backoff {
  /** The first wait; each further one is twice as long. */
  readonly firstMs: number;
  readonly maxMs: number;
}

interface Rule extends Backoff {
  readonly maxAttempts: number;
  readonly repeats: readonly Repeat[];
}

/** HubSpot holds a lock for two seconds (its error reference for 423). */
const retryRules: Readonly<Record<Exclude<CallFailure['kind'], 'final'>, Rule>> = {
  limited: { firstMs: 0, maxMs: 0, maxAttempts: 12, repeats: ['always', 'if-not-done'] },
  'not-done': { firstMs: 150, maxMs: 5_000, maxAttempts: 4, repeats: ['always', 'if-not-done'] },
  locked: { firstMs: 2_500, maxMs: 8_000, maxAttempts: 5, repeats: ['always'] },
  'perhaps-done': { firstMs: 400, maxMs: 8_000, maxAttempts: 5, repeats: ['always'] },
};

/** Milliseconds to wait before the next attempt, or undefined if there should be none. `attempts` counts those made so far. */
export function nextTry(
  failure: CallFailure,
  call: { readonly repeat: Repeat; readonly attempts: number },
  random: () => number,
): number | undefined {
  if (failure.kind === 'final' || failure.isDaily) return undefined;
  const rule = retryRules[failure.kind];
  if (!rule.repeats.includes(call.repeat) || call.attempts >= rule.maxAttempts) return undefined;
  if (failure.kind === 'limited') return 0;
  return Math.max(failure.retryAfterMs ?? 0, backoffMs(rule, call.attempts, random));
}

/** `firstMs` doubled per attempt up to `maxMs`, plus up to 25 % so that many calls do not come back together. */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number, random: () => number): number {
  return Math.min(firstMs * 2 ** (attempt - 1), maxMs) * (1 + 0.25 * random());
}

/** `HubSpot did not respond within 10 s`, for a wait of this many milliseconds. Rounded: equal sentences are stored once. */
export function silence(crm: string, ms: number): string {
  return `${crm} did not respond within ${durationText(ms)}`;
}

/** `50 ms`, `3.9 s`, or `12 s`. */
export function durationText(ms: number): string {
  const seconds = ms / 1_000;
  return ms < 995
    ? `${Math.max(1, Math.round(ms / 10)) * 10} ms`
    : `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
}

/** More requests than run at the same time. */
const maxRequests = 1_000;

/** The CRM answers most calls in a tenth of this. */
const slowMs = 2_000;

interface NotedJob {
  readonly context: CallContext;
  readonly requestedAt: number;
}

/**
 * How the calls of a lane ended, for requests that run out of time: a request's timeout must not be blamed on another request's failure.
 */
export class LaneResponses {
  /** The last attempt that ended without an answer. */
  #failed: { readonly at: number; readonly trouble: string } | undefined;
  /** When the CRM last answered an attempt, refusals included. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** Request id → what its last attempt failed with, the oldest first. */
  readonly #lastOf = new Map<string, string>();

  readonly #slowAnswers: SlowAnswers | undefined;

  constructor(slowAnswers: SlowAnswers | undefined) {
    this.#slowAnswers = slowAnswers;
  }

  /** @param times when an attempt of the job started, and when it ended. */
  note(
    { context, requestedAt }: NotedJob,
    failure: CallFailure | undefined,
    { startedAt, now }: { readonly startedAt: number; readonly now: number },
  ): void {
    const { requestId, alsoFor = [] } = context;
    const times = { waitedMs: startedAt - requestedAt, ranMs: now - startedAt };
    if (failure === undefined) this.#slowAnswers?.note(context, times);
    const trouble = failure === undefined ? undefined : troubleOf(failure);
    if (trouble === undefined) this.#answeredAt = now;
    else this.#failed = { at: now, trouble };
    for (const id of [requestId, ...alsoFor]) {
      this.#lastOf.delete(id);
      if (trouble !== undefined) this.#lastOf.set(id, trouble);
    }
    for (const id of this.#lastOf.keys()) {
      if (this.#lastOf.size <= maxRequests) break;
      this.#lastOf.delete(id);
    }
  }

  /** What the last attempt for this request failed with; undefined if it was answered. */
  lastOf(requestId: string): string | undefined {
    return this.#lastOf.get(requestId);
  }

  /** How slowly the CRM answered the calls of the job's request, in all lanes; undefined if it did not. */
  slownessOf({ context }: NotedJob): string | undefined {
    return this.#slowAnswers?.of(context.requestId);
  }

  /** What went wrong if no call was answered since; failures among answers do not hold up other calls. `silent`: the silence now. */
  troubleSince(since: number, silent: string | undefined): string | undefined {
    if (this.#answeredAt > since) return undefined;
    return this.#failed !== undefined && this.#failed.at > since ? this.#failed.trouble : silent;
  }
}

/** The CRM answers most calls in a tenth of this; only the largest batches take as long. */
const slowAnswerMs = 1_000;

interface Spent {
  waitedMs: number;
  ranMs: number;
  slowestMs: number;
}

/** How long the answered calls of requests took, in all lanes: what a request that ran out of time spent it on. */
export class SlowAnswers {
  /** By request id, those whose last call ended first at the front. */
  readonly #spent = new Map<string, Spent>();

  /** @param times of one answered call: in the queue, and until its answer. */
  note({ requestId, alsoFor = [] }: CallContext, { waitedMs, ranMs }: Pick<Spent, 'waitedMs' | 'ranMs'>): void {
    for (const id of [requestId, ...alsoFor]) {
      const before = this.#spent.get(id) ?? { waitedMs: 0, ranMs: 0, slowestMs: 0 };
      this.#spent.delete(id);
      this.#spent.set(id, {
        waitedMs: before.waitedMs + waitedMs,
        ranMs: before.ranMs + ranMs,
        slowestMs: Math.max(before.slowestMs, ranMs),
      });
    }
    for (const id of this.#spent.keys()) {
      if (this.#spent.size <= maxRequests) break;
      this.#spent.delete(id);
    }
  }

  /** Undefined unless a call was slow, and the request's calls ran for longer than they waited for their turn. */
  of(requestId: string): string | undefined {
    const { waitedMs, ranMs, slowestMs } = this.#spent.get(requestId) ?? { waitedMs: 0, ranMs: 0, slowestMs: 0 };
    if (slowestMs < slowAnswerMs || ranMs <= waitedMs) return undefined;
    return `the CRM responded slowly, in up to ${durationText(slowestMs)}`;
  }
}

/** True for a call of this request, including one that it shares. */
export function serves({ requestId, alsoFor }: CallContext, id: string): boolean {
  return requestId === id || alsoFor?.includes(id) === true;
}

/** Undefined for a response that only refuses the call. */
export function troubleOf({ error }: CallFailure): string | undefined {
  if (error instanceof DeadlineError) return error.because;
  return error instanceof CrmUnavailableError ? error.message : undefined;
}

export function silenceSince(startedAt: number | undefined, now: number): string | undefined {
  return startedAt === undefined || now - startedAt < slowMs ? undefined : silence('The CRM', now - startedAt);
}

/**
 * The error of a call that is not tried again. The deadline may have ended its last attempt: what ended those before it may be the
 * cause, or the wait before a first one that ran for a moment.
 */
export function lastError(
  { error }: CallFailure,
  job: { readonly requestedAt: number; readonly trouble: string | undefined },
  times: { readonly startedAt: number; readonly now: number; readonly slowness: string | undefined },
): GatewayError {
  if (!(error instanceof DeadlineError) || error.because === undefined) return error;
  const { message, because } = error;
  if (job.trouble !== undefined) return new DeadlineError(message, `${job.trouble}, and at the next try ${because}`);
  const { startedAt, now, slowness } = times;
  if (slowness !== undefined) return new DeadlineError(message, `${slowness}, and then ${because}`);
  const waitedMs = startedAt - job.requestedAt;
  if (waitedMs <= now - startedAt) return error;
  return new DeadlineError(message, `the call waited ${durationText(waitedMs)} for its turn, and then ${because}`);
}

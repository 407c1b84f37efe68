import type { GatewayError } from '../errors.ts';

/** `always`: carrying the call out twice does no harm. `if-not-done`: only when the first try certainly did nothing. */
export type Repeat = 'always' | 'if-not-done';

/** Why a try failed, in the words that decide about the next one. */
export interface CallFailure {
  readonly kind: /** "Too many": nothing was done, and the lane must pause. */
    | 'limited'
    /** Certainly nothing was done (connection refused, a portal that is being moved). */
    | 'not-done'
    /** Another writer holds the record for a moment. */
    | 'locked'
    /** A 5xx, a reset, a time-out: perhaps it was carried out. */
    | 'perhaps-done'
    /** The answer is an answer: trying again would bring the same. */
    | 'final';
  readonly error: GatewayError;
  /** The CRM's own wish. */
  readonly retryAfterMs?: number;
  /** The day's budget is gone: nothing helps until it is renewed. */
  readonly isDaily?: boolean;
}

interface Rule {
  readonly firstWaitMs: number;
  readonly atMostMs: number;
  /** Tries in all. */
  readonly tries: number;
  readonly repeats: readonly Repeat[];
}

/** Waits double from try to try, with jitter. HubSpot holds a lock for two seconds (its error reference for 423). */
const RULES: Readonly<Record<Exclude<CallFailure['kind'], 'final'>, Rule>> = {
  limited: { firstWaitMs: 0, atMostMs: 0, tries: 12, repeats: ['always', 'if-not-done'] },
  'not-done': { firstWaitMs: 150, atMostMs: 5_000, tries: 4, repeats: ['always', 'if-not-done'] },
  locked: { firstWaitMs: 2_500, atMostMs: 8_000, tries: 5, repeats: ['always'] },
  'perhaps-done': { firstWaitMs: 400, atMostMs: 8_000, tries: 5, repeats: ['always'] },
};

/** Milliseconds to wait before the next try, or undefined when there should be none. `attempt` counts from 1. */
export function nextTry(
  failure: CallFailure,
  repeat: Repeat,
  attempt: number,
  random: () => number,
): number | undefined {
  if (failure.kind === 'final' || failure.isDaily) return undefined;
  const rule = RULES[failure.kind];
  if (!rule.repeats.includes(repeat) || attempt >= rule.tries) return undefined;
  if (failure.kind === 'limited') return 0;
  return Math.max(failure.retryAfterMs ?? 0, backoffMs(rule.firstWaitMs, attempt, rule.atMostMs, random));
}

/** `firstMs` doubled per attempt, at most `atMostMs`, spread over the 25 % above so that many do not come back together. */
export function backoffMs(firstMs: number, attempt: number, atMostMs: number, random: () => number): number {
  return Math.min(firstMs * 2 ** (attempt - 1), atMostMs) * (1 + 0.25 * random());
}

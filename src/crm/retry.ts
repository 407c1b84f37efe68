import type { GatewayError } from '../errors.ts';

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
const RULES: Readonly<Record<Exclude<CallFailure['kind'], 'final'>, Rule>> = {
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
  const rule = RULES[failure.kind];
  if (!rule.repeats.includes(call.repeat) || call.attempts >= rule.maxAttempts) return undefined;
  if (failure.kind === 'limited') return 0;
  return Math.max(failure.retryAfterMs ?? 0, backoffMs(rule, call.attempts, random));
}

/** `firstMs` doubled per attempt up to `maxMs`, plus up to 25 % so that many calls do not come back together. */
export function backoffMs({ firstMs, maxMs }: Backoff, attempt: number, random: () => number): number {
  return Math.min(firstMs * 2 ** (attempt - 1), maxMs) * (1 + 0.25 * random());
}

/** `HubSpot did not respond within 10 s`, for a wait of so many milliseconds. Rounded: equal sentences are stored once. */
export function silence(crm: string, ms: number): string {
  const seconds = ms / 1_000;
  const duration =
    ms < 995 ? `${Math.max(1, Math.round(ms / 10)) * 10} ms` : `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  return `${crm} did not respond within ${duration}`;
}

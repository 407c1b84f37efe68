import { type CrmErrorDetail, CrmRejectedError, CrmUnavailableError, DeadlineError } from '../../../errors.ts';
import type { CrmProblem } from '../../crm.ts';
import type { CallFailure } from '../../retry.ts';
import { contextValues, type HubSpotError, readHubSpotError } from './error-body.ts';

/** What arrived: status, headers with lower-case names, and the body as text. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** HubSpot understood the call and refused it (a 4xx). Its words stay inside: they may hold record values. */
export class HubSpotRefusal extends CrmRejectedError {
  readonly #body: HubSpotError;

  constructor(message: string, detail: CrmErrorDetail, body: HubSpotError) {
    super(message, detail);
    this.#body = body;
  }

  /** For attributing the refusal to records; never for a log. */
  get body(): HubSpotError {
    return this.#body;
  }
}

/** Classifies every answer that is not a 2xx with a body we know. */
export function failureOf(answer: RawAnswer): CallFailure {
  const body = readHubSpotError(parseJson(answer.text));
  const detail = detailOf(answer, body);
  const retryAfterMs = retryAfterOf(answer.headers);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  const { status } = answer;
  if (status === 429) return limited(answer, body, detail, wait);
  if (status === 477)
    return unavailable('not-done', 'HubSpot is moving this account to another data centre', detail, wait);
  if (status === 423) return unavailable('locked', 'HubSpot holds a lock on the record', detail, wait);
  if (status >= 500) return unavailable('perhaps-done', `HubSpot answered ${status}`, detail, wait);
  if (status < 400)
    return unavailable('perhaps-done', 'HubSpot answered in a form that the bridge does not know', detail, {});
  return { kind: 'final', error: new HubSpotRefusal(refusalMessage(status, detail), detail, body) };
}

function limited(
  answer: RawAnswer,
  body: HubSpotError,
  detail: CrmErrorDetail,
  wait: { retryAfterMs?: number },
): CallFailure {
  const isDaily = body.policyName === 'DAILY' || /\bdaily\b/i.test(body.message);
  const intervalMs = isSearchPolicy(body)
    ? undefined
    : numberOf(answer.headers['x-hubspot-ratelimit-interval-milliseconds']);
  const retryAfterMs = wait.retryAfterMs ?? intervalMs;
  const seconds = Math.ceil((retryAfterMs ?? (isDaily ? 300_000 : 10_000)) / 1_000);
  const message = isDaily
    ? 'The day’s limit of calls to HubSpot is used up; it is renewed at midnight in the account’s time zone'
    : 'HubSpot’s rate limit is used up';
  return {
    kind: 'limited',
    error: new CrmUnavailableError(message, { retryAfterSeconds: seconds, detail }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(isDaily && { isDaily }),
  };
}

function isSearchPolicy(body: HubSpotError): boolean {
  return body.policyName === 'SECONDLY' || /\bsecondly\b/i.test(body.message);
}

function unavailable(
  kind: 'not-done' | 'locked' | 'perhaps-done',
  message: string,
  detail: CrmErrorDetail,
  wait: { retryAfterMs?: number },
): CallFailure {
  const seconds = wait.retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(wait.retryAfterMs / 1_000) };
  const error = new CrmUnavailableError(message, { ...seconds, ambiguous: kind !== 'not-done', detail });
  return { kind, error, ...wait };
}

function refusalMessage(status: number, detail: CrmErrorDetail): string {
  if (status === 401) return 'HubSpot refused the access token';
  if (status === 403 && detail.missingScopes !== undefined) {
    return `The HubSpot token lacks a scope: ${detail.missingScopes.join(', ')}`;
  }
  if (status === 403) return 'HubSpot denied access: the token lacks a scope or a permission';
  return `HubSpot refused the call with ${status}${detail.category === undefined ? '' : ` ${detail.category}`}`;
}

/**
 * Classifies what the SDK threw when no complete answer arrived. The reason of a failed fetch is in `cause.code`;
 * before a connection stands nothing can have been done.
 */
export function networkFailure(thrown: unknown): CallFailure {
  const code = networkCode(thrown);
  const isUnsent = code !== undefined && NEVER_SENT.has(code);
  const words = code === undefined ? 'without a reason' : `(${code})`;
  const error = new CrmUnavailableError(`HubSpot could not be reached ${words}`, { ambiguous: !isUnsent });
  return { kind: isUnsent ? 'not-done' : 'perhaps-done', error };
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function networkCode(thrown: unknown): string | undefined {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    // A failed connection to a name with several addresses: one error per address.
    if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0]);
  }
  return undefined;
}

/** The call's own time ran out: perhaps HubSpot is still at work on it. */
export function timeOutFailure(timeoutMs: number): CallFailure {
  const error = new CrmUnavailableError(`HubSpot did not answer within ${Math.round(timeoutMs)} ms`, {
    ambiguous: true,
  });
  return { kind: 'perhaps-done', error };
}

/** The problem of one record after a call that failed as a whole. */
export function problemOf(error: unknown): CrmProblem {
  if (error instanceof DeadlineError) return { kind: 'late', message: error.message };
  if (error instanceof CrmUnavailableError) {
    if (error.ambiguous) return { kind: 'ambiguous', message: error.message };
    return { kind: 'unavailable', message: error.message, retryAfterSeconds: error.retryAfterSeconds };
  }
  if (error instanceof CrmRejectedError) {
    const { missingScopes } = error.detail;
    return { kind: 'refused', message: error.message, ...(missingScopes !== undefined && { missingScopes }) };
  }
  throw error;
}

/** The same for a call that may be repeated at will: whatever happened to it, asking again later does no harm. */
export function repeatableProblemOf(error: unknown): CrmProblem {
  const problem = problemOf(error);
  return problem.kind === 'ambiguous' ? { kind: 'unavailable', message: problem.message } : problem;
}

/**
 * True where a call was refused for what it carried, so that a part of it may pass. Everything else that is refused (token, scope,
 * address) would be refused with any content.
 */
export function isAboutContent(error: unknown): error is HubSpotRefusal {
  if (!(error instanceof HubSpotRefusal)) return false;
  const { status, category } = error.detail;
  return status === 400 || status === 409 || status === 422 || (status === 404 && category === 'OBJECT_NOT_FOUND');
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // HTML from the edge, or nothing at all: the caller decides by status.
    return undefined;
  }
}

function detailOf(answer: RawAnswer, body: HubSpotError): CrmErrorDetail {
  const correlationId = body.correlationId ?? answer.headers['x-hubspot-correlation-id'];
  const scopes = [
    ...new Set([...contextValues(body, 'requiredGranularScopes'), ...contextValues(body, 'requiredScopes')]),
  ];
  return {
    status: answer.status,
    ...(body.category !== undefined && { category: body.category }),
    ...(correlationId !== undefined && { correlationId }),
    ...(scopes.length > 0 && { missingScopes: scopes }),
  };
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110). */
export function retryAfterOf(headers: Readonly<Record<string, string>>): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

export function numberOf(value: string | undefined): number | undefined {
  const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

import { AnswerTooLargeError } from '../../../errors.ts';
import type { CallContext } from '../../crm.ts';
import type { CallFailure } from '../../pacing/retry.ts';
import { freeBytes } from './response-budget.ts';

/**
 * What all large responses to one request may have, in bytes, those included that are given up. More than the values that a request may
 * read (read-allowance.ts) take, but a CRM that answers every call with megabytes must not be read until the deadline.
 */
const maxBytes = 128 * 1024 ** 2;

/** Bytes so far, by deadline: every request has a deadline object of its own, and so has work that several requests share. */
const received = new WeakMap<CallContext['deadline'], number>();

/** Counts a response. Small ones are bounded by the number of calls. */
export function countResponse({ deadline }: CallContext, bytes: number): void {
  if (bytes > freeBytes) received.set(deadline, (received.get(deadline) ?? 0) + bytes);
}

/** Why no further call is sent for a request; undefined if it may be. */
export function failureOnceSpent({ deadline }: CallContext): CallFailure | undefined {
  if ((received.get(deadline) ?? 0) <= maxBytes) return undefined;
  const reason = `HubSpot's responses to this request are larger than ${maxBytes / 1024 ** 2} MB together`;
  return { kind: 'final', error: new AnswerTooLargeError(reason) };
}

import { AnswerTooLargeError, CrmRejectedError, CrmUnavailableError, DeadlineError } from '../errors.ts';

/** Why one value or one record could not be served. */
export type CrmProblem =
  /** The CRM refused the values of the named properties (unknown, not an option, read-only, badly formed). */
  | {
      readonly kind: 'invalid';
      readonly message: string;
      readonly properties: readonly InvalidProperty[];
      /** The record has a value in none of these, and needs one. */
      readonly needsOneOf?: readonly string[];
    }
  /** The record lacks values that the account requires. */
  | {
      readonly kind: 'incomplete';
      readonly message: string;
      readonly required: readonly Pick<RequiredProperty, 'name' | 'when'>[];
    }
  /** Another record holds a value that must be unique. */
  | { readonly kind: 'conflict'; readonly message: string; readonly existingId?: string; readonly property?: string }
  | { readonly kind: 'not-found'; readonly message: string }
  /** The CRM rejected the bridge: token, scope, permission. */
  | { readonly kind: 'refused'; readonly message: string; readonly missingScopes?: readonly string[] }
  /** Not executed because of the CRM's state, or an update that can be repeated without harm: can be sent again later. */
  | {
      readonly kind: 'unavailable';
      readonly message: string;
      readonly retryAfterSeconds?: number;
      readonly mayBeWritten?: true;
    }
  /** May have been executed: look it up before sending it again. */
  | { readonly kind: 'ambiguous'; readonly message: string }
  /** More than the bridge reads of one record, or for one request; fewer records at once may be served. */
  | { readonly kind: 'too-large'; readonly message: string }
  /** The request's deadline passed first. `because`: what the CRM did, or failed to do, until then. */
  /** `slowness`: the CRM responded slowly until then, and the call was not sent. */
  | {
      readonly kind: 'late';
      readonly message: string;
      readonly because?: string;
      readonly slowness?: string;
      readonly mayBeWritten?: true;
    };

/** A property without which the account accepts no record: a rule of its administrator. */
export interface RequiredProperty {
  readonly objectType: string;
  readonly name: string;
  /** `created`: of every new record; `conditional`: of records with certain other values. */
  readonly when: 'created' | 'conditional';
}

export interface InvalidProperty {
  readonly name: string;
  /**
   * What the bridge acts on and reports; absent where the CRM refused the value for another reason, or for none that it names.
   * `no-property`: the CRM has no property of that name (anymore, or yet); `taken`: it must be unique, and another record has it.
   */
  readonly cause?: 'no-property' | 'no-option' | 'read-only' | 'unknown-owner' | 'taken';
  /** The CRM's own code where it gives one, for people. */
  readonly code?: string;
  /** Short: neither other values nor a list of all options. */
  readonly reason: string;
  /** The record that already has the value, where it must be unique. */
  readonly holderId?: string;
}

/**
 * What a call that may have been carried out means for its records: `ambiguous` for creates; `unavailable` for calls that can be
 * repeated without harm.
 */
export type Unsure = 'ambiguous' | 'unavailable';

/**
 * The problem of each record whose call failed as a whole: the only mapping of errors to problems. What HubSpot says about single records in
 * a response, where nothing is thrown, is mapped by `crm/hubspot/problems/entry-problem.ts`.
 * @throws the error itself if it is not one of the CRM or the deadline.
 */
export function problemOfError(error: unknown, unsure: Unsure): CrmProblem {
  if (error instanceof CrmRejectedError) {
    const { missingScopes } = error.detail;
    return { kind: 'refused', message: error.message, ...(missingScopes !== undefined && { missingScopes }) };
  }
  if (error instanceof AnswerTooLargeError) return { kind: 'too-large', message: error.message };
  if (error instanceof DeadlineError) {
    const { message, because, slowness } = error;
    return {
      kind: 'late',
      message,
      ...(because !== undefined && { because }),
      ...(slowness !== undefined && { slowness }),
    };
  }
  if (error instanceof CrmUnavailableError) {
    if (error.ambiguous) return { kind: unsure, message: error.message };
    return { kind: 'unavailable', message: error.message, retryAfterSeconds: error.retryAfterSeconds };
  }
  throw error;
}

/**
 * The same for a call that writes, which adds one fact to the problem: the CRM may have executed an update that it did not confirm. For reads
 * and creates that fact would be wrong, so it is not a case of the function above.
 */
export function problemOfWrite(error: unknown, unsure: Unsure): CrmProblem {
  const problem = problemOfError(error, unsure);
  // A create that missed the deadline was not sent.
  const mayBeWritten =
    unsure === 'unavailable' &&
    (error instanceof CrmUnavailableError ? error.ambiguous : problem.kind === 'late' && problem.because !== undefined);
  return mayBeWritten && (problem.kind === 'unavailable' || problem.kind === 'late')
    ? { ...problem, mayBeWritten }
    : problem;
}

/**
 * The problem of an item that a successful answer does not mention: it looks neither like success nor like "not found". HubSpot has been
 * seen to respond this way; within the bridge, such a gap is a bug.
 */
export function unaccounted(
  unsure: Unsure,
  item: 'record' | 'link' | 'property' = 'record',
): { readonly problem: CrmProblem } {
  return { problem: { kind: unsure, message: `the CRM's response does not mention this ${item}` } };
}

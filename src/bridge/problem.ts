import type { CrmProblem, RequiredProperty } from '../crm/crm.ts';
import {
  AnswerTooLargeError,
  CrmRejectedError,
  CrmUnavailableError,
  DeadlineError,
  type GatewayError,
  InvalidRequestError,
  NotFoundError,
} from '../errors.ts';

/** One sentence for a record's entry in the answer. */
export function describeProblem(problem: CrmProblem): string {
  switch (problem.kind) {
    case 'invalid': {
      const named = problem.properties.map(({ name, reason }) => `${name} (${reason})`).join(', ');
      return named === '' ? problem.message : `The CRM rejected ${named}`;
    }
    case 'incomplete':
      return `${problem.message}: ${howToComplete(problem.required)}`;
    case 'conflict': {
      const holder = problem.existingId === undefined ? 'another record' : `record ${problem.existingId}`;
      return `${problem.property ?? 'A unique value'} already belongs to ${holder}`;
    }
    case 'not-found':
    case 'too-large':
      return problem.message;
    case 'refused':
      return `The CRM rejected the bridge: ${problem.message}`;
    case 'unavailable':
      return `The CRM was not available: ${problem.message}`;
    case 'ambiguous':
      return `${unconfirmed}${problem.message}`;
    case 'late':
      return lateText(problem.because ?? problem.slowness);
  }
}

/** Before the reason why it is unknown whether a record was written. */
export const unconfirmed = 'The CRM did not confirm whether the write succeeded: ';
function lateText(cause: string | undefined): string {
  return cause === undefined ? lateWords : `The request timed out: ${cause}`;
}

const lateWords = 'The request timed out before this record was processed';

/** The same for people who export, as Enginy's report shows it to them: first what to do, then why. */
export function adviseProblem(problem: CrmProblem): string {
  // What is said before their message is in the advice.
  const isBrief = problem.kind === 'unavailable' || problem.kind === 'refused';
  if (problem.message.startsWith(mergeAdvice)) return problem.message;
  if (problem.kind === 'invalid' && problem.needsOneOf !== undefined) {
    const words = problem.needsOneOf.map((name) => propertyWords[name] ?? name);
    return `Add ${choiceOf.format(words)} and export again: the CRM requires at least one of them`;
  }
  return `${advice[problem.kind]}: ${isBrief ? problem.message : describeProblem(problem)}`;
}

/** Creating one takes longer than using it. */
const choiceOf = new Intl.ListFormat('en', { type: 'disjunction' });

/** For a record that matches several records of the CRM. */
export const mergeAdvice = 'Merge these duplicates in the CRM';

/** For a record that is not there. */
export const findAgain = 'Sync again to give Enginy the current id';

const advice: Readonly<Record<CrmProblem['kind'], string>> = {
  invalid: 'Correct the value and export again',
  incomplete: 'Add the value and export again, or ask your administrator for a default',
  conflict: 'Merge the two records in the CRM if they are the same',
  'not-found': findAgain,
  refused: 'Ask your administrator',
  unavailable: 'Export again later',
  ambiguous: 'Export again, which does not create a duplicate',
  late: 'Export again',
  'too-large': 'Export fewer records at once, or shorten long texts in the CRM',
};

/** Names of properties that a record may need, as people say them. */
const propertyWords: Readonly<Record<string, string>> = {
  email: 'an email address',
  firstname: 'a first name',
  lastname: 'a last name',
  name: 'a name',
  domain: 'a domain',
};

/** What an administrator can do in the mapping file. */
function howToComplete(required: readonly Pick<RequiredProperty, 'when'>[]): string {
  const isForNew = required.every(({ when }) => when === 'created');
  return isForNew
    ? 'give it a value under `on_create`, or map a field to it with a `default`'
    : 'give it a value under `always`, or map a field to it';
}

/**
 * The error of a request of which nothing was done or learned; undefined when problems belong to single records.
 * Returned only if every problem was caused by the CRM or the deadline and no write can have happened, so that the caller may
 * send the whole request again.
 */
export function errorForAll(problems: readonly CrmProblem[]): GatewayError | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  if (problems.every(({ kind }) => kind === 'refused')) {
    const missingScopes = first.kind === 'refused' ? first.missingScopes : undefined;
    return new CrmRejectedError(first.message, missingScopes === undefined ? {} : { missingScopes });
  }
  if (problems.every(({ kind }) => kind === 'late')) {
    const late = problems.filter((problem) => problem.kind === 'late');
    const causeOf = (name: 'because' | 'slowness') => late.find((problem) => problem[name] !== undefined)?.[name];
    return new DeadlineError(first.message, causeOf('because'), causeOf('slowness'));
  }
  if (problems.every(({ kind }) => kind === 'unavailable' || kind === 'late')) {
    const waits = problems.flatMap((problem) =>
      problem.kind === 'unavailable' && problem.retryAfterSeconds !== undefined ? [problem.retryAfterSeconds] : [],
    );
    const [reason] = problems.filter(({ kind }) => kind === 'unavailable');
    return new CrmUnavailableError(
      reason?.message ?? first.message,
      waits.length === 0 ? {} : { retryAfterSeconds: waits.reduce((longest, wait) => Math.max(longest, wait)) },
    );
  }
  return undefined;
}

/** The error of a read of several records of which some met these problems; undefined if there are none. */
export function errorForReads(problems: readonly CrmProblem[]): GatewayError | undefined {
  // "Too large" takes precedence over failures that pass with time, because the same request would fail again.
  const decisive = problems.find(({ kind }) => kind === 'too-large') ?? problems[0];
  return decisive === undefined ? undefined : (errorForAll(problems) ?? errorForOne(decisive));
}

/** The error of a request about one record that met this problem. */
export function errorForOne(problem: CrmProblem): GatewayError {
  const error = errorForAll([problem]);
  if (error !== undefined) return error;
  switch (problem.kind) {
    case 'not-found':
      return new NotFoundError(problem.message);
    case 'too-large':
      return new AnswerTooLargeError(problem.message);
    case 'ambiguous':
      return new CrmUnavailableError(describeProblem(problem), { ambiguous: true });
    default:
      return new InvalidRequestError(adviseProblem(problem), { code: 'The CRM rejected the record' });
  }
}

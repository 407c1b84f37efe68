import type { CrmProblem } from '../crm/crm.ts';
import { CrmRejectedError, CrmUnavailableError, DeadlineError, type GatewayError } from '../errors.ts';

/** One sentence for the record's entry in the answer. */
export function describeProblem(problem: CrmProblem): string {
  switch (problem.kind) {
    case 'invalid': {
      const named = problem.properties.map(({ name, reason }) => `${name} (${reason})`).join(', ');
      return named === '' ? problem.message : `The CRM refused ${named}`;
    }
    case 'conflict': {
      const holder = problem.existingId === undefined ? 'another record' : `record ${problem.existingId}`;
      return `${problem.property ?? 'A unique value'} already belongs to ${holder}`;
    }
    case 'not-found':
      return problem.message;
    case 'refused':
      return `The CRM refused the bridge: ${problem.message}`;
    case 'unavailable':
      return `The CRM was not available: ${problem.message}`;
    case 'ambiguous':
      return `The CRM did not say whether it was done: ${problem.message}`;
    case 'late':
      return `Not reached within the request's time: ${problem.message}`;
  }
}

/**
 * The error for a request of which nothing could be done or learned, or undefined when its problems are the records' own.
 * Said only when every problem is of the CRM's or the deadline's making and none may have been carried out: then the whole
 * request may be sent again.
 */
export function errorForAll(problems: readonly CrmProblem[]): GatewayError | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  if (problems.every(({ kind }) => kind === 'refused')) {
    const missingScopes = first.kind === 'refused' ? first.missingScopes : undefined;
    return new CrmRejectedError(first.message, missingScopes === undefined ? {} : { missingScopes });
  }
  if (problems.every(({ kind }) => kind === 'late')) return new DeadlineError(first.message);
  if (problems.every(({ kind }) => kind === 'unavailable' || kind === 'late')) {
    const waits = problems.flatMap((problem) =>
      problem.kind === 'unavailable' && problem.retryAfterSeconds !== undefined ? [problem.retryAfterSeconds] : [],
    );
    const [reason] = problems.filter(({ kind }) => kind === 'unavailable');
    return new CrmUnavailableError(
      reason?.message ?? first.message,
      waits.length === 0 ? {} : { retryAfterSeconds: Math.max(...waits) },
    );
  }
  return undefined;
}

/** What the exception of a look-up means for each record that it would have served: whether it was done does not matter. */
export function problemFromRead(error: unknown): CrmProblem {
  const problem = problemFromError(error);
  return problem.kind === 'ambiguous' ? { kind: 'unavailable', message: problem.message } : problem;
}

/** What the exception of a whole write means for each record that the write would have served. */
export function problemFromError(error: unknown): CrmProblem {
  if (error instanceof CrmRejectedError) {
    const { missingScopes } = error.detail;
    return { kind: 'refused', message: error.message, ...(missingScopes === undefined ? {} : { missingScopes }) };
  }
  if (error instanceof DeadlineError) return { kind: 'late', message: error.message };
  if (error instanceof CrmUnavailableError) {
    if (error.ambiguous) return { kind: 'ambiguous', message: error.message };
    return { kind: 'unavailable', message: error.message, retryAfterSeconds: error.retryAfterSeconds };
  }
  throw error;
}

import type { CrmProblem } from '../crm/crm.ts';
import { CrmUnavailableError, type GatewayError, InvalidRequestError, NotFoundError } from '../errors.ts';
import { describeProblem, errorForAll } from './problem.ts';

/** The error of a request about one record that met this problem. */
export function errorForOne(problem: CrmProblem): GatewayError {
  const crmsOwn = errorForAll([problem]);
  if (crmsOwn !== undefined) return crmsOwn;
  switch (problem.kind) {
    case 'not-found':
      return new NotFoundError(problem.message);
    case 'ambiguous':
      return new CrmUnavailableError(describeProblem(problem), { ambiguous: true });
    default:
      return new InvalidRequestError(describeProblem(problem), { code: 'The CRM refused the record' });
  }
}

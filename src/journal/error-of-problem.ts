import type { NotedProblem } from '../bridge/decisions.ts';

/** The `error` of a request without records that failed for this reason; undefined: only records fail for it. */
export const errorOfProblem: Readonly<Record<NotedProblem['kind'], string | undefined>> = {
  invalid: undefined,
  incomplete: undefined,
  conflict: undefined,
  'not-found': undefined,
  refused: 'CRM refused the request',
  unavailable: 'CRM unavailable',
  ambiguous: undefined,
  late: 'Deadline exceeded',
  request: 'Invalid request',
  fault: 'Internal error',
};

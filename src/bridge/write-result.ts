import type { CrmProblem } from '../crm/crm.ts';

/** What became of one record: its id and what was left out of it, or why it was not written. */
export type WriteResult =
  | { readonly crmId: string; readonly warnings: readonly string[] }
  | { readonly problem: CrmProblem; readonly warnings: readonly string[] };

/**
 * The final check of design rule 1: every record of a request ends with a result. A gap is a fault of ours that must not look
 * like success nor like "not found".
 */
export function accountForAll<Result>(
  results: readonly (Result | undefined)[],
  count: number,
  missing: () => Result,
): Result[] {
  return Array.from({ length: count }, (_unused, index) => results[index] ?? missing());
}

export const lostProblem: CrmProblem = {
  kind: 'ambiguous',
  message: 'the bridge lost track of this record; its log tells more',
};

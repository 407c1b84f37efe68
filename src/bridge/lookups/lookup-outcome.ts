import { unaccounted } from '../../crm/crm-problem.ts';
import type { CrmProblem, CrmRecord, ReadOutcome } from '../../crm/crm.ts';

/** How the read of one value ended. A record under a merged id is the surviving one. */
export type LookupOutcome = { readonly record: CrmRecord } | 'missing' | { readonly problem: CrmProblem };

/** @returns what a read says about one of the values it asked for. */
export function lookupIn({ found, missing, failed }: ReadOutcome, value: string): LookupOutcome {
  const record = found.get(value);
  if (record !== undefined) return { record };
  if (missing.has(value)) return 'missing';
  const problem = failed.get(value);
  return problem === undefined ? unaccounted('unavailable') : { problem };
}

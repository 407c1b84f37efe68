import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
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

/**
 * Reads values. Does not reject if the CRM fails: a failed read is a problem of each value.
 * @param read the CRM's read of all the values; not called if there are none.
 * @returns how the read of each value ended.
 */
export async function lookUpEach(
  values: readonly string[],
  read: () => Promise<ReadOutcome>,
): Promise<ReadonlyMap<string, LookupOutcome>> {
  if (values.length === 0) return new Map();
  try {
    const outcome = await read();
    return new Map(values.map((value) => [value, lookupIn(outcome, value)]));
  } catch (error) {
    const problem = problemOfError(error, 'unavailable');
    return new Map(values.map((value) => [value, { problem }]));
  }
}

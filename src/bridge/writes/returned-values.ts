import { unaccounted } from '../../crm/crm-problem.ts';
import type { CrmProperties } from '../../crm/crm.ts';
import type { LookupCrm } from '../lookups/batching-crm.ts';
import type { Logger } from '../../logger.ts';
import { returnedProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { lookUpEach } from '../lookups/lookup-outcome.ts';
import { describeProblem } from '../problem.ts';
import type { RequestScope } from '../request-scope.ts';
import type { WriteResult } from './write-result.ts';

/** CRM properties that the answer to an update needs; none where the mapping file switches `return_in_updates` off. */
export function returnedInUpdates(mapping: Mapping): readonly string[] {
  return mapping.return_in_updates ? returnedProperties(mapping) : [];
}

/**
 * Completes what updated records hold, for the `properties` of the answer. The CRM's response to an update often lacks properties that
 * were not written; such records are read. A record that cannot be read keeps its success: it was written.
 * @returns one result per result, in order.
 */
export async function completeHeld(
  scope: RequestScope & { readonly lookupCrm: LookupCrm; readonly log: Logger; readonly returned: readonly string[] },
  results: readonly WriteResult[],
): Promise<WriteResult[]> {
  const { lookupCrm, mapping, context, log, returned: names } = scope;
  const ids = new Set(results.flatMap((result) => (isIncomplete(result, names) ? [result.crmId] : [])));
  if (ids.size === 0) return [...results];
  const lookups = await lookUpEach([...ids], () =>
    lookupCrm.readByIds(mapping.target.objectType, [...ids], names, context),
  );
  return results.map((result) => {
    if (!isIncomplete(result, names)) return result;
    const lookup = lookups.get(result.crmId) ?? unaccounted('unavailable');
    if (lookup !== 'missing' && 'record' in lookup) return { ...result, held: lookup.record.properties };
    const why = lookup === 'missing' ? 'the record no longer exists' : describeProblem(lookup.problem);
    const { held: _partial, ...rest } = result;
    log.debug({ requestId: context.requestId, object: mapping.object, why }, 'updated, but not read back');
    return { ...rest, warnings: [...result.warnings, `properties were not returned: ${why}`] };
  });
}

function isIncomplete(
  result: WriteResult,
  names: readonly string[],
): result is WriteResult & { readonly crmId: string; readonly held?: CrmProperties } {
  return 'crmId' in result && names.some((name) => !Object.hasOwn(result.held ?? {}, name));
}

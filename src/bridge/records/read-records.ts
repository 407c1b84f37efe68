import type { CallContext, Crm } from '../../crm/crm.ts';
import { readableProperties, toReadableRecord } from '../../mapping/run/readable-record.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { errorForAll } from '../problem.ts';
import { errorForOne } from '../single-error.ts';

/** A record under Enginy's names. */
export type ReadRecord = { readonly id: string } & Readonly<Record<string, unknown>>;

/**
 * Reads contacts or companies by id, in the order of the ids. Unknown ids are left out; a merged one is answered under the id
 * that was asked for.
 * @throws GatewayError when one of them could not be looked up: it must not look like one that does not exist.
 */
export async function readRecords(
  deps: { readonly crm: Crm },
  mapping: Mapping,
  ids: readonly string[],
  context: CallContext,
): Promise<ReadRecord[]> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return [];
  const read = await deps.crm.readByIds(mapping.target.objectType, distinct, readableProperties(mapping), context);
  const problems = [...read.failed.values()];
  const [first] = problems;
  if (first !== undefined) throw errorForAll(problems) ?? errorForOne(first);
  return distinct.flatMap((id): ReadRecord[] => {
    const record = read.found.get(id);
    return record === undefined ? [] : [{ ...toReadableRecord(mapping, record.properties), id }];
  });
}

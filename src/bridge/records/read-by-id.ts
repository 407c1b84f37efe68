import type { Crm } from '../../crm/crm.ts';
import { readableProperties, toReadableRecord } from '../../mapping/run/readable-record.ts';
import { errorForAll, errorForOne } from '../problem.ts';
import type { RequestScope } from '../request-scope.ts';

/** A record under Enginy's names. */
export type ReadRecord = { readonly id: string } & Readonly<Record<string, unknown>>;

/**
 * Reads contacts or companies by id, in the order of the ids. Unknown ids are omitted; a merged record keeps the id
 * that was asked for.
 * @throws GatewayError when one of them could not be read: it must not look like a record that does not exist.
 */
export async function readById(
  { crm, mapping, context }: RequestScope & { readonly crm: Crm },
  ids: readonly string[],
): Promise<ReadRecord[]> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return [];
  const read = await crm.readByIds(mapping.target.objectType, distinct, readableProperties(mapping), context);
  const problems = [...read.failed.values()];
  const [first] = problems;
  if (first !== undefined) throw errorForAll(problems) ?? errorForOne(first);
  return distinct.flatMap((id): ReadRecord[] => {
    const record = read.found.get(id);
    return record === undefined ? [] : [{ ...toReadableRecord(mapping, record.properties), id }];
  });
}

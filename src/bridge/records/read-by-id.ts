import type { LookupCrm } from '../lookups/batching-crm.ts';
import { bytesOfValues } from '../../crm/crm.ts';
import { AnswerTooLargeError } from '../../errors.ts';
import { readableProperties, toReadableRecord } from '../../mapping/run/readable-record.ts';
import type { ReturnedValue } from '../../mapping/run/compile-return-row.ts';
import type { Logger } from '../../logger.ts';
import { errorForReads } from '../problem.ts';
import type { RequestScope } from '../request-scope.ts';
import { type OwnerList, ownersToReturn } from '../writes/owners-to-return.ts';

/** Values of one answer, in which each is written twice. */
const maxAnswerBytes = 24 * 1024 ** 2;

/** A record under Enginy's names: its fields beside its id, and once more, together, as `properties`. */
export type ReadRecord = {
  readonly id: string;
  readonly properties: Readonly<Record<string, ReturnedValue>>;
} & Readonly<Record<string, unknown>>;

/**
 * Reads contacts or companies by id, in the order of the ids. Unknown ids are omitted; a merged record keeps the id
 * that was asked for.
 * @throws GatewayError when one of them could not be read: it must not look like a record that does not exist; AnswerTooLargeError
 *   when their values are too large together.
 */
export async function readById(
  scope: RequestScope & { readonly lookupCrm: LookupCrm; readonly owners: OwnerList; readonly log: Logger },
  ids: readonly string[],
): Promise<ReadRecord[]> {
  const { lookupCrm, mapping, context } = scope;
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return [];
  const read = await lookupCrm.readByIds(mapping.target.objectType, distinct, readableProperties(mapping), context);
  const error = errorForReads([...read.failed.values()]);
  if (error !== undefined) throw error;
  let bytes = 0;
  for (const record of read.found.values()) bytes += bytesOfValues(record);
  if (bytes > maxAnswerBytes) throw new AnswerTooLargeError(maxAnswerBytes);
  const owners = await ownersToReturn(scope);
  return distinct.flatMap((id): ReadRecord[] => {
    const record = read.found.get(id);
    if (record === undefined) return [];
    const properties = toReadableRecord(mapping, record.properties, owners);
    return [{ ...properties, id, properties }];
  });
}

import { isObject } from '../../../json.ts';
import type { CallContext, CrmProblem, ObjectType } from '../../crm.ts';
import { idOf, readBatchAnswer } from '../calls/answers.ts';
import { LINKS_PER_READ, readLinkBatch } from '../calls/api.ts';
import { chunksOf } from '../calls/chunks.ts';
import { throwIfNothingDone } from '../problems/outcomes.ts';
import { problemOfEntry } from '../problems/problems.ts';
import { contextValues } from '../transport/error-body.ts';
import { repeatableProblemOf } from '../transport/errors.ts';
import type { Transport } from '../transport/transport.ts';

const UNACCOUNTED: CrmProblem = { kind: 'unavailable', message: 'HubSpot’s answer does not account for these links' };

interface FoundLinks {
  readonly fromId: string;
  readonly toIds: readonly string[];
  readonly after?: string;
}

/** Reads 1,000 ids a call, each to its last page. "No associations found" is an answer: an empty list. */
export async function readLinks(
  transport: Transport,
  from: ObjectType,
  to: ObjectType,
  ids: readonly string[],
  context: CallContext,
): Promise<{ found: ReadonlyMap<string, readonly string[]>; failed: ReadonlyMap<string, CrmProblem> }> {
  const found = new Map<string, string[]>();
  const failed = new Map<string, CrmProblem>();
  const errors: unknown[] = [];
  let answered = 0;
  const distinct = [...new Set(ids)];
  // An id that is no number belongs to no record, so nothing is linked to it.
  for (const id of distinct) if (!/^\d+$/.test(id)) found.set(id, []);
  await Promise.all(
    chunksOf(
      distinct.filter((id) => /^\d+$/.test(id)),
      LINKS_PER_READ,
    ).map(async (chunk) => {
      try {
        let open: readonly { id: string; after?: string }[] = chunk.map((id) => ({ id }));
        while (open.length > 0) {
          open = await readPage(transport, from, to, open, context, found, failed);
          answered += 1;
        }
      } catch (error) {
        errors.push(error);
        for (const id of chunk) failed.set(id, repeatableProblemOf(error));
      }
    }),
  );
  throwIfNothingDone(errors, answered);
  for (const id of failed.keys()) found.delete(id);
  return { found, failed };
}

/** One call; answers with what has a further page. */
async function readPage(
  transport: Transport,
  from: ObjectType,
  to: ObjectType,
  inputs: readonly { id: string; after?: string }[],
  context: CallContext,
  found: Map<string, string[]>,
  failed: Map<string, CrmProblem>,
): Promise<readonly { id: string; after?: string }[]> {
  const { body } = await transport(readLinkBatch(from, to, inputs), context);
  const { results, errors } = readBatchAnswer(body, readFoundLinks);
  const next: { id: string; after?: string }[] = [];
  const open = new Set(inputs.map(({ id }) => id));
  for (const { fromId, toIds, after } of results) {
    if (!open.delete(fromId)) continue;
    found.set(fromId, [...new Set([...(found.get(fromId) ?? []), ...toIds])]);
    if (after !== undefined) next.push({ id: fromId, after });
  }
  for (const error of errors) {
    const isNone = error.subCategory?.endsWith('NO_ASSOCIATIONS_FOUND') === true;
    for (const id of contextValues(error, 'fromObjectId')) {
      if (!open.delete(id)) continue;
      if (isNone) found.set(id, found.get(id) ?? []);
      else failed.set(id, problemOfEntry(error, 'unavailable'));
    }
  }
  for (const id of open) failed.set(id, UNACCOUNTED);
  return next;
}

function readFoundLinks(value: unknown): FoundLinks | undefined {
  if (!isObject(value) || !isObject(value.from) || !Array.isArray(value.to)) return undefined;
  const fromId = idOf(value.from.id);
  const toIds = value.to.map((entry: unknown) => (isObject(entry) ? idOf(entry.toObjectId) : undefined));
  if (fromId === undefined || toIds.includes(undefined)) return undefined;
  const after = isObject(value.paging) && isObject(value.paging.next) ? idOf(value.paging.next.after) : undefined;
  return { fromId, toIds: toIds.filter((id) => id !== undefined), ...(after !== undefined && { after }) };
}

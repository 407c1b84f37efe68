import type { CrmProblem } from '../../crm.ts';
import { problemOfError, unaccounted } from '../../crm-problem.ts';
import type { BatchResponse } from '../calls/batch-response.ts';
import { chunksOf } from '../../../chunks.ts';
import { readFittingParts } from '../calls/fitting-parts.ts';
import {
  type FoundLinks,
  type LinkReadInput,
  type LinkTypes,
  maxIdsPerLinkRead,
  readLinkBatch,
} from '../calls/link-calls.ts';
import { PageProgress } from '../calls/page-progress.ts';
import { CallTally } from '../problems/call-tally.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import { contextValues } from '../transport/error-body.ts';
import type { Send } from '../transport/transport.ts';

interface LinkOutcomes {
  readonly found: Map<string, readonly string[]>;
  readonly failed: Map<string, CrmProblem>;
}

/** Reads 1,000 ids per call, each to its last page. "No associations found" is a result: an empty list. */
export async function readLinks(send: Send, types: LinkTypes, ids: readonly string[]): Promise<LinkOutcomes> {
  const outcomes: LinkOutcomes = { found: new Map(), failed: new Map() };
  const tally = new CallTally();
  const distinct = [...new Set(ids)];
  // An id that is not a number belongs to no record, so it has no links.
  for (const id of distinct) if (!/^\d+$/.test(id)) outcomes.found.set(id, []);
  const valid = distinct.filter((id) => /^\d+$/.test(id));
  await Promise.all(
    chunksOf(valid, maxIdsPerLinkRead).map(async (chunk) => {
      const fail = (some: readonly string[], error: unknown) => {
        tally.addError(error);
        for (const id of some) outcomes.failed.set(id, problemOfError(error, 'unavailable'));
      };
      try {
        await readFittingParts(chunk, {
          read: async (part) => {
            let open: readonly LinkReadInput[] = part.map((id) => ({ id }));
            const progress = new Map(part.map((id) => [id, new PageProgress()]));
            while (open.length > 0) {
              const response = await send(readLinkBatch(types, open));
              checkProgress(response, progress);
              open = settlePage(open, response, outcomes);
              tally.addAnswer();
            }
          },
          fail: (id, error) => fail([id], error),
        });
      } catch (error) {
        fail(chunk, error);
      }
    }),
  );
  tally.throwIfNothingDone();
  for (const id of outcomes.failed.keys()) outcomes.found.delete(id);
  return outcomes;
}

/** Throws CrmUnavailableError if the pages of a record's links lead nowhere. */
function checkProgress({ results }: BatchResponse<FoundLinks>, progress: ReadonlyMap<string, PageProgress>): void {
  for (const { fromId, toIds, after } of results) progress.get(fromId)?.next(after, toIds.length);
}

/** Keeps what one response says; returns the records whose links have another page. */
function settlePage(
  inputs: readonly LinkReadInput[],
  { results, errors }: BatchResponse<FoundLinks>,
  { found, failed }: LinkOutcomes,
): readonly LinkReadInput[] {
  const next: LinkReadInput[] = [];
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
  for (const id of open) failed.set(id, unaccounted('unavailable', 'link').problem);
  return next;
}

import type { Pair, UnlinkOutcome } from '../../crm.ts';
import { chunksOf } from '../calls/chunks.ts';
import { type LinkTypes, MAX_PAIRS_PER_WRITE, unlinkBatch } from '../calls/link-calls.ts';
import { problemOfCall } from '../problems/call-problem.ts';
import { CallTally } from '../problems/call-tally.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import type { Send } from '../transport/hubspot-call.ts';
import { isAboutContent } from '../transport/hubspot-refusal.ts';

/** Removes links, 2,000 pairs per call. HubSpot's response names no pairs: a call succeeds or fails for all of them. */
export async function unlinkRecords(
  send: Send,
  types: LinkTypes,
  pairs: readonly Pair[],
): Promise<readonly UnlinkOutcome[]> {
  const tally = new CallTally();
  const outcomes = await Promise.all(
    chunksOf(pairs, MAX_PAIRS_PER_WRITE).map(async (chunk): Promise<UnlinkOutcome[]> => {
      try {
        await send(unlinkBatch(types, chunk));
        tally.addAnswer();
        return chunk.map(() => 'unlinked');
      } catch (error) {
        if (isAboutContent(error)) tally.addAnswer();
        else tally.addError(error);
        const problem = isAboutContent(error) ? problemOfEntry(error.body, 'refusal') : problemOfCall(error);
        return chunk.map(() => ({ problem }));
      }
    }),
  );
  tally.throwIfNothingDone();
  return outcomes.flat();
}

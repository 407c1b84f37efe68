import type { CallContext, ObjectType, Pair, UnlinkOutcome } from '../crm.ts';
import { LINKS_PER_WRITE, unlinkBatch } from './api.ts';
import { chunksOf } from './chunks.ts';
import { HubSpotRefusal, isAccessRefused, repeatableProblemOf } from './errors.ts';
import { throwIfNothingDone } from './outcomes.ts';
import { problemOfEntry } from './problems.ts';
import type { Transport } from './transport.ts';

/** Removes links, 2,000 pairs a call. HubSpot's answer names no pairs: a call is done for all of them or refused for all. */
export async function unlinkRecords(
  transport: Transport,
  from: ObjectType,
  to: ObjectType,
  pairs: readonly Pair[],
  context: CallContext,
): Promise<readonly UnlinkOutcome[]> {
  const errors: unknown[] = [];
  let answered = 0;
  const outcomes = await Promise.all(
    chunksOf(pairs, LINKS_PER_WRITE).map(async (chunk): Promise<UnlinkOutcome[]> => {
      try {
        await transport(unlinkBatch(from, to, chunk), context);
        answered += 1;
        return chunk.map(() => 'unlinked');
      } catch (error) {
        const isAnswer = error instanceof HubSpotRefusal && !isAccessRefused(error);
        if (isAnswer) answered += 1;
        else errors.push(error);
        const problem = isAnswer ? problemOfEntry(error.body, 'unavailable') : repeatableProblemOf(error);
        return chunk.map(() => ({ problem }));
      }
    }),
  );
  throwIfNothingDone(errors, answered);
  return outcomes.flat();
}

import type { CallContext, ObjectType, Pair, UnlinkOutcome } from '../../crm.ts';
import { LINKS_PER_WRITE, unlinkBatch } from '../calls/api.ts';
import { chunksOf } from '../calls/chunks.ts';
import { throwIfNothingDone } from '../problems/outcomes.ts';
import { problemOfEntry } from '../problems/problems.ts';
import { isAboutContent, repeatableProblemOf } from '../transport/errors.ts';
import type { Transport } from '../transport/transport.ts';

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
        if (isAboutContent(error)) {
          answered += 1;
          const problem = problemOfEntry(error.body, 'refusal');
          return chunk.map(() => ({ problem }));
        }
        errors.push(error);
        const problem = repeatableProblemOf(error);
        return chunk.map(() => ({ problem }));
      }
    }),
  );
  throwIfNothingDone(errors, answered);
  return outcomes.flat();
}

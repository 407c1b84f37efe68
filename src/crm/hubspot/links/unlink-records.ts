import type { Pair, UnlinkOutcome } from '../../crm.ts';
import { problemOfWrite } from '../../crm-problem.ts';
import { chunksOf } from '../../../chunks.ts';
import { type LinkTypes, maxPairsPerWrite, unlinkBatch } from '../calls/link-calls.ts';
import { CallTally } from '../problems/call-tally.ts';
import { problemOfEntry } from '../problems/entry-problem.ts';
import type { HubSpotError } from '../transport/error-body.ts';
import type { Send } from '../transport/transport.ts';
import { isAboutContent } from '../transport/hubspot-refusal.ts';
import { idsIn, linkProblem } from './link-problem.ts';

/**
 * Removes links, 2,000 pairs per call. HubSpot's response names pairs only in errors: a call succeeds or fails for all others.
 */
export async function unlinkRecords(
  send: Send,
  types: LinkTypes,
  pairs: readonly Pair[],
): Promise<readonly UnlinkOutcome[]> {
  const tally = new CallTally();
  const outcomes = await Promise.all(
    chunksOf(pairs, maxPairsPerWrite).map(async (chunk): Promise<UnlinkOutcome[]> => {
      try {
        const errors = await send(unlinkBatch(types, chunk));
        tally.addAnswer();
        return chunk.map((pair) => outcomeOf(pair, errors));
      } catch (error) {
        if (isAboutContent(error)) tally.addAnswer();
        else tally.addError(error);
        const problem = isAboutContent(error)
          ? problemOfEntry(error.body, 'refusal')
          : problemOfWrite(error, 'unavailable');
        return chunk.map(() => ({ problem }));
      }
    }),
  );
  tally.throwIfNothingDone();
  return outcomes.flat();
}

/** A record that does not exist has no links, and no link is a success. An error without ids may be about any pair. */
function outcomeOf({ fromId, toId }: Pair, errors: readonly HubSpotError[]): UnlinkOutcome {
  const own = errors.filter((error) => {
    const ids = idsIn(error);
    return ids.size === 0 || ids.has(fromId) || ids.has(toId);
  });
  const problems = own
    .filter(({ subCategory = '' }) => !subCategory.includes('NO_ASSOCIATIONS_FOUND'))
    .map((error) => {
      const id = [fromId, toId].find((each) => idsIn(error).has(each));
      return linkProblem(error, id === undefined ? undefined : { id, objectType: 'records' });
    });
  const problem = problems.find(({ kind }) => kind !== 'not-found');
  return problem === undefined ? 'unlinked' : { problem };
}

import type { LinkOutcome, Pair } from '../../crm.ts';
import { chunksOf } from '../../../chunks.ts';
import { type LinkTypes, linkBatch, maxPairsPerWrite } from '../calls/link-calls.ts';
import type { Send } from '../transport/transport.ts';
import { pairKey, LinkWrite } from './link-write.ts';

/** Links with HubSpot's default association, 2,000 pairs per call. Repeated pairs are sent once: HubSpot refuses duplicates. */
export async function linkByDefault(
  send: Send,
  types: LinkTypes,
  pairs: readonly Pair[],
): Promise<readonly LinkOutcome[]> {
  const links = new LinkWrite<Pair>(send, types, (some) => linkBatch(types, some));
  const distinct = [...new Map(pairs.map((pair) => [pairKey(pair), pair])).values()];
  await Promise.all(chunksOf(links.withValidIds(distinct), maxPairsPerWrite).map((chunk) => links.write(chunk)));
  links.tally.throwIfNothingDone();
  return pairs.map((pair) => links.outcomeOf(pair));
}

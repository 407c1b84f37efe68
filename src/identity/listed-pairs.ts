import type { ListedRecord } from '../crm/crm.ts';
import type { IndexPair, OpenIndex } from './identity-store.ts';
import type { IndexedRules } from './indexed-rules.ts';
import type { KeyDigest } from './key-digest.ts';
import type { ObjectState } from './object-state.ts';

/** One pair for each key of each rule that a record holds. */
export function listedPairs(
  { objectType, keysOf }: IndexedRules,
  records: readonly ListedRecord[],
  digest: KeyDigest,
): IndexPair[] {
  return records.flatMap(({ id, properties }) =>
    keysOf(properties).map((key) => ({ digest: digest({ objectType, ...key }), id })),
  );
}

/** How many pairs sweeps should have found that the index lacks. @throws IndexLostError */
export async function countMissed(
  { index, digest }: { readonly index: Pick<OpenIndex, 'propose'>; readonly digest: KeyDigest },
  { sweptAt = 0, overlapMs }: ObjectState,
  { rules, records }: { readonly rules: IndexedRules; readonly records: readonly ListedRecord[] },
): Promise<number> {
  const settled = records.filter(({ modifiedAt }) => Date.parse(modifiedAt) < sweptAt - overlapMs);
  const pairs = listedPairs(rules, settled, digest);
  const known = await index.propose(pairs.map((pair) => pair.digest));
  return pairs.filter(({ id }, position) => known[position]?.includes(id) !== true).length;
}

import { chunksOf } from '../../../chunks.ts';

/**
 * Like {@link chunksOf}, with no two items of one key in the same piece: HubSpot refuses a whole batch because of a repeated id
 * ("Duplicate IDs found in batch input"), regardless of case. An item without a key never collides.
 */
export function chunksOfDistinct<T>(
  items: readonly T[],
  size: number,
  keyOf: (item: T) => string | undefined,
): readonly T[][] {
  const rounds: T[][] = [];
  const times = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    const round = key === undefined ? 0 : (times.get(key) ?? 0);
    if (key !== undefined) times.set(key, round + 1);
    const members = rounds[round];
    if (members === undefined) rounds[round] = [item];
    else members.push(item);
  }
  return rounds.flatMap((round) => chunksOf(round, size));
}

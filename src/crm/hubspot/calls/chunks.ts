/** Cuts a list into pieces of at most `size`. */
export function chunksOf<T>(items: readonly T[], size: number): readonly T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

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

/** Cuts a list into pieces of at most this many bytes together; a larger item has a piece of its own. */
export function withinBytes<T>(items: readonly T[], most: number, bytesOf: (item: T) => number): readonly T[][] {
  const pieces: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const own = bytesOf(item);
    const last = pieces.at(-1);
    if (last === undefined || bytes + own > most) {
      pieces.push([item]);
      bytes = own;
    } else {
      last.push(item);
      bytes += own;
    }
  }
  return pieces;
}

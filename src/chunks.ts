/** Cuts a list into pieces of at most `size`. */
export function chunksOf<T>(items: readonly T[], size: number): readonly T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

/** Cuts a list into pieces of at most this size together; a larger item has a piece of its own. */
export function chunksWithin<T>(items: readonly T[], most: number, sizeOf: (item: T) => number): readonly T[][] {
  const pieces: T[][] = [];
  let size = 0;
  for (const item of items) {
    const own = sizeOf(item);
    const last = pieces.at(-1);
    if (last === undefined || size + own > most) {
      pieces.push([item]);
      size = own;
    } else {
      last.push(item);
      size += own;
    }
  }
  return pieces;
}

/** Parts of a piece of work that share keys, directly or through others: they are done together. */
export interface ConnectedParts {
  /** In ascending order. */
  readonly positions: readonly number[];
  /** Each of them once. */
  readonly keys: readonly string[];
}

/** @param parts the keys of each part. */
export function connectParts(parts: readonly (readonly string[])[]): ConnectedParts[] {
  const parents = parts.map((_keys, position) => position);
  const rootOf = (position: number): number => {
    let root = position;
    for (let parent = parents[root] ?? root; parent !== root; parent = parents[root] ?? root) {
      // Halves the way for the next one.
      parents[root] = parents[parent] ?? parent;
      root = parent;
    }
    return root;
  };
  const holders = new Map<string, number>();
  parts.forEach((keys, position) => {
    for (const key of keys) {
      const holder = holders.get(key);
      if (holder === undefined) holders.set(key, position);
      else parents[rootOf(position)] = rootOf(holder);
    }
  });
  const groups = Map.groupBy(parts.keys(), rootOf);
  return [...groups.values()].map((positions) => ({
    positions,
    keys: [...new Set(positions.flatMap((position) => parts[position] ?? []))],
  }));
}

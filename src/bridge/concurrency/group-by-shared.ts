import { mapInSlices } from '../../in-slices.ts';

/**
 * Groups items that share a value, directly or through others: `ab`, `cd` and `bc` form one group in any order.
 * @param values of each item.
 * @returns the groups, with their items in order.
 */
export async function groupByShared<Item>(
  items: readonly Item[],
  values: readonly (readonly string[])[],
): Promise<readonly (readonly Item[])[]> {
  // For each item: an earlier item of its group, or the item itself.
  const earlier = [...values.keys()];
  const before = (position: number) => earlier[position] ?? position;
  const firstOf = (position: number) => {
    let first = position;
    while (before(first) !== first) {
      earlier[first] = before(before(first));
      first = before(first);
    }
    return first;
  };
  const holders = new Map<string, number>();
  await mapInSlices(values, (ofItem, position) => {
    for (const value of ofItem) {
      const [one, other] = [firstOf(position), firstOf(holders.get(value) ?? position)];
      earlier[Math.max(one, other)] = Math.min(one, other);
      holders.set(value, position);
    }
  });
  return [...Map.groupBy(items, (_item, position) => firstOf(position)).values()];
}

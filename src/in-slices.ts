import { setImmediate } from 'node:timers/promises';

/** Other requests wait at most about this long for their turn, in milliseconds. */
const sliceMs = 25;

/**
 * Runs `work` on each item, in order, and lets other requests run in between: one request with many large records must not keep
 * the others waiting.
 */
export async function mapInSlices<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let since = performance.now();
  for (const item of items) {
    results.push(work(item, results.length));
    if (performance.now() - since < sliceMs) continue;
    // Together with others that wait: requests of one turn share their calls.
    await setImmediate();
    since = performance.now();
  }
  return results;
}

import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { leaveHeapsToThreads } from '../src/process/thread-heaps.ts';

/** Creates what survives for a while, and says how large its young generation became. */
const code = `
  let kept = [];
  for (let n = 0; n < 4e5; n += 1) {
    kept.push({ n });
    if (kept.length > 50_000) kept = [];
  }
  const { getHeapSpaceStatistics } = require('node:v8');
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  require('node:worker_threads').parentPort.postMessage(young.space_size);
`;

test('a thread keeps its own limit although the command line bounds the young generation of the main thread', async () => {
  setFlagsFromString('--max-semi-space-size=4');

  leaveHeapsToThreads();

  const [bytes] = await once(
    new Worker(code, { eval: true, resourceLimits: { maxYoungGenerationSizeMb: 1 } }),
    'message',
  );
  expect(bytes).toBeLessThanOrEqual(4 * 2 ** 20);
});

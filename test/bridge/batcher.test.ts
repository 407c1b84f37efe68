import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBatcher } from '../../src/bridge/concurrency/batcher.ts';
import type { CallContext } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';

function contextOf(requestId: string, ms = 60_000): CallContext {
  return { requestId, urgency: 'bulk', deadline: deadlineIn(ms) };
}

/** A batcher that doubles numbers and keeps its batches. */
function doubling(maxItems: number) {
  const batches: (readonly number[])[] = [];
  const contexts: CallContext[] = [];
  const batcher = createBatcher<number, number>(
    async (items, context) => {
      batches.push(items);
      contexts.push(context);
      return items.map((item) => item * 2);
    },
    { windowMs: 1, maxWaitMs: 1_000, maxItems },
  );
  return { batches, contexts, batcher };
}

test('every caller gets the results of its own items, regardless of batches', async () => {
  const works = fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 8 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(works, fc.integer({ min: 1, max: 10 }), async (pieces, maxItems) => {
      const { batches, batcher } = doubling(maxItems);

      const results = await Promise.all(pieces.map((items, index) => batcher.add(items, contextOf(`r${index}`))));

      expect(results).toEqual(pieces.map((items) => items.map((item) => item * 2)));
      expect(batches.flat().length).toBe(pieces.flat().length);
      for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(Math.max(maxItems, 8));
    }),
    { numRuns: 60 },
  );
});

test('items that arrive together share a batch', async () => {
  const { batches, batcher } = doubling(100);

  await Promise.all(Array.from({ length: 60 }, (_unused, index) => batcher.add([index], contextOf(`r${index}`))));

  expect(batches).toHaveLength(1);
});

test('a shared batch ends with the earliest deadline of its members, and is as urgent as the most urgent of them', async () => {
  const { contexts, batcher } = doubling(100);
  const urgent = { ...contextOf('b', 20_000), urgency: 'urgent' as const };

  await Promise.all([batcher.add([1], contextOf('a', 50_000)), batcher.add([2], urgent)]);

  expect(contexts[0]?.requestId).toBe('a');
  expect(contexts[0]?.deadline.remainingMs()).toBeLessThanOrEqual(20_000);
  expect(contexts[0]?.urgency).toBe('urgent');
});

test('rejects every caller of a failed batch, and no other caller', async () => {
  let isBroken = true;
  const batcher = createBatcher<number, number>(
    async (items) => {
      if (isBroken) throw new RangeError('broken');
      return items;
    },
    { windowMs: 1, maxWaitMs: 1_000, maxItems: 100 },
  );

  const failed = await Promise.allSettled([batcher.add([1], contextOf('a')), batcher.add([2], contextOf('b'))]);
  isBroken = false;

  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await batcher.add([3], contextOf('c'))).toEqual([3]);
});

test('items that arrive while a batch is running join the next one', async () => {
  const landings: (() => void)[] = [];
  const batches: (readonly number[])[] = [];
  const batcher = createBatcher<number, number>(
    async (items) => {
      batches.push(items);
      await new Promise<void>((resolve) => {
        landings.push(resolve);
      });
      return items;
    },
    { windowMs: 1, maxWaitMs: 60_000, maxItems: 100 },
  );

  const first = batcher.add([1], contextOf('a'));
  await expect.poll(() => batches.length).toBe(1);
  const later = [batcher.add([2], contextOf('b'))];
  await new Promise(setImmediate);
  later.push(batcher.add([3], contextOf('c')));
  landings[0]?.();
  await first;
  await expect.poll(() => batches.length).toBe(2);
  landings[1]?.();

  expect(await Promise.all(later)).toEqual([[2], [3]]);
  expect(batches).toEqual([[1], [2, 3]]);
});

test('starts a batch after its maximum wait even if the previous one is still running', async () => {
  const batches: (readonly number[])[] = [];
  const batcher = createBatcher<number, number>(
    async (items) => {
      batches.push(items);
      return items[0] === 1 ? await new Promise(() => undefined) : items;
    },
    { windowMs: 1, maxWaitMs: 1, maxItems: 100 },
  );

  void batcher.add([1], contextOf('a'));
  await expect.poll(() => batches.length).toBe(1);

  expect(await batcher.add([2], contextOf('b'))).toEqual([2]);
});

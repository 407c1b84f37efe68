import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGatherer } from '../../src/bridge/gather.ts';
import type { CallContext } from '../../src/crm/crm.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';

function contextOf(requestId: string, ms = 60_000): CallContext {
  return { requestId, urgency: 'bulk', deadline: deadlineIn(ms) };
}

/** A gatherer that doubles numbers and keeps its batches. */
function doubling(most: number) {
  const batches: (readonly number[])[] = [];
  const contexts: CallContext[] = [];
  const gatherer = createGatherer<number, number>({
    windowMs: 1,
    patienceMs: 1_000,
    most,
    run: async (items, context) => {
      batches.push(items);
      contexts.push(context);
      return items.map((item) => item * 2);
    },
  });
  return { batches, contexts, gatherer };
}

test('everyone gets the results of its own items, whatever batches they travelled in', async () => {
  const works = fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 8 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(works, fc.integer({ min: 1, max: 10 }), async (pieces, most) => {
      const { batches, gatherer } = doubling(most);

      const results = await Promise.all(pieces.map((items, index) => gatherer.add(items, contextOf(`r${index}`))));

      expect(results).toEqual(pieces.map((items) => items.map((item) => item * 2)));
      expect(batches.flat().length).toBe(pieces.flat().length);
      for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(Math.max(most, 8));
    }),
    { numRuns: 60 },
  );
});

test('pieces that arrive together share a batch', async () => {
  const { batches, gatherer } = doubling(100);

  await Promise.all(Array.from({ length: 60 }, (_unused, index) => gatherer.add([index], contextOf(`r${index}`))));

  expect(batches).toHaveLength(1);
});

test('a shared batch ends with the earliest deadline of its members', async () => {
  const { contexts, gatherer } = doubling(100);

  await Promise.all([gatherer.add([1], contextOf('a', 50_000)), gatherer.add([2], contextOf('b', 20_000))]);

  expect(contexts[0]?.requestId).toBe('a');
  expect(contexts[0]?.deadline.remainingMs()).toBeLessThanOrEqual(20_000);
});

test('a batch that fails, fails for everyone in it and for nobody else', async () => {
  let isBroken = true;
  const gatherer = createGatherer<number, number>({
    windowMs: 1,
    patienceMs: 1_000,
    most: 100,
    run: async (items) => {
      if (isBroken) throw new RangeError('broken');
      return items;
    },
  });

  const failed = await Promise.allSettled([gatherer.add([1], contextOf('a')), gatherer.add([2], contextOf('b'))]);
  isBroken = false;

  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await gatherer.add([3], contextOf('c'))).toEqual([3]);
});

test('what arrives while a batch is on its way goes along with the next one', async () => {
  const landings: (() => void)[] = [];
  const batches: (readonly number[])[] = [];
  const gatherer = createGatherer<number, number>({
    windowMs: 1,
    patienceMs: 60_000,
    most: 100,
    run: async (items) => {
      batches.push(items);
      await new Promise<void>((resolve) => {
        landings.push(resolve);
      });
      return items;
    },
  });

  const first = gatherer.add([1], contextOf('a'));
  await expect.poll(() => batches.length).toBe(1);
  const later = [gatherer.add([2], contextOf('b'))];
  await new Promise(setImmediate);
  later.push(gatherer.add([3], contextOf('c')));
  landings[0]?.();
  await first;
  await expect.poll(() => batches.length).toBe(2);
  landings[1]?.();

  expect(await Promise.all(later)).toEqual([[2], [3]]);
  expect(batches).toEqual([[1], [2, 3]]);
});

test('a batch does not wait for ever for the one before it', async () => {
  const batches: (readonly number[])[] = [];
  const gatherer = createGatherer<number, number>({
    windowMs: 1,
    patienceMs: 1,
    most: 100,
    run: async (items) => {
      batches.push(items);
      return items[0] === 1 ? await new Promise(() => undefined) : items;
    },
  });

  void gatherer.add([1], contextOf('a'));
  await expect.poll(() => batches.length).toBe(1);

  expect(await gatherer.add([2], contextOf('b'))).toEqual([2]);
});

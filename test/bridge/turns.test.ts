import { onTestFinished, expect, test, vi } from 'vitest';
import { mapInSlices } from '../../src/in-slices.ts';
import { nextTurn } from '../../src/next-turn.ts';
import { createRecords } from '../../src/bridge/records/create-records.ts';
import { keepFirstValues } from '../../src/bridge/records/keep-primary.ts';
import { createCompletedTasks } from '../../src/bridge/timeline/completed-tasks.ts';
import { readTaskBatch } from '../../src/bridge/timeline/read-tasks.ts';
import { readNewRecords } from '../../src/contract/sent-records.ts';
import { loadShippedOnce } from '../support/shipped-mappings.ts';

const shipped = loadShippedOnce(new URL('../../mappings/hubspot', import.meta.url).pathname);

const items = 2_000;

/**
 * Counts work by turns of the event loop. The clock goes on by a millisecond whenever it is read, so that a slice has as many items on
 * every machine.
 */
function countByTurn() {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1;
    return now;
  });
  let inTurn = 0;
  let most = 0;
  let total = 0;
  let next = setImmediate(endTurn);
  function endTurn() {
    most = Math.max(most, inTurn);
    inTurn = 0;
    next = setImmediate(endTurn);
  }
  onTestFinished(() => {
    clearImmediate(next);
    clock.mockRestore();
  });
  return {
    count<Value>(value: Value): Value {
      inTurn += 1;
      total += 1;
      return value;
    },
    most: () => Math.max(most, inTurn),
    total: () => total,
  };
}

/** Reads of one item in one step of the work. */
const readsPerItem = 6;
const itemsPerSlice = 26;

test('work on many items lets other requests run in between', async () => {
  const turns = countByTurn();

  const results = await mapInSlices(
    Array.from({ length: items }, (_unused, n) => n),
    (item, index) => turns.count(item - index),
  );

  expect(results).toEqual(Array.from({ length: items }, () => 0));
  expect(turns.most()).toBeLessThanOrEqual(itemsPerSlice);
});

test('thousands of creates that lead to one record are compared slice by slice', async () => {
  const turns = countByTurn();
  const changes = Array.from({ length: items }, (_unused, n) => ({
    id: '7',
    record: {},
    linkedBy: undefined,
    translation: {
      get properties() {
        return turns.count({ email: `p${n % 3}@example.com` });
      },
      ifEmpty: {},
      sources: {},
      warnings: [],
      heldBack: [],
      unknown: new Map(),
    },
  }));

  // The part of a change that is compared.
  const kept = await keepFirstValues(shipped.contacts, changes as never, new Set(['email']));

  expect(kept).toHaveLength(items);
  expect(turns.total()).toBeGreaterThan(items);
  expect(turns.most()).toBeLessThanOrEqual(itemsPerSlice * readsPerItem);
});

test('descriptions of thousands of tasks are cleaned slice by slice', async () => {
  const turns = countByTurn();
  const ids = Array.from({ length: items }, (_unused, n) => String(n));
  const record = (id: string) => ({
    id,
    get properties() {
      return turns.count({ hs_task_subject: 'Call', hs_task_body: '<p>Hi</p>' });
    },
  });
  const nothing = { found: new Map(), failed: new Map() };
  const scope = {
    batchingCrm: {
      readByIds: async () => ({ found: new Map(ids.map((id) => [id, record(id)])), failed: new Map() }),
      readLinks: async () => nothing,
    },
    completedTasks: createCompletedTasks(() => 0),
    mappings: shipped,
    context: {},
  };

  // The part of a scope that reading needs.
  const tasks = await readTaskBatch(scope as never, ids);

  expect(tasks).toHaveLength(items);
  expect(turns.most()).toBeLessThanOrEqual(itemsPerSlice * readsPerItem);
});

test('thousands of records with one Enginy id are compared slice by slice', async () => {
  const turns = countByTurn();
  const records = Array.from({ length: items }, (_unused, n) => ({
    externalId: 'one',
    get email() {
      return turns.count(`p${n}@example.com`);
    },
  }));
  const problem = { kind: 'unavailable', message: 'The CRM is down' };
  const lock = { runParts: async () => new Map(records.map((_record, at) => [at, problem])) };

  // The part of a request that is used before anything is locked.
  const results = await createRecords({ mapping: shipped.contacts, context: {}, lock } as never, records);

  expect(results).toHaveLength(items);
  expect(turns.total()).toBeGreaterThanOrEqual(items);
  expect(turns.most()).toBeLessThanOrEqual(itemsPerSlice * readsPerItem);
});

test('the entries of a body are checked slice by slice', async () => {
  const turns = countByTurn();
  const seen = new Set<number>();
  const contacts = Array.from({ length: items }, (_unused, n) => ({
    get externalId() {
      const id = n % 2 === 0 ? `e${n}` : {};
      if (seen.has(n)) return id;
      seen.add(n);
      return turns.count(id);
    },
  }));

  const { records, refused } = await readNewRecords('contacts', { contacts });

  expect(records).toHaveLength(items / 2);
  expect(refused).toHaveLength(items / 2);
  expect(turns.most()).toBeLessThanOrEqual(itemsPerSlice * readsPerItem);
});

test('parts of a request that wait for their turn at the same time go on one by one', async () => {
  const turns = countByTurn();

  await Promise.all(
    Array.from({ length: 20 }, async () => {
      await nextTurn();
      turns.count(1);
    }),
  );

  expect(turns.total()).toBe(20);
  expect(turns.most()).toBe(1);
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import type { Pacer } from '../../src/crm/pacing/pacer.ts';
import { probeRoutes } from '../../src/http/routes/probes.ts';
import { createMetrics } from '../../src/metrics.ts';
import type { RedisConnection } from '../../src/replicas/redis-connection.ts';
import { createReplicaBoard } from '../../src/replicas/replica-board.ts';
import { logSink } from '../support/log-sink.ts';

const note = (mapping: string) => ({ mapping, loadedAt: '2026-11-25T12:00:00Z', isEditRefused: false });

/** A board between this replica, on version `one`, and another one whose version the test sets. */
function openBoard() {
  const log = logSink();
  let nowMs = 0;
  let other: object | undefined = note('one');
  const redis: Pick<RedisConnection, 'runIfUp'> = {
    runIfUp: async (_script, _keys, [name, own]) => {
      if (other === undefined) return { lostBy: 'refusal' };
      return {
        value: JSON.stringify([
          [name, own, 0],
          ['b', JSON.stringify(other), 1_500],
        ]),
      };
    },
  };
  const board = createReplicaBoard(
    // The board uses nothing else.
    redis as RedisConnection,
    { name: 'a', app: 'app' },
    { ownNote: () => note('one'), log: log.log, now: () => nowMs },
  );
  return {
    board,
    warnings: () => log.entries.filter(({ level }) => level === 'warn'),
    show: (shown: object | undefined) => {
      other = shown;
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
    async after(minutes: number) {
      nowMs += minutes * 60_000;
      await board.update();
    },
  };
}

test('shows the other replicas, and not itself', async () => {
  const { board, after } = openBoard();

  await after(0);

  expect(board.others).toEqual([{ name: 'b', ...note('one'), seenMsAgo: 1_500 }]);
  board.close();
});

test('counts how long ago another replica was seen until the question, not only until its note was read', async () => {
  const { board, after, pass } = openBoard();

  await after(1);
  pass(8_000);

  expect(board.others).toEqual([{ name: 'b', ...note('one'), seenMsAgo: 9_500 }]);
  board.close();
});

test('warns once when replicas use different mapping files for five minutes', async () => {
  const { board, after, show, warnings } = openBoard();
  show(note('two'));

  await after(0);
  await after(4);
  const early = { warnings: warnings().length, hasDiffered: board.hasDiffered };
  await after(2);
  await after(10);

  expect(early).toEqual({ warnings: 0, hasDiffered: false });
  expect(board.hasDiffered).toBe(true);
  expect(warnings()).toEqual([expect.objectContaining({ mapping: 'one', others: [{ name: 'b', mapping: 'two' }] })]);
  board.close();
});

test('/readyz and a metric show that replicas have used different mapping files for five minutes', async () => {
  const { board, after, show } = openBoard();
  const metrics = createMetrics({ ofProcess: false });
  const mappingState = () => ({ hash: 'one', loadedAt: '2026-11-25T12:00:00Z' });
  metrics.watch({
    pacer: { state: () => ({}) as ReturnType<Pacer['state']> },
    sharing: { redis: { isUp: true, lostCount: 0 }, claims: { unavailableCount: 0 }, board },
    mappingState,
    droppedLogLines: () => 0,
  });
  const readiness = { isReady: () => true, mappingState, replicas: () => board };
  const server = express()
    .use(probeRoutes(readiness, { header: 'x-api-key', check: async () => 'known' }))
    .listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const shown = async () => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { 'x-api-key': 'known' } });
    const { replicasDiffer } = (await response.json()) as { replicasDiffer: boolean };
    const gauge = /^enginy_bridge_replicas_mapping_differs (\d)$/m.exec(await metrics.read())?.[1];
    return { replicasDiffer, gauge };
  };
  show(note('two'));
  await after(0);
  const early = await shown();
  await after(6);

  expect([early, await shown()]).toEqual([
    { replicasDiffer: false, gauge: '0' },
    { replicasDiffer: true, gauge: '1' },
  ]);
  board.close();
});

test('an edit that reaches the others within five minutes causes no warning, and ends an earlier one', async () => {
  const { board, after, show, warnings } = openBoard();
  for (let round = 0; round < 4; round += 1) {
    show(note('two'));
    await after(3);
    show(note('one'));
    await after(3);
  }
  expect({ warned: warnings().length, hasDiffered: board.hasDiffered }).toEqual({ warned: 0, hasDiffered: false });

  show(note('two'));
  await after(0);
  await after(6);
  show(note('one'));
  await after(1);

  expect(board.hasDiffered).toBe(false);
  board.close();
});

test.each([undefined, { mapping: 7 }, 'x'])(
  'shows no replica while Redis is away or a note cannot be read: %j',
  async (shown) => {
    const { board, after, show } = openBoard();
    await after(0);
    show(shown as object | undefined);

    await after(1);

    expect(board.others).toEqual([]);
    board.close();
  },
);

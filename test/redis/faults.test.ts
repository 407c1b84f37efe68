import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { type Drill, drill, names } from './drill.ts';

type Fault = (drill: Drill, admin: Redis) => Promise<void>;

/** Answers on the port of a Redis that is gone. @param answer to a number of commands. */
async function impersonate(port: number, answer: (commands: number) => string, ms: number): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const commands = bytes.toString('latin1').match(/^\*\d+\r$/gm)?.length ?? 0;
      socket.write(answer(commands));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  await sleep(ms);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

const lost = async ({ redis }: Drill, answer: (commands: number) => string) => {
  await redis.kill();
  await impersonate(redis.port, answer, 2_500);
  await redis.restart();
};

const laneKeys = ['slots', 'state', 'wants'].map((part) => `eb:{burst:test}:${part}`);

/** Each of the lane's keys in turn. */
async function eachLaneKey(work: (key: string) => Promise<unknown>): Promise<void> {
  for (const key of laneKeys) {
    await work(key);
    await sleep(1_200);
  }
}

const faults: readonly (readonly [what: string, fault: Fault])[] = [
  [
    'is full',
    async (_drill, admin) => {
      await admin.config('SET', 'maxmemory', '1');
      await sleep(3_000);
      await admin.config('SET', 'maxmemory', '0');
    },
  ],
  ['evicts keys of the lane', (_drill, admin) => eachLaneKey((key) => admin.del(key))],
  [
    'holds keys of the lane with another type',
    (_drill, admin) =>
      eachLaneKey(async (key) => await admin.multi().del(key).rpush(key, 'not what the bridge wrote').exec()),
  ],
  [
    'is a follower that only reads',
    async (_drill, admin) => {
      await admin.replicaof('127.0.0.1', '1');
      await sleep(2_500);
      await admin.replicaof('NO', 'ONE');
    },
  ],
  ['is loading its data', (drill) => lost(drill, (commands) => '-LOADING Redis is loading\r\n'.repeat(commands))],
  ['answers what no Redis answers', (drill) => lost(drill, () => 'HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['answers bytes', (drill) => lost(drill, () => '\u0000\u0007\r\n*-7\r\n$99999\r\n')],
  [
    'is busy with a script',
    async (_drill, admin) => {
      await admin.config('SET', 'busy-reply-threshold', '100');
      const endless = admin.eval('while true do end', 0).catch(() => undefined);
      await sleep(2_500);
      const other = admin.duplicate({ enableReadyCheck: false });
      await other.call('SCRIPT', 'KILL');
      other.disconnect();
      await endless;
    },
  ],
  [
    'forgets the scripts',
    async (_drill, admin) => {
      for (let count = 0; count < 10; count += 1) {
        await admin.script('FLUSH');
        await sleep(200);
      }
    },
  ],
  [
    'asks for another password, and closes the connections',
    async (_drill, admin) => {
      await admin.config('SET', 'requirepass', 'new');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await sleep(3_000);
      await admin.config('SET', 'requirepass', '');
    },
  ],
  [
    'closes the connections again and again',
    async (_drill, admin) => {
      for (let count = 0; count < 5; count += 1) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await sleep(700);
      }
    },
  ],
];

/** @returns what the CRM counted while the fault happened, and until the replicas shared the lane again. */
async function drillFault(fault: Fault) {
  const { refused, failed, used, replicas } = await drill(async (during) => {
    const admin = new Redis(during.redis.url, { retryStrategy: () => 100, maxRetriesPerRequest: null });
    admin.on('error', () => undefined);
    try {
      await fault(during, admin);
      await expect
        .poll(() => during.replicas.map(({ lane }) => lane.state().sharing?.mode))
        .toEqual(names.map(() => 'shared'));
      await sleep(3_000);
    } finally {
      admin.disconnect();
    }
  });
  expect(used).toBeGreaterThan(0.2);
  // A line for each change, however often Redis is asked meanwhile.
  expect(Math.max(...replicas.map(({ log }) => log.text().split('\n').length))).toBeLessThan(40);
  return { refused, failed };
}

test.concurrent.each(faults)('no call is refused or fails while Redis %s', async (_what, fault) => {
  expect(await drillFault(fault)).toEqual({ refused: 0, failed: 0 });
});

test.concurrent('a replica whose connection is closed again and again', async () => {
  const counted = await drillFault(async ({ proxy }) => {
    for (let count = 0; count < 12; count += 1) {
      proxy.heal();
      await sleep(300);
    }
  });

  expect(counted).toEqual({ refused: 0, failed: 0 });
});

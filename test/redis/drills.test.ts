import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { LaneLimits } from '../../src/crm/lanes.ts';
import { startProxy } from '../support/start-proxy.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';
import {
  burst,
  CountingCrm,
  clockOffsetKey,
  fullBurst,
  type SaturatedReplica,
  search,
  startReplica,
} from './saturated-replicas.ts';

interface Drill {
  readonly redis: TestRedis;
  readonly replicas: readonly SaturatedReplica[];
}

const names = ['a', 'b', 'c', 'd'];

/** Four saturated replicas, and what happens to them meanwhile. @returns what the CRM counted. */
async function drill(during: (drill: Drill) => Promise<void>, limits: LaneLimits = burst) {
  const redis = await startRedis();
  const crm = new CountingCrm(limits);
  const startedAt = performance.now();
  const replicas = names.map((name) => startReplica(crm, { name, port: redis.port, limits, replicas: names.length }));
  await sleep(3_000);
  try {
    await during({ redis, replicas });
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await redis.close();
  }
  const permitted = (limits.limit * (performance.now() - startedAt)) / limits.windowMs;
  const failed = replicas.reduce((sum, { counts }) => sum + counts.failed, 0);
  return { refused: crm.refused, failed, used: crm.answered / permitted, replicas };
}

test.concurrent('four saturated replicas use the limit, in equal shares, and are never refused', async () => {
  const { refused, failed, used, replicas } = await drill(() => sleep(9_000));

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  expect(used).toBeGreaterThan(0.5);
  const done = replicas.map(({ counts }) => counts.done);
  expect(Math.max(...done) / Math.min(...done)).toBeLessThan(1.6);
});

test.concurrent('four saturated replicas use what counting from responses leaves of the searches', async () => {
  const { refused, failed, used } = await drill(() => sleep(6_000), search);

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  expect(used).toBeGreaterThan(0.4);
});

test.concurrent('a replica that dies leaves its slots until they are certainly free', async () => {
  const { refused, failed } = await drill(async ({ replicas }) => {
    replicas[0]?.kill();
    await sleep(6_000);
  });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
});

test.concurrent('Redis freezes for three seconds', async () => {
  const { refused, failed, replicas } = await drill(async ({ redis }) => {
    redis.freeze();
    await sleep(3_000);
    redis.thaw();
    await sleep(5_000);
  });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  for (const { redis, log } of replicas) {
    expect(redis.lostCount).toBeGreaterThan(0);
    expect(log.text()).toContain('Redis cannot be reached');
    expect(log.text()).toContain('Redis can be reached again');
  }
});

test.concurrent.each([0, 4_000])('Redis dies and is back, empty, after %d ms', async (awayMs) => {
  const { refused, failed } = await drill(async ({ redis }) => {
    await redis.kill();
    await sleep(awayMs);
    await redis.restart();
    await sleep(6_000);
  });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
});

test.concurrent('Redis loses its data without losing its connections', async () => {
  const { refused, failed } = await drill(async ({ redis }) => {
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    await sleep(6_000);
  });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
});

test.concurrent('Redis dies while it keeps the searches, and is back at once', async () => {
  const { refused, failed } = await drill(async ({ redis }) => {
    await redis.restart();
    await sleep(6_000);
  }, search);

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
});

test.concurrent('Redis is gone for good: each replica continues on its share', async () => {
  const { refused, failed, used, replicas } = await drill(async ({ redis, replicas }) => {
    await redis.kill();
    await sleep(8_000);
    expect(replicas.map(({ lane }) => lane.state().sharing?.mode)).toEqual(names.map(() => 'own share'));
  });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  expect(used).toBeGreaterThan(0.3);
  for (const { redis } of replicas) expect(redis.isUp).toBe(false);
});

test.concurrent.each([30, -30])('the clock of Redis jumps by %d seconds', async (seconds) => {
  const { refused, failed, used, replicas } = await drill(async ({ redis }) => {
    const admin = new Redis(redis.url);
    await admin.set(clockOffsetKey, seconds);
    admin.disconnect();
    await sleep(7_000);
  });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  expect(used).toBeGreaterThan(0.4);
  expect(Math.max(...replicas.map(({ lane }) => lane.state().sharing?.clockSteps ?? 0))).toBeGreaterThan(0);
});

test.concurrent('a replica is cut off from a Redis that others reach', async () => {
  const redis = await startRedis();
  const proxy = await startProxy(redis.port);
  const crm = new CountingCrm(fullBurst);
  const replicas = names.map((name, index) =>
    startReplica(crm, { name, port: index === 0 ? proxy.port : redis.port, limits: fullBurst, replicas: 4 }),
  );
  await sleep(8_000);
  proxy.cut();
  await sleep(16_000);
  proxy.heal();
  await sleep(4_000);
  await Promise.all(replicas.map((replica) => replica.stop()));
  await proxy.close();
  await redis.close();

  expect(crm.refused).toBeLessThanOrEqual(1);
  expect(replicas.map(({ counts }) => counts.failed)).toEqual([0, 0, 0, 0]);
});

test.concurrent('replicas that never reached Redis share by REPLICAS', async () => {
  const redis = await startRedis();
  await redis.close();
  const crm = new CountingCrm(burst);
  const replicas = names.map((name) => startReplica(crm, { name, port: redis.port, limits: burst, replicas: 4 }));
  await sleep(6_000);
  await Promise.all(replicas.map((replica) => replica.stop()));

  expect(crm.refused).toBe(0);
  expect(crm.answered).toBeGreaterThan(20);
  expect(replicas.map(({ counts }) => counts.failed)).toEqual([0, 0, 0, 0]);
});

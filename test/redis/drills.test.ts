import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { drill, names } from './drill.ts';
import { withRedis } from '../support/start-redis.ts';
import { CountingCrm, clockOffsetKey, fullBurst, search, startReplica } from './saturated-replicas.ts';

const until = { timeout: 60_000, interval: 10 };

test.concurrent('four saturated replicas use the limit, in equal shares, and never get a 429', async () => {
  const { refused, failed, used, replicas } = await drill(() => sleep(9_000));

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  expect(used).toBeGreaterThan(0.5);
  const done = replicas.map(({ counts }) => counts.done);
  expect(Math.max(...done) / Math.min(...done)).toBeLessThan(1.6);
});

test.concurrent('four saturated replicas use all searches that counting from responses permits', async () => {
  const { refused, failed, used } = await drill(() => sleep(6_000), { limits: search });

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
  const { refused, failed, replicas } = await drill(async ({ redis, replicas }) => {
    redis.freeze();
    await vi.waitUntil(() => replicas.every((replica) => replica.redis.lostCount > 0), until);
    await sleep(3_000);
    redis.thaw();
    await vi.waitUntil(() => replicas.every((replica) => replica.log.text().includes('can be used again')), until);
    await sleep(5_000);
  });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  for (const { redis, log } of replicas) {
    expect(redis.lostCount).toBeGreaterThan(0);
    expect(log.text()).toContain('Redis does not reply');
    expect(log.text()).toContain('Redis can be used again');
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
  const { refused, failed } = await drill(
    async ({ redis }) => {
      await redis.restart();
      await sleep(6_000);
    },
    { limits: search },
  );

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
});

test.concurrent('Redis is gone for good: each replica continues with its share', async () => {
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
  const { refused, failed } = await drill(
    async ({ proxy }) => {
      await sleep(5_000);
      proxy.cut();
      await sleep(16_000);
      proxy.heal();
      await sleep(4_000);
    },
    { limits: fullBurst },
  );

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
});

test.concurrent('replicas that never reached Redis share by REPLICAS', async () => {
  const { refused, failed, answered } = await drill(() => sleep(3_000), { isRedisAway: true });

  expect({ refused, failed }).toEqual({ refused: 0, failed: 0 });
  expect(answered).toBeGreaterThan(20);
});

test.concurrent('a replica that starts alone on an empty Redis uses its share at once', async () => {
  await withRedis(async ({ port }) => {
    const crm = new CountingCrm(fullBurst);
    const replica = startReplica(crm, { name: 'a', port, limits: fullBurst, replicas: 4 });
    await expect.poll(() => crm.answered, { timeout: 10_000 }).toBeGreaterThan(5);
    await sleep(2_000);
    const { used } = replica.lane.state();
    replica.kill();

    expect(used).toBeLessThanOrEqual(25);
    expect(crm.answered).toBeLessThanOrEqual(25 + fullBurst.concurrency + 5);
  });
});

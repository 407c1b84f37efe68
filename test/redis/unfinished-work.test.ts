import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { createRedisClaims } from '../../src/replicas/claims/redis-claims.ts';
import { createRedisDigest } from '../../src/replicas/redis-digest.ts';
import { connectRedis } from '../../src/replicas/redis-connection.ts';
import { logSink } from '../support/log-sink.ts';
import { spawnBridge } from '../support/spawn-bridge.ts';
import { sendTo } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

/** Calls a function when a test has finished; tests that run at once have one each. */
type OnFinished = (end: () => Promise<void>) => void;

async function startedRedis(onFinished: OnFinished): Promise<TestRedis> {
  const redis = await startRedis();
  onFinished(() => redis.close());
  return redis;
}

const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** A replica's claims; like a lane of the bridge, it asks Redis something every half second. */
function connectClaims({ url }: TestRedis, onFinished: OnFinished, token = 'token') {
  const sink = logSink();
  const connection = connectRedis({ url, name: 'replica' }, { log: sink.log });
  const heartbeat = setInterval(() => void connection.attempt((client) => client.ping()), 500);
  onFinished(async () => {
    clearInterval(heartbeat);
    await connection.close();
  });
  return { connection, text: sink.text, claims: createRedisClaims(connection, createRedisDigest(token), sink.log) };
}

/** A replica that works on `key` until `end` is called, and notes that it did. */
async function startHolder(redis: TestRedis, events: string[], onFinished: OnFinished) {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const work = connectClaims(redis, onFinished).claims.hold(['key'], deadlineIn(60_000), async () => {
    begun.resolve();
    await ended.promise;
    events.push('holder');
  });
  await begun.promise;
  return async () => {
    ended.resolve();
    await work;
  };
}

const people = (prefix: string) =>
  Array.from({ length: 250 }, (_, n) => ({
    externalId: `${prefix}-${n}`,
    firstName: 'Ada',
    linkedinUrl: `https://www.linkedin.com/in/lost-${n}`,
  }));

describe.concurrent('work of others', () => {
  test('is waited for while Redis is silent for longer than a moment', async ({ onTestFinished: onFinished }) => {
    const redis = await startedRedis(onFinished);
    const other = connectClaims(redis, onFinished);
    await expect.poll(() => other.connection.isUp).toBe(true);
    const events: string[] = [];
    const end = await startHolder(redis, events, onFinished);

    redis.freeze();
    const waiting = other.claims.hold(['key'], deadlineIn(60_000), async () => void events.push('other'));
    await pause(8_000);
    await end();
    redis.thaw();
    await waiting;

    expect(events).toEqual(['holder', 'other']);
  });

  test('is waited for no longer than the request has time, which is logged once', async ({
    onTestFinished: onFinished,
  }) => {
    const redis = await startedRedis(onFinished);
    const { connection, claims, text } = connectClaims(redis, onFinished);
    await expect.poll(() => connection.isUp).toBe(true);

    redis.freeze();
    const left = await Promise.all(
      ['a', 'b'].map((key) => {
        const deadline = deadlineIn(5_000);
        return claims.hold([key], deadline, async () => deadline.remainingMs());
      }),
    );

    expect(Math.min(...left)).toBeGreaterThan(2_000);
    expect(claims.unavailableCount).toBe(2);
    expect(text().split('creates rely only on unique properties')).toHaveLength(2);
  });

  test('is waited for by a replica that starts on a Redis that has just lost its data', async ({
    onTestFinished: onFinished,
  }) => {
    const redis = await startedRedis(onFinished);
    const events: string[] = [];
    const end = await startHolder(redis, events, onFinished);

    await redis.restart();
    const started = connectClaims(redis, onFinished);
    const waiting = started.claims.hold(['key'], deadlineIn(60_000), async () => void events.push('started'));
    await pause(4_000);
    await end();
    await waiting;

    expect(events).toEqual(['holder', 'started']);
  });
});

describe('work of others that no claim shows', () => {
  test.each(['kill', 'restart'] as const)(
    'is found if a replica dies together with Redis (%s) and its contacts are sent again under other Enginy ids',
    async (fault) => {
      const redis = await startedRedis(onTestFinished);
      const crm = await startCrm({ latency: 300, indexLagMs: 500 });
      const settings = (name: string) => ({ REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name });
      const survivor = await startBridgeOn(crm, settings('survivor'));
      const doomed = await spawnBridge(crm, settings('doomed'));

      const lost = sendTo(doomed.url, 'POST', '/contacts', { contacts: people('first') }).catch(() => 'lost');
      await expect.poll(() => crm.records('contacts').length).toBeGreaterThan(1);
      doomed.kill();
      await redis[fault]();
      const { status, body } = await survivor.send('POST', '/contacts', { contacts: people('second') });

      expect([await lost, status, body.errors]).toEqual(['lost', 201, undefined]);
      expect(new Set(body.results.map(({ crmId }: { crmId: string }) => crmId)).size).toBe(250);
      expect(crm.records('contacts')).toHaveLength(250);
    },
  );

  test('leaves no note if it has ended and an update waited for it', async () => {
    const redis = await startedRedis(onTestFinished);
    const crm = await startCrm();
    const bridge = await startBridgeOn(crm, { REDIS_URL: redis.url, REPLICAS: '2' });
    const created = await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
    const [{ crmId }] = created.body.results;
    const other = connectClaims(redis, onTestFinished, crm.token);
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const work = other.claims.hold(['contacts\u0001email\u0001new@example.com'], deadlineIn(60_000), async () => {
      begun.resolve();
      await ended.promise;
    });
    await begun.promise;

    const updating = bridge.send('PUT', '/contacts', { contacts: [{ crmId, email: 'new@example.com' }] });
    await pause(500);
    ended.resolve();
    await work;
    const { body } = await updating;
    const client = new Redis(redis.url);
    const kept = await client.keys('eb:{claim}:*');
    client.disconnect();

    expect(body.results[0].error).toBeUndefined();
    expect(kept).toEqual(['eb:{claim}:epoch']);
  });
});

import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { createRedisDigest } from '../../src/replicas/redis-digest.ts';
import { createRedisClaims } from '../../src/replicas/claims/redis-claims.ts';
import { claimPrefix } from '../../src/replicas/claims/claim-scripts.ts';
import { connectRedis } from '../../src/replicas/redis-connection.ts';
import { logSink } from '../support/log-sink.ts';
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

async function flush({ url }: TestRedis): Promise<void> {
  const admin = new Redis(url);
  await admin.flushall();
  admin.disconnect();
}

type Fault = (redis: TestRedis) => Promise<void>;

const faults: readonly (readonly [what: string, fault: Fault])[] = [
  ['is killed and stays away', (redis) => redis.kill()],
  ['is killed and restarts empty', (redis) => redis.restart()],
  [
    'is away for a while and restarts empty',
    async (redis) => {
      await redis.kill();
      await pause(2_000);
      await redis.restart();
    },
  ],
  ['loses its data', flush],
  [
    'is frozen for almost as long as claims are held',
    async (redis) => {
      redis.freeze();
      await pause(14_000);
      redis.thaw();
    },
  ],
];

/** A replica's claims; like a lane of the bridge, it asks Redis something every half second. */
function connectClaims(redis: TestRedis, name: string, onFinished: OnFinished) {
  const connection = connectRedis({ url: redis.url, name }, { log: logSink().log });
  const heartbeat = setInterval(() => void connection.attempt((client) => client.ping()), 500);
  const close = async () => {
    clearInterval(heartbeat);
    await connection.close();
  };
  onFinished(close);
  return { claims: createRedisClaims(connection, createRedisDigest('token')), connection, close };
}

describe.concurrent('while another replica works on a key', () => {
  test.for(faults)('other replicas wait for it when Redis %s', async ([, fault], { onTestFinished: onFinished }) => {
    const redis = await startedRedis(onFinished);
    const events: string[] = [];
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const holding = connectClaims(redis, 'holder', onFinished).claims.hold(['key'], deadlineIn(60_000), async () => {
      events.push('begun');
      await ended;
      events.push('ended');
    });
    await expect.poll(() => events).toEqual(['begun']);
    const waiting = connectClaims(redis, 'waiter', onFinished).claims.hold(
      ['key'],
      deadlineIn(60_000),
      async (hasWaited) => {
        events.push(`waiter, ${hasWaited}`);
      },
    );
    await pause(300);

    await fault(redis);
    await pause(7_500);
    end();
    await Promise.all([holding, waiting]);

    expect(events).toEqual(['begun', 'ended', 'waiter, true']);
  });

  test.for(faults)(
    'its work is taken over if it dies when Redis %s',
    async ([, fault], { onTestFinished: onFinished }) => {
      const redis = await startedRedis(onFinished);
      const holder = connectClaims(redis, 'holder', onFinished);
      const begun = Promise.withResolvers<void>();
      void holder.claims.hold(['key'], deadlineIn(60_000), () => {
        begun.resolve();
        return new Promise(() => {});
      });
      await begun.promise;
      const waiting = connectClaims(redis, 'waiter', onFinished).claims.hold(
        ['key'],
        deadlineIn(60_000),
        async (hasWaited) => hasWaited,
      );
      await pause(300);

      await holder.close();
      await fault(redis);

      expect(await waiting).toBe(true);
    },
  );
});

/** Another replica works on `key` until it is to end, and notes that it did. */
async function holdKey(redis: TestRedis, events: string[]) {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const holding = connectClaims(redis, 'holder', onTestFinished).claims.hold(['key'], deadlineIn(60_000), async () => {
    begun.resolve();
    await ended.promise;
    events.push('ended');
  });
  await begun.promise;
  return { holding, end: () => ended.resolve() };
}

test.each([
  ['is killed and restarts empty', (redis: TestRedis) => redis.restart()],
  ['loses its data', flush],
])('a replica that claimed nothing before waits for the work of others when Redis %s', async (_what, fault) => {
  const redis = await startedRedis(onTestFinished);
  const { claims: idle, connection } = connectClaims(redis, 'idle', onTestFinished);
  await expect.poll(() => connection.isUp).toBe(true);
  const events: string[] = [];
  const { holding, end } = await holdKey(redis, events);

  await fault(redis);
  await expect.poll(async () => 'value' in (await connection.attempt((client) => client.ping()))).toBe(true);
  const waiting = idle.hold(['key'], deadlineIn(60_000), async () => void events.push('idle'));
  await pause(4_000);
  end();
  await Promise.all([holding, waiting]);

  expect(events).toEqual(['ended', 'idle']);
});

test('work that begins while Redis is silent for a moment waits for that of others', async () => {
  const redis = await startedRedis(onTestFinished);
  const other = connectClaims(redis, 'other', onTestFinished);
  await expect.poll(() => other.connection.isUp).toBe(true);
  const events: string[] = [];
  const { holding, end } = await holdKey(redis, events);

  redis.freeze();
  const waiting = other.claims.hold(['key'], deadlineIn(60_000), async () => void events.push('other'));
  await expect.poll(() => other.connection.isUp).toBe(false);
  redis.thaw();
  await pause(3_000);
  end();
  await Promise.all([holding, waiting]);

  expect(events).toEqual(['ended', 'other']);
});

test('unfinished work is known to the next replica, however late it comes, until one completes it', async () => {
  const redis = await startedRedis(onTestFinished);
  const died = connectClaims(redis, 'died', onTestFinished);
  const startedAt = Date.now();
  const begun = Promise.withResolvers<void>();
  void died.claims.holdParts([['a'], ['b'], ['c']], deadlineIn(60_000), () => {
    begun.resolve();
    return new Promise(() => {});
  });
  await begun.promise;
  await died.close();
  await pause(15_500);

  const { claims } = connectClaims(redis, 'next', onTestFinished);
  const seen: (readonly [positions: readonly number[], isKnown: boolean])[] = [];
  const takeUp = async (cleared: readonly number[]) =>
    await claims.holdParts([['a'], ['b', 'new'], ['d']], deadlineIn(5_000), async (positions, othersSince) => {
      seen.push([positions, othersSince !== undefined && Math.abs(othersSince - startedAt) < 1_000]);
      return cleared;
    });
  await takeUp([0]);
  await takeUp([0, 1]);
  await takeUp([]);

  expect(seen).toEqual([
    [[2], false],
    [[0, 1], true],
    [[0, 2], false],
    [[1], true],
    [[0, 1, 2], false],
  ]);
});

const many = <T>(count: number, one: (n: number) => T) => Array.from({ length: count }, (_, n) => one(n));

/** Requests of each kind; records have other ids of Enginy for each replica. */
const requestsOf = (replica: string, contactId: string): readonly (readonly [path: string, body: object])[] => [
  [
    '/contacts',
    {
      contacts: many(150, (n) => ({
        externalId: `${replica}-${n}`,
        firstName: 'Ada',
        ...(n % 3 === 0 ? { email: `ada-${n}@example.com` } : { linkedinUrl: `https://www.linkedin.com/in/ada-${n}` }),
      })),
    },
  ],
  [
    '/companies',
    { companies: many(150, (n) => ({ externalId: `${replica}-${n}`, name: `C ${n}`, domain: `c-${n}.example` })) },
  ],
  ...many(10, (n) => ['/tasks', { subject: `Call ${n}`, dueDate: '2026-12-01T09:00:00Z', contactId }] as const),
  ...many(10, (n) => ['/activities', { type: 'EMAIL', contactId, metadata: { messageId: `m-${n}` } }] as const),
];

/** How many claims replicas hold. */
async function countClaims({ url }: TestRedis): Promise<number> {
  const admin = new Redis(url);
  const keys = await admin.keys(`${claimPrefix}*`);
  admin.disconnect();
  return keys.length - 1;
}

test('a record is created once if Redis is killed before a second replica receives it', async () => {
  const redis = await startedRedis(onTestFinished);
  const crm = await startCrm({ indexLagMs: 1_000, latency: 700 });
  const settings = (name: string) => ({ REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name });
  const [one, two] = [await startBridgeOn(crm, settings('a')), await startBridgeOn(crm, settings('b'))];
  const createFor = (replica: string) => requestsOf(replica, '')[0]?.[1];

  const first = one.send('POST', '/contacts', createFor('a'));
  await expect.poll(() => countClaims(redis)).toBe(300);
  await redis.kill();
  const answers = await Promise.all([first, two.send('POST', '/contacts', createFor('b'))]);

  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect(answers.flatMap(({ body }) => body.errors ?? [])).toEqual([]);
  expect(crm.records('contacts')).toHaveLength(150);
});

describe('records that two replicas create at once are created once', () => {
  test.each([
    ['is killed and restarts empty', 60_000, (redis: TestRedis) => redis.restart()],
    ['is killed and stays away', 1_000, (redis: TestRedis) => redis.kill()],
    ['loses its data', 60_000, flush],
  ] as const)('when Redis %s', async (_what, indexLagMs, fault) => {
    const redis = await startedRedis(onTestFinished);
    const crm = await startCrm({ indexLagMs, latency: 700 });
    const settings = (name: string) => ({ REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name });
    const [one, two] = [await startBridgeOn(crm, settings('a')), await startBridgeOn(crm, settings('b'))];
    const known = await one.send('POST', '/contacts', { contacts: [{ externalId: 'known', email: 'g@example.com' }] });
    const contactId = known.body.results[0].crmId;

    const first = requestsOf('a', contactId).map(([path, body]) => one.send('POST', path, body));
    await pause(300);
    const second = requestsOf('b', contactId).map(([path, body]) => two.send('POST', path, body));
    await pause(700);
    await fault(redis);
    const answers = await Promise.all([...first, ...second]);

    expect(answers.map(({ status }) => status).filter((status) => status > 201)).toEqual([]);
    expect(answers.flatMap(({ body }) => body.errors ?? [])).toEqual([]);
    const counts = (['contacts', 'companies', 'tasks', 'emails'] as const).map((kind) => crm.records(kind).length);
    expect(counts).toEqual([151, 150, 10, 10]);
  });
});

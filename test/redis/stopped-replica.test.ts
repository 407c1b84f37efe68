import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { createRedisClaims } from '../../src/replicas/claims/redis-claims.ts';
import { connectRedis } from '../../src/replicas/redis-connection.ts';
import { createRedisDigest } from '../../src/replicas/redis-digest.ts';
import { logSink } from '../support/log-sink.ts';
import { spawnBridge } from '../support/spawn-bridge.ts';
import { sendTo } from '../support/start-app.ts';
import { startCrm } from '../support/start-bridge.ts';
import { startRedis } from '../support/start-redis.ts';

const people = (replica: string, slug: string) => ({
  contacts: Array.from({ length: 40 }, (_, n) => ({
    externalId: `${replica}-${n}`,
    firstName: 'Ada',
    linkedinUrl: `https://www.linkedin.com/in/${slug}-${n}`,
  })),
});

test('what another replica creates while one is stopped is not created again when it continues', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const crm = await startCrm({ limits: {}, indexLagMs: 500, latency: 500 });
  const start = (name: string) =>
    spawnBridge(crm, { REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name, HUBSPOT_RATE_LIMIT: '100' });
  const [stopped, other] = [await start('a'), await start('b')];
  const create = (url: string, name: string, slug = 'same') => sendTo(url, 'POST', '/contacts', people(name, slug));
  const countSearches = () => crm.counters.byKind.search ?? 0;
  const call = (url: string, n: number) =>
    sendTo(url, 'POST', '/tasks', { subject: `Call ${n}`, dueDate: '2026-12-01T09:00:00Z' });
  const ready = await Promise.all([call(stopped.url, 1), call(other.url, 2)]);
  const before = countSearches();
  await create(stopped.url, 'other', 'other');
  const searches = countSearches();

  const first = create(stopped.url, 'a');
  await expect.poll(countSearches).toBe(2 * searches - before);
  stopped.stop();
  const second = await create(other.url, 'b');
  const third = call(stopped.url, 3);
  stopped.continue();
  const answers = [...ready, await first, second, await third, await call(stopped.url, 4), await call(other.url, 5)];

  expect(crm.counters.rateLimited).toBe(0);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(answers.flatMap(({ body }) => body.errors ?? [])).toEqual([]);
  expect(crm.records('contacts')).toHaveLength(80);
});

/** The clock of the process stands still while its machine is suspended; the time of day does not. */
const suspend = () => vi.setSystemTime(Date.now() + 20_000);

async function connect(url: string) {
  const sink = logSink();
  const connection = connectRedis({ url, name: 'suspended' }, { log: sink.log });
  onTestFinished(() => connection.close());
  await connection.attempt((client) => client.time());
  return { connection, ...sink };
}

test.each(['works', 'waits for the reply to its claim'])(
  'a replica whose machine is suspended while it %s does not rely on its claim',
  async (moment) => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const { connection } = await connect(redis.url);
    const claims = createRedisClaims(connection, createRedisDigest('token'));
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const doubts: boolean[] = [];

    const working = claims.holdParts([['key']], deadlineIn(60_000), async (positions, _since, regainLost) => {
      if (moment === 'works') {
        doubts.push(await regainLost());
        suspend();
      }
      doubts.push(await regainLost());
      return positions;
    });
    if (moment !== 'works') suspend();
    await working;

    expect(doubts).toEqual(moment === 'works' ? [false, true] : [true]);
  },
);

test('a Redis user without permission to run scripts is logged, with the consequence for creates', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const admin = new Redis(redis.url);
  await admin.call('ACL', 'SETUSER', 'bridge', 'on', '>word', '~eb:*', '+@all', '-evalsha');
  admin.disconnect();
  const { connection, log, entries } = await connect(redis.url.replace('//', '//bridge:word@'));
  const claims = createRedisClaims(connection, createRedisDigest('token'), log);

  for (const key of ['a', 'b']) await claims.hold([key], deadlineIn(60_000), async () => {});

  expect(entries.map(({ msg }) => msg)).toEqual([
    'Redis refuses a command, so what needs it is not shared',
    'Redis cannot be used: creates rely only on unique properties and searches of the CRM',
  ]);
});

test('a replica that was suspended waits for the one that took over its work', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const { connection } = await connect(redis.url);
  const claims = createRedisClaims(connection, createRedisDigest('token'));
  const events: string[] = [];
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());

  await claims.holdParts([['key']], deadlineIn(60_000), async (positions, _since, regainLost) => {
    suspend();
    const admin = new Redis(redis.url);
    for (const key of await admin.keys('eb:{claim}:*')) if (!key.endsWith(':epoch')) await admin.del(key);
    admin.disconnect();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const other = claims.hold(['key'], deadlineIn(60_000), async () => {
      begin();
      await finished;
      events.push('other');
    });
    await begun;
    setTimeout(finish, 300);
    events.push(String(await regainLost()));
    await other;
    return positions;
  });

  expect(events).toEqual(['other', 'true']);
});

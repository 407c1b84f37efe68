import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/crm/clock.ts';
import { IndexLostError } from '../../src/identity/identity-store.ts';
import { IndexFailures } from '../../src/identity/index-failures.ts';
import { connectRedis } from '../../src/replicas/redis-connection.ts';
import { createRedisIdentityStore } from '../../src/replicas/redis-identity-store.ts';
import { identityStoreConformance, sharedStoreConformance } from '../identity/store-conformance.ts';
import { logSink } from '../support/log-sink.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

let redis: TestRedis;
let apps = 0;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

function connect(app: string) {
  const connection = connectRedis({ url: redis.url, name: 'test' }, { log: logSink('silent').log });
  const store = createRedisIdentityStore(connection, app);
  onTestFinished(async () => {
    await store.close();
    await connection.close();
  });
  return store;
}

function newApp(): string {
  apps += 1;
  return `app${apps}`;
}

function client(): Redis {
  const own = new Redis(redis.url);
  onTestFinished(() => own.disconnect());
  return own;
}

async function openTwice() {
  const app = newApp();
  return { store: connect(app), other: connect(app) };
}

identityStoreConformance('in Redis', openTwice, 10);
sharedStoreConformance('in Redis', openTwice);

const pairs = Array.from({ length: 500 }, (_, at) => ({ digest: BigInt(at) * 7_777_777_777_777_777n, id: String(at) }));

test('a replica that starts while another one is about to build the index logs no warning', async () => {
  const app = newApp();
  const [leader, follower] = [connect(app), connect(app)];
  expect(await leader.leads?.()).toBe(true);
  const sink = logSink('info');
  const failures = new IndexFailures(sink.log, systemClock);

  const error = await follower.open('portal').catch((reason: unknown) => reason);
  failures.note(error, 'contacts');
  failures.note(new IndexLostError('Redis cannot be reached'), 'contacts');

  expect(error).toBeInstanceOf(IndexLostError);
  expect(sink.entries.map(({ level, msg }) => `${level}: ${msg}`)).toEqual([
    'info: another replica builds the identity index',
    'warn: the identity index could not be read, written or refreshed',
  ]);
});

test('a bucket that Redis has evicted ends the index for all replicas, and the leader begins an empty one', async () => {
  const app = newApp();
  const [store, other] = [connect(app), connect(app)];
  const index = await store.open('portal');
  const beside = await other.open('portal');
  await index.write({ pairs, state: { name: 'contacts', text: 'complete' } });
  const bucket = await client().keys(`eb:{index:2:${app}}:0000`);
  await client().del(...bucket);

  await expect(beside.propose([0n])).rejects.toThrow(IndexLostError);
  await expect(index.readState('contacts')).rejects.toThrow(IndexLostError);
  await expect(index.write({ pairs: [{ digest: 0n, id: '1' }] })).rejects.toThrow(IndexLostError);
  await expect(other.open('portal')).rejects.toThrow(IndexLostError);

  const next = await store.open('portal');
  expect(await next.propose(pairs.map(({ digest }) => digest))).toEqual(pairs.map(() => []));
  expect(await next.readState('contacts')).toBeUndefined();
  await expect(beside.propose([7_777_777_777_777_777n])).rejects.toThrow(IndexLostError);
});

test('a Redis that was emptied does not answer "none"', async () => {
  const store = connect(newApp());
  const index = await store.open('portal');
  await index.write({ pairs });
  await client().flushall();

  await expect(index.propose([1n])).rejects.toThrow(IndexLostError);
  await expect(index.write({ pairs })).rejects.toThrow(IndexLostError);
});

test('one replica leads, and another takes over once it is gone', async () => {
  const app = newApp();
  const [first, second] = [connect(app), connect(app)];
  expect(await first.leads?.()).toBe(true);
  expect(await second.leads?.()).toBe(false);

  await first.close();

  expect(await second.leads?.()).toBe(true);
});

test('a replica that lost the lead without noticing writes no state', async () => {
  const app = newApp();
  const [first, second] = [connect(app), connect(app)];
  const index = await first.open('portal');
  await index.write({ pairs, state: { name: 'contacts', text: 'of the first' } });
  await client().del(`eb:{index:2:${app}}:lead`);
  expect(await second.leads?.()).toBe(true);
  const beside = await second.open('portal');
  await beside.write({ pairs: [], state: { name: 'contacts', text: 'of the second' } });

  await expect(index.write({ pairs: [], state: { name: 'contacts', text: 'late' } })).rejects.toThrow(IndexLostError);

  expect(await beside.readState('contacts')).toBe('of the second');
});

test('one sweep at a time serves all replicas, but not those of another index', async () => {
  const app = newApp();
  const [store, other] = [connect(app), connect(app)];
  const [own, beside] = [(await store.open('portal')).sweeps, (await other.open('portal')).sweeps];
  expect(await own?.last('contacts')).toBeUndefined();
  expect(await own?.begin('contacts')).toBe(true);
  expect(await beside?.begin('contacts')).toBe(false);
  expect(await beside?.begin('companies')).toBe(true);

  await own?.end('contacts', undefined);
  const failed = await beside?.last('contacts');
  expect(await beside?.begin('contacts')).toBe(true);
  await beside?.end('contacts', ['rule1', 'rule2']);
  await client().hset(`eb:{index:2:${app}}:meta`, 'epoch', 'next');
  await beside?.end('companies', ['rule3']);

  expect(failed).toBeUndefined();
  expect(await own?.last('contacts')).toEqual({ agoMs: expect.any(Number), rules: ['rule1', 'rule2'] });
  expect(await own?.last('companies')).toBeUndefined();
});

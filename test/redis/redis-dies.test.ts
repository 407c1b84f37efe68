import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { connectRedis } from '../../src/replicas/redis-connection.ts';
import { logSink } from '../support/log-sink.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis } from '../support/start-redis.ts';

test('no request fails while Redis is frozen, dies and returns, and no record is created twice', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const crm = await startCrm();
  const settings = (name: string) => ({ REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name });
  const replicas = [await startBridgeOn(crm, settings('a')), await startBridgeOn(crm, settings('b'))];
  const statuses: number[] = [];
  let isRunning = true;
  let number = 0;
  const client = async () => {
    while (isRunning) {
      number += 1;
      const contacts = [{ externalId: `lead-${number}`, firstName: 'Ada', email: `ada-${number}@example.com` }];
      const path = number % 3 === 0 ? '/contacts/sync' : '/contacts';
      const answers = await Promise.all(replicas.map(({ send }) => send('POST', path, { contacts })));
      statuses.push(...answers.map(({ status }) => status));
    }
  };
  const clients = Promise.all(Array.from({ length: 4 }, client));
  const pause = (ms: number) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });

  await pause(1_000);
  redis.freeze();
  await pause(1_500);
  redis.thaw();
  await pause(1_000);
  await redis.kill();
  await pause(1_500);
  await redis.restart();
  await pause(1_500);
  await expect.poll(() => statuses.length).toBeGreaterThan(20);
  isRunning = false;
  await clients;

  expect(statuses.filter((status) => status < 200 || status > 299)).toEqual([]);
  const emails = crm.records('contacts').map(({ properties }) => properties.email);
  expect(new Set(emails).size).toBe(emails.length);
  expect(replicas.map(({ log }) => log.text().includes('continues with its share'))).toEqual([true, true]);
});

/** A connection, and what its log said so far. */
function connect(url: string, clock: { readonly now?: () => number } = {}) {
  const { log, entries } = logSink();
  const connection = connectRedis({ url, name: 'one' }, { log, ...clock });
  onTestFinished(() => connection.close());
  const isUp = async () => 'value' in (await connection.attempt((client) => client.set('eb:test', '1')));
  return { connection, isUp, said: () => entries.map(({ msg }) => msg) };
}

const consequence = 'this replica continues with its share of the limits';
const isBack = 'Redis can be used again: the replicas share limits and claims';

test('the log has one line that says why Redis was lost, and one when it is back', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const admin = new Redis(redis.url, { retryStrategy: () => 50 });
  admin.on('error', () => undefined);
  onTestFinished(() => admin.disconnect());
  const faults: readonly (readonly [why: string, lose: () => unknown, mend: () => unknown])[] = [
    ['does not reply', redis.freeze, redis.thaw],
    ['closed the connection', redis.kill, redis.restart],
    [
      'is full: its maxmemory is reached',
      () => admin.config('SET', 'maxmemory', '1'),
      () => admin.config('SET', 'maxmemory', '0'),
    ],
    [
      'is read-only, because it follows another server',
      () => admin.replicaof('127.0.0.1', '1'),
      () => admin.replicaof('NO', 'ONE'),
    ],
  ];
  for (const [why, lose, mend] of faults) {
    const { connection, isUp, said } = connect(redis.url);
    await expect.poll(isUp).toBe(true);
    await expect.poll(() => admin.status).toBe('ready');

    await lose();
    await expect.poll(isUp).toBe(false);
    expect(connection).toMatchObject({ isUp: false, lostCount: 1 });
    await mend();
    await expect.poll(isUp).toBe(true);

    expect(said()).toEqual([`Redis ${why}; ${consequence}`, isBack]);
    await connection.close();
  }
});

test('a Redis that alternates between working and failing is not used for a while, and then again', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  let now = 0;
  const { connection, isUp, said } = connect(redis.url, { now: () => now });
  const failOnce = async () => {
    await admin.config('SET', 'maxmemory', '1');
    expect(await isUp()).toBe(false);
    await admin.config('SET', 'maxmemory', '0');
  };
  expect(await isUp()).toBe(true);

  for (let time = 1; time <= 5; time += 1) {
    await failOnce();
    expect(await isUp()).toBe(true);
  }
  await failOnce();
  now = 14_999;
  const whileOpen = await connection.attempt((client) => client.get('eb:test'));
  now = 15_000;

  expect(whileOpen).toEqual({ lostBy: 'silence' });
  expect(said().at(-1)).toBe(`Redis is full: its maxmemory is reached, again and again; ${consequence} for 15 seconds`);
  expect(await isUp()).toBe(true);
  await failOnce();
  expect(await isUp()).toBe(false);
  now += 60_000;
  expect(await isUp()).toBe(true);
  await failOnce();
  expect(await isUp()).toBe(true);
});

test('the log says why Redis cannot be used from the start', async () => {
  const redis = await startRedis(['--requirepass', 'right']);
  onTestFinished(() => redis.close());
  const { port } = redis;
  const urls: readonly (readonly [url: string, why: string])[] = [
    [`redis://:wrong@127.0.0.1:${port}`, 'refuses the user or the password of REDIS_URL'],
    [`redis://127.0.0.1:${port}`, 'requires a password, and REDIS_URL has none that it accepts'],
    ['redis://no-such-host.invalid:6379', 'is not found: the host name of REDIS_URL does not resolve'],
    ['redis://127.0.0.1:1', 'refuses connections'],
    [`rediss://127.0.0.1:${port}`, 'does not reply'],
  ];
  for (const [url, why] of urls) {
    const { connection, isUp, said } = connect(url);
    expect(await isUp()).toBe(false);
    expect(await isUp()).toBe(false);
    expect({ url, said: said() }).toEqual({ url, said: [`Redis ${why}; ${consequence}`] });
    expect(connection).toMatchObject({ isUp: false, lostCount: 0 });
  }

  const { isUp, said } = connect(`redis://:wrong@127.0.0.1:${port}`);
  expect(await isUp()).toBe(false);
  const admin = new Redis(`redis://:right@127.0.0.1:${port}`);
  await admin.config('SET', 'requirepass', 'wrong');
  admin.disconnect();
  await expect.poll(isUp).toBe(true);
  expect(said()[1]).toBe('Redis can be used now: the replicas share limits and claims');
});

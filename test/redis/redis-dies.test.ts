import { expect, onTestFinished, test } from 'vitest';
import { connectRedis, type RedisConnection } from '../../src/replicas/redis-connection.ts';
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
  expect(replicas.map(({ log }) => log.text().includes('Redis cannot be reached'))).toEqual([true, true]);
});

test('the log says how Redis was lost', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const lose = async (fault: (connection: RedisConnection) => unknown) => {
    const { log, text } = logSink();
    const connection = connectRedis({ url: redis.url, name: 'one' }, { log });
    onTestFinished(() => connection.close());
    await expect.poll(() => connection.attempt((client) => client.ping())).toEqual({ value: 'PONG' });
    await fault(connection);
    await expect.poll(async () => 'lostBy' in (await connection.attempt((client) => client.ping()))).toBe(true);
    return /"lostBy":"([^"]+)"/.exec(text())?.[1];
  };

  const frozen = await lose(redis.freeze);
  redis.thaw();
  const killedBeforeReply = await lose(async (connection) => {
    redis.freeze();
    const reply = connection.attempt((client) => client.ping());
    await redis.kill();
    await reply;
  });
  await redis.restart();
  const killed = await lose(redis.kill);

  expect({ frozen, killedBeforeReply, killed }).toEqual({
    frozen: 'silence',
    killedBeforeReply: 'closed connection',
    killed: 'closed connection',
  });
});

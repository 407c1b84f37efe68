import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { sendTo } from '../support/start-app.ts';
import { spawnBridge } from '../support/spawn-bridge.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis } from '../support/start-redis.ts';

/** Half of them in a spelling that the usual searches do not ask for. */
const people = Array.from({ length: 60 }, (_, at) => ({
  createdAt: '2026-01-01T00:00:00Z',
  properties: {
    firstname: 'Canaria',
    lastname: `Canary${at}`,
    phone: `+34 912 34 ${1000 + at}`,
    hs_linkedin_url: `https://${at % 2 === 0 ? 'www' : 'es'}.linkedin.com/in/canary-bird-${at}${at % 2 === 0 ? '' : '/?trk=x'}`,
  },
}));
const leads = people.map((_, at) => ({ externalId: `e${at}`, linkedinUrl: `linkedin.com/in/canary-bird-${at}` }));
const strangers = Array.from({ length: 20 }, (_, at) => ({
  externalId: `s${at}`,
  linkedinUrl: `linkedin.com/in/canary-stranger-${at}`,
}));

async function startWorld() {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const crm = await startCrm();
  const { contacts } = crm.seed({ contacts: people });
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  const settings = (name: string, more: Record<string, string> = {}) => {
    const dir = mkdtempSync(join(tmpdir(), 'shared-index-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    return {
      ...{ REDIS_URL: redis.url, REPLICAS: '3', INSTANCE: name, DATA_DIR: dir, JOURNAL: 'on' },
      ...{ IDENTITY_INDEX: 'on', INDEX_FRESH_S: '60', DEFAULT_COUNTRY: 'ES', ...more },
    };
  };
  return { crm, ids: contacts, client, settings };
}

async function untilComplete(url: string): Promise<void> {
  await expect
    .poll(async () => {
      const { body } = await sendTo(url, 'GET', '/readyz', undefined, { authorization: 'Bearer good-key-for-tests' });
      return body.identityIndex?.every(({ complete, rules }: Record<string, number>) => complete === rules);
    })
    .toBe(true);
}

async function sync(url: string, contacts: readonly object[]): Promise<string[]> {
  const { status, body } = await sendTo(url, 'POST', '/contacts/sync', { contacts });
  expect(status).toBe(200);
  expect(body.errors ?? []).toEqual([]);
  return body.results.map(({ crmId }: { crmId: string }) => crmId);
}

function callsOf(crm: Sandbox, kind: 'search' | 'listing'): number {
  const [wanted, end] = kind === 'search' ? ['POST', '/contacts/search'] : ['GET', '/contacts'];
  return crm.log.filter(({ method, path }) => method === wanted && path.includes('/objects/') && path.endsWith(end))
    .length;
}

/** One reply for each key, in their order. */
async function askAll(client: Redis, keys: readonly string[], command: (key: string) => [string, ...string[]]) {
  const replies = await client.pipeline(keys.map(command)).exec();
  return (replies ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}

const reading: Readonly<Record<string, (key: string) => [string, ...string[]]>> = {
  string: (key) => ['get', key],
  hash: (key) => ['hgetall', key],
  zset: (key) => ['zrange', key, '0', '-1'],
  set: (key) => ['smembers', key],
  list: (key) => ['lrange', key, '0', '-1'],
  stream: (key) => ['xrange', key, '-', '+'],
};

/** Everything that Redis holds: names of keys and all they contain, as text. */
async function dump(client: Redis): Promise<string> {
  const keys = await client.keys('*');
  const types = await askAll(client, keys, (key) => ['type', key]);
  // A key that has expired meanwhile has no type.
  const held = keys.flatMap((key, at) => (types[at] === 'none' ? [] : [{ key, read: reading[String(types[at])] }]));
  const commands = new Map(held.map(({ key, read }) => [key, read?.(key) ?? ['unreadable']]));
  const values = await askAll(client, [...commands.keys()], (key) => commands.get(key) as [string, ...string[]]);
  return JSON.stringify([keys, values]);
}

test('one replica builds the index and all match by it; nothing in Redis shows a value', async () => {
  const { crm, ids, client, settings } = await startWorld();
  const leader = await startBridgeOn(crm, settings('a'));
  await untilComplete(leader.url);
  const listed = callsOf(crm, 'listing');
  const others = [await startBridgeOn(crm, settings('b')), await startBridgeOn(crm, settings('c'))];
  for (const { url } of others) await untilComplete(url);

  const searches = async () => {
    crm.clearLog();
    for (const { url } of [leader, ...others]) {
      expect(await sync(url, leads)).toEqual(ids);
      expect(await sync(url, strangers)).toEqual([]);
    }
    return callsOf(crm, 'search');
  };

  // Where a reply of Redis comes too late, the request searches.
  await expect.poll(searches).toBeLessThanOrEqual(1);
  // The archived, the others, the archived again.
  expect(listed).toBe(3);
  expect(callsOf(crm, 'listing')).toBe(0);
  const created = await others[0]?.send('POST', '/contacts', {
    contacts: [{ externalId: 'n', lastName: 'Canarybird', email: 'bird@canary.example', ...strangers[0] }],
  });
  expect(created?.body.errors ?? []).toEqual([]);
  const text = (await dump(client)).toLowerCase();
  expect(text).toContain('eb:{index:');
  expect(text).not.toMatch(/canar|linkedin|91234|912 34/);
});

test('when the leader is killed and a part of the index is lost, every response stays correct, and another replica rebuilds it', async () => {
  const { crm, ids, client, settings } = await startWorld();
  const leader = await spawnBridge(crm, settings('a'));
  await untilComplete(leader.url);
  const other = await startBridgeOn(crm, settings('b'));
  await untilComplete(other.url);
  const [prefix = ''] = (await client.keys('eb:{index:*}:meta')).map((key) => key.replace(':meta', ''));
  const epoch = await client.hget(`${prefix}:meta`, 'epoch');

  leader.kill();
  // Every bucket that holds a key of a contact: whatever is asked for meets one without its mark.
  const buckets = await client.keys(`${prefix}:[0-9a-f][0-9a-f][0-9a-f][0-9a-f]`);
  const lengths = await askAll(client, buckets, (bucket) => ['hlen', bucket]);
  const filled = buckets.filter((_bucket, at) => Number(lengths[at]) > 1);
  await client.del(filled);
  const usual = leads.filter((_, at) => at % 2 === 0);

  expect(await sync(other.url, [...usual, ...strangers])).toEqual(ids.filter((_, at) => at % 2 === 0));
  expect(await client.hget(`${prefix}:meta`, 'epoch')).toBeNull();
  // The lease of the killed replica ends sooner than in fifteen seconds.
  await client.pexpire(`${prefix}:lead`, 1);
  await expect.poll(() => client.hget(`${prefix}:meta`, 'epoch')).not.toBeNull();
  await untilComplete(other.url);

  expect(await client.hget(`${prefix}:meta`, 'epoch')).not.toBe(epoch);
  const searches = async () => {
    crm.clearLog();
    expect(await sync(other.url, [...leads, ...strangers])).toEqual(ids);
    return callsOf(crm, 'search');
  };
  await expect.poll(searches).toBeLessThanOrEqual(1);
});

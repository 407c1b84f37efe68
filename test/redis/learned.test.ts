import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.close();
});

async function startReplica(crm: Sandbox, name: string) {
  const folder = mkdtempSync(join(tmpdir(), `learned-${name}-`));
  const settings = { REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name, JOURNAL: 'on', DATA_DIR: folder };
  const bridge = await startBridgeOn(crm, { ...settings, HUBSPOT_API_VERSION: '2026-09' });
  return {
    ...bridge,
    kept: () => readFileSync(join(folder, 'required-properties.json'), 'utf8'),
    create: async (id: string, fields: object = {}) => {
      const contact = { externalId: id, email: `${id}@example.com`, firstName: 'Ada', ...fields };
      const { body } = await bridge.send('POST', '/contacts', { contacts: [contact] });
      return body;
    },
  };
}

const region = { name: 'region', label: 'Region', type: 'string', fieldType: 'text', groupName: 'contactinformation' };

test('a property that one replica saw required makes the other hold back records without it, until one sees that it is no longer required', async () => {
  const crm = await startCrm();
  crm.seed({ properties: { contacts: [region] }, requirements: [{ object: 'contacts', property: 'region' }] });
  const a = await startReplica(crm, 'rules-a');
  const b = await startReplica(crm, 'rules-b');
  const creates = () => crm.log.filter(({ kind, object }) => kind.includes('create') && object === 'contacts').length;

  await a.create('one');
  await expect.poll(b.kept).toContain('region');
  const tried = creates();
  const refused = await b.create('two');

  expect(refused.errors).toHaveLength(1);
  expect(creates()).toBe(tried);

  crm.seed({ requirements: [] });
  await b.reload();
  await b.create('three');
  await expect.poll(a.kept).not.toContain('region');
  const created = await a.create('four');

  expect(created.errors).toBeUndefined();
  expect(crm.records('contacts')).toHaveLength(2);
});

test('a property that one replica may not create is not tried by the other, until an administrator reloads one', async () => {
  const crm = await startCrm({ scopes: { without: ['crm.schemas.contacts.write'] } });
  const tries = () => crm.log.filter(({ method, path }) => method === 'POST' && path.includes('/properties/')).length;
  const a = await startReplica(crm, 'refusals-a');
  await a.create('one', { shoeSize: '42' });
  const b = await startReplica(crm, 'refusals-b');
  await b.create('warm-up');
  const before = tries();

  const answer = await b.create('two', { shoeSize: '43' });

  expect(JSON.stringify(answer.results)).toContain('missing scope crm.schemas.contacts.write');
  expect(tries()).toBe(before);

  await a.reload();
  await expect
    .poll(
      async () => {
        await b.create('three', { shoeSize: '44' });
        return tries();
      },
      { timeout: 10_000, interval: 500 },
    )
    .toBeGreaterThan(before);
});

test('the daily limit that one replica meets stops the calls of the others', async () => {
  const crm = await startCrm();
  const a = await startReplica(crm, 'daily-a');
  const b = await startReplica(crm, 'daily-b');
  await a.create('one');
  const known = await b.create('two');
  const body = { policyName: 'DAILY', message: 'You have reached your daily limit.' };
  crm.faults.add({ match: { kind: 'batch-create' }, action: { kind: 'status', status: 429, body } });

  await a.create('three');
  await expect.poll(() => b.log.text()).toContain('daily limit');
  const calls = crm.log.length;
  const answers = await Promise.all(
    [a, b].map(({ send }) => send('POST', '/contacts/batch', { ids: [known.results[0].crmId] })),
  );

  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
  expect(answers[1]?.body.message).toContain('daily limit');
  expect(crm.log.length).toBe(calls);
});

test('what is learned expires in Redis, and Redis cannot read it', async () => {
  const crm = await startCrm({ scopes: { without: ['crm.schemas.contacts.write'] } });
  const a = await startReplica(crm, 'sealed');
  await a.create('one', { shoeSize: '42' });
  const client = new Redis(redis.url);

  const [key = ''] = await client.keys('eb:{learnt}:*');
  const [notes, ttl] = [await client.hgetall(key), await client.pttl(key)];
  client.disconnect();

  expect(Object.keys(notes).length).toBeGreaterThan(0);
  expect(JSON.stringify(notes)).not.toMatch(/shoe|crm\.schemas|contacts/);
  expect(ttl).toBeGreaterThan(0);
  expect(ttl).toBeLessThanOrEqual(600_000);
});

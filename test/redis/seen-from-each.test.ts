import { appendFileSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openJournalReader } from '../../src/journal/read-journal.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { runCommand } from '../cli/run-command.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.close();
});

type Crm = Awaited<ReturnType<typeof startCrm>>;

async function startReplica(crm: Crm, name: string, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), `replica-${name}-`));
  const settings = { REDIS_URL: redis.url, REPLICAS: '2', INSTANCE: name, JOURNAL: 'on', DATA_DIR: folder };
  return { folder, ...(await startBridgeOn(crm, { ...settings, ...environment }, { loadMappings })) };
}

async function lifeIn(folder: string, name: string) {
  const reader = openJournalReader(folder);
  const entries = (await reader?.lifeOf(name, 10)) ?? [];
  reader?.close();
  return entries.map(({ request }) => `${request.replica} ${request.endpoint} ${request.status}`);
}

test('what one replica did is in the journal of the other, under every name of the record; Redis cannot read it', async () => {
  const crm = await startCrm();
  const a = await startReplica(crm, 'a');
  const b = await startReplica(crm, 'b');

  await a.send('POST', '/contacts', { contacts: [{ externalId: 'lead-7', email: 'grace@example.com' }] });

  const expected = ['a POST /contacts 201'];
  await expect.poll(() => lifeIn(b.folder, 'lead-7')).toEqual(expected);
  expect(await lifeIn(b.folder, 'grace@example.com')).toEqual(expected);
  await expect.poll(() => lifeIn(a.folder, 'lead-7')).toEqual(expected);
  // The captures of a are on its own disk.
  const { out } = await runCommand(['lead', 'lead-7'], { environment: { DATA_DIR: b.folder } });
  expect(out.replaceAll(/\s+/g, ' ')).toContain('no capture here (served by replica a)');
  const own = await runCommand(['lead', 'lead-7'], { environment: { DATA_DIR: a.folder, INSTANCE: 'a' } });
  expect(own.out).toContain('no capture\n');
  const client = new Redis(redis.url);
  const [stream = ''] = await client.keys('eb:{journal}:*');
  const kept = JSON.stringify(await client.xrange(stream, '-', '+'));
  client.disconnect();
  expect(kept.length).toBeGreaterThan(100);
  expect(kept).not.toMatch(/lead-7|grace|contacts/);
});

test('a replica logs that another one has its name, but not that it was restarted', async () => {
  const crm = await startCrm();
  const settings = { INSTANCE: 'same', JOURNAL: 'off' };
  const earlier = await startReplica(crm, 'namesake-a', settings);
  const later = await startReplica(crm, 'namesake-b', settings);
  const warning = 'another replica has the same INSTANCE';
  expect(later.log.text()).not.toContain(warning);

  // SIGHUP shows the own note at once.
  await earlier.reload();

  await expect.poll(() => earlier.log.text()).toContain(warning);
});

test('/readyz and metrics show the mapping files of the other replicas, their reloads, and that one rejected an edit', async () => {
  const crm = await startCrm();
  const dir = join(mkdtempSync(join(tmpdir(), 'mappings-')), 'hubspot');
  cpSync('mappings/hubspot', dir, { recursive: true });
  const a = await startReplica(crm, 'board-a', { ADMIN_PORT: '0' });
  const b = await startReplica(crm, 'board-b', { MAPPINGS_DIR: dir });
  appendFileSync(join(dir, 'contacts.yaml'), '\nnot: [valid');
  await b.reload();

  const shown = async () => {
    const { body } = await a.send('GET', '/readyz');
    return body.replicas.filter(({ name }: { name: string }) => name === 'board-b');
  };

  const { body: own } = await b.send('GET', '/readyz');
  await expect.poll(shown).toEqual([
    {
      name: 'board-b',
      mapping: own.mapping.hash,
      loadedAt: own.mapping.loadedAt,
      reloadedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      isEditRefused: true,
      seenSecondsAgo: expect.any(Number),
    },
  ]);
  const metrics = await (await fetch(`${a.adminUrl}/metrics`)).text();
  expect(metrics).toContain('enginy_bridge_replica_edit_refused{replica="board-b"} 1');
  expect(metrics).toContain(`enginy_bridge_replica_mapping_info{replica="board-b",hash="${own.mapping.hash}"} 1`);
  expect(metrics).toMatch(/enginy_bridge_replica_mapping_loaded_timestamp_seconds\{replica="board-b"\} \d{10}/);
  expect(metrics).toMatch(/enginy_bridge_replica_reloaded_timestamp_seconds\{replica="board-b"\} \d{10}/);
  expect(metrics).toContain('enginy_bridge_redis_up 1');
  expect(metrics).toMatch(/enginy_bridge_crm_lane_mode\{lane="burst",mode="shared"\} 1/);
});

test('a replica that starts while the CRM is away lists the users that another one read', async () => {
  const crm = await startCrm();
  crm.seed({
    owners: [{ id: '7', userId: 7, type: 'PERSON', email: 'rep@example.com', firstName: 'Rep', lastName: 'One' }],
  });
  const a = await startReplica(crm, 'owners-a');
  const listed = await a.send('GET', '/users');
  crm.faults.add({ match: { path: '/owners' }, times: 0, action: { kind: 'status', status: 503 } });

  const b = await startReplica(crm, 'owners-b');
  const fromB = await b.send('GET', '/users');

  expect(listed.body.length).toBeGreaterThan(0);
  expect(fromB.body).toEqual(listed.body);
});

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mappingFolder } from '../support/mapping-folder.ts';
import type { Answer } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** A version that writes the title into, and returns it from, a property of its own. */
const version = (property: string) => `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }] }
write:
  fields:
    - { enginy: title, crm: ${property} }
  unknown_fields: { policy: ignore }
return:
  - { crm: ${property}, enginy: from_${property} }
`;

/** A folder that is one of two, and the function that makes it the other one. */
function swappedFolder() {
  const root = mappingFolder({});
  for (const property of ['jobtitle', 'city']) {
    mkdirSync(join(root, property));
    writeFileSync(join(root, property, 'contacts.yaml'), version(property));
  }
  const dir = join(root, 'current');
  symlinkSync('jobtitle', dir);
  return {
    dir,
    swapTo: (property: string) => {
      symlinkSync(property, join(root, 'next'));
      renameSync(join(root, 'next'), dir);
    },
  };
}

const pairs = 500;
/** A server queues 511 connections that it has not accepted yet; on a busy machine more of them at once would be refused. */
const pairsAtOnce = 250;

test('1,000 requests while the files are swapped: none fails, and each is served by one version', async () => {
  const crm = await startCrm({ logSize: 0 });
  const people = Array.from({ length: pairs }, (_unused, n) => ({
    properties: { email: `p${n}@example.com`, jobtitle: 'old title', city: 'old city' },
  }));
  const { contacts: ids = [] } = crm.seed({ contacts: people });
  const { dir, swapTo } = swappedFolder();
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir, MAX_CONNECTIONS: '5000' });
  const hashes = new Map<string | null, string>();
  const learn = async (property: string) => {
    const { headers } = await bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'x' }] });
    hashes.set(headers.get('x-mapping'), property);
  };
  await learn('jobtitle');

  const syncs: Promise<Answer>[] = [];
  const updates: Promise<Answer>[] = [];
  let swaps = 0;
  for (let start = 0; start < pairs; start += pairsAtOnce) {
    const places = Array.from({ length: pairsAtOnce }, (_unused, offset) => start + offset);
    const sync = (n: number) =>
      bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: `lead-${n}`, email: `p${n}@example.com` }] });
    const update = (n: number) => bridge.send('PUT', '/contacts', { contacts: [{ crmId: ids[n], title: `new ${n}` }] });
    syncs.push(...places.map(sync));
    updates.push(...places.map(update));
    let isFlying = true;
    const landed = Promise.allSettled([...syncs, ...updates]).then(() => {
      isFlying = false;
    });
    while (isFlying) {
      swapTo(swaps % 2 === 0 ? 'city' : 'jobtitle');
      await bridge.reload();
      if (swaps === 0) await learn('city');
      swaps += 1;
    }
    await landed;
  }

  expect(hashes.size).toBe(2);
  const used = new Set<string | undefined>();
  const records = new Map(crm.records('contacts').map((record) => [record.id, record.properties]));
  for (const answer of await Promise.all(syncs)) {
    expect(answer.status).toBe(200);
    const property = hashes.get(answer.headers.get('x-mapping'));
    used.add(property);
    const [{ properties }] = answer.body.results;
    expect(Object.keys(properties)).toEqual([`from_${property}`]);
  }
  for (const [n, answer] of (await Promise.all(updates)).entries()) {
    expect(answer.body.results).toMatchObject([{ crmId: ids[n], success: true }]);
    const property = hashes.get(answer.headers.get('x-mapping'));
    used.add(property);
    const other =
      property === 'city' ? { city: `new ${n}`, jobtitle: 'old title' } : { jobtitle: `new ${n}`, city: 'old city' };
    expect(records.get(ids[n] ?? '')).toMatchObject(other);
  }
  expect(used).toEqual(new Set(['jobtitle', 'city']));
});

test('a bad edit shows in /readyz for callers with the key, and in the metrics; the bridge keeps serving', async () => {
  const crm = await startCrm();
  const dir = mappingFolder({ 'contacts.yaml': version('jobtitle') });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir, ADMIN_PORT: '0' });
  const good = await bridge.send('GET', '/readyz');

  writeFileSync(join(dir, 'contacts.yaml'), version('jobtitle').replace('policy: ignore', 'policy: ignored'));
  await bridge.reload();
  const readiness = await bridge.send('GET', '/readyz');
  const withoutKey = await bridge.send('GET', '/readyz', undefined, { 'x-api-key': 'another' });
  const sync = await bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  const metrics = await (await fetch(`${bridge.adminUrl}/metrics`)).text();

  expect(good.body).toEqual({ status: 'ok', mapping: { hash: expect.any(String), loadedAt: expect.any(String) } });
  expect([readiness.status, readiness.body.mapping.hash]).toEqual([200, good.body.mapping.hash]);
  expect(readiness.body.mapping.refused.findings).toEqual([
    `${dir}/contacts.yaml:7:29  error  bad-option  "ignored" is not one of create, ignore, report, reject; did you mean "ignore"?`,
  ]);
  expect(withoutKey.body).toEqual({ status: 'ok' });
  expect([sync.status, sync.headers.get('x-mapping')]).toEqual([200, good.body.mapping.hash]);
  expect(metrics).toContain('enginy_bridge_mapping_reloads_total{result="refused"} 1');
  expect(metrics).toContain('enginy_bridge_mapping_edit_refused 1');
  expect(metrics).toContain(`enginy_bridge_mapping_info{hash="${good.body.mapping.hash}"} 1`);
});

test('counts requests, records and calls for Prometheus, without personal data', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, { ADMIN_PORT: '0' });
  const contacts = [{ externalId: 'lead-1', email: 'ada@example.com' }, { externalId: 'lead-2' }];

  await bridge.send('POST', '/contacts', { contacts });
  await bridge.send('GET', '/tasks/4711');
  await bridge.send('GET', '/nowhere/ada@example.com');
  await expect
    .poll(async () => (await fetch(`${bridge.adminUrl}/metrics`)).text())
    .toContain('route="none",status="404"} 1');
  const answer = await fetch(`${bridge.adminUrl}/metrics`);
  const text = await answer.text();

  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(text).toContain(
    'enginy_bridge_request_duration_seconds_count{method="POST",route="/contacts",status="201"} 1',
  );
  expect(text).toContain('route="/tasks/:id",status="404"} 1');
  expect(text).toContain('enginy_bridge_records_total{method="POST",route="/contacts",outcome="sent"} 2');
  expect(text).toMatch(/enginy_bridge_crm_calls_total\{purpose="create contacts",status="20\d"\} 1/);
  expect(text).toContain('enginy_bridge_crm_lane_limit{lane="search"}');
  expect(text).not.toMatch(/ada|lead-1|4711/);
});

test('serves metrics and nothing else on the admin port', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, { ADMIN_PORT: '0' });

  const statuses = await Promise.all([
    fetch(`${bridge.adminUrl}/`).then(({ status }) => status),
    fetch(`${bridge.adminUrl}/metrics`, { method: 'POST' }).then(({ status }) => status),
    fetch(`${bridge.url}/metrics`).then(({ status }) => status),
  ]);

  expect(bridge.adminUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect(statuses).toEqual([404, 405, 401]);
});

test('an edit that names properties the portal lacks is active, with a warning in the log and in /readyz', async () => {
  const crm = await startCrm();
  const dir = mappingFolder({ 'contacts.yaml': version('jobtitle') });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir }, { checksAtStart: true });

  writeFileSync(join(dir, 'contacts.yaml'), version('job_titel'));
  await bridge.reload();

  const missing = [
    'contacts.yaml, write title: the CRM has no contacts property "job_titel"; did you mean "jobtitle"?',
    'contacts.yaml, return from_job_titel: the CRM has no contacts property "job_titel"; did you mean "jobtitle"?',
  ];
  await expect.poll(async () => (await bridge.send('GET', '/readyz')).body.mapping.missing).toEqual(missing);
  expect(bridge.log.entries.map((entry) => entry.missing)).toContainEqual(missing);

  writeFileSync(join(dir, 'contacts.yaml'), version('city'));
  await bridge.reload();
  expect((await bridge.send('GET', '/readyz')).body.mapping).not.toHaveProperty('missing');
});

test('a scope that was granted meanwhile counts as soon as the mapping files are read again', async () => {
  const crm = await startCrm();
  const { contacts: [crmId] = [] } = crm.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] });
  crm.faults.add({
    match: { path: '/properties/', method: 'POST' },
    times: 0,
    action: { kind: 'status', status: 403 },
  });
  const bridge = await startBridgeOn(crm);
  const update = () => bridge.send('PUT', '/contacts', { contacts: [{ crmId, campaignOpens: '5' }] });
  const refused = await update();
  crm.faults.clear();

  const remembered = await update();
  await bridge.reload();
  const granted = await update();

  expect(refused.body.results[0].warnings).toEqual([expect.stringContaining('campaignOpens was skipped')]);
  expect(remembered.body).toEqual(refused.body);
  expect(granted.body).toMatchObject({ results: [{ crmId, success: true }] });
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ campaign_opens: '5' });
});

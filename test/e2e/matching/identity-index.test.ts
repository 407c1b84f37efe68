import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { runCommand } from '../../cli/run-command.ts';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';
import { fastClock } from '../../support/fast-clock.ts';

/** The bridge with a built index of a portal; `calls` counts what it asks from then on. */
async function startIndexed(
  crm: Sandbox,
  environment: Record<string, string> = {},
  overrides: Parameters<typeof startBridgeOn>[2] = {},
) {
  const dir = environment.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'index-'));
  if (environment.DATA_DIR === undefined) onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const bridge = await startBridgeOn(
    crm,
    {
      IDENTITY_INDEX: 'on',
      DATA_DIR: dir,
      INDEX_FRESH_S: '0',
      DEFAULT_COUNTRY: 'ES',
      ...environment,
    },
    overrides,
  );
  await expect.poll(() => completed(bridge)).toBeGreaterThanOrEqual(2);
  return bridge;
}

function completed({ log }: Awaited<ReturnType<typeof startBridgeOn>>): number {
  return log.entries.filter(({ msg }) => msg === 'the identity index is complete').length;
}

/** How often each kind of call was made during the work. */
async function callsDuring(crm: Sandbox, work: () => Promise<unknown>): Promise<Record<string, number>> {
  crm.clearLog();
  await work();
  const counts: Record<string, number> = {};
  for (const { path } of crm.log) {
    if (path.includes('/properties/')) continue;
    const name = /\/(contacts|companies)\/?(?:batch\/read|search)?/.exec(path)?.[0] ?? path;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** As another tool calls HubSpot. */
async function crmCall(crm: Sandbox, method: string, path: string, body: object) {
  const headers = { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' };
  const response = await fetch(`${crm.url}${path}`, { method, headers, body: JSON.stringify(body) });
  expect(response.ok).toBe(true);
  // The record, as HubSpot answers it.
  return (await response.json()) as { readonly id: string };
}

const people = Array.from({ length: 150 }, (_, at) => ({
  createdAt: '2026-01-01T00:00:00Z',
  properties: {
    firstname: `First${at}`,
    lastname: `Last${at}`,
    hs_linkedin_url: [
      `https://www.linkedin.com/in/person-${at}`,
      `http://linkedin.com/in/Person-${at}/?trk=abc`,
      `https://es.linkedin.com/in/person-${at}/en`,
    ][at % 3] as string,
    phone: `+34 912 34 ${String(1000 + at)}`,
  },
}));

test('hundreds of contacts by LinkedIn URL in any spelling take one call for a hundred, and one search', async () => {
  const crm = await startCrm();
  const { contacts } = crm.seed({ contacts: people });
  // It was in the recycle bin while the index was built, and keeps the date of its last change.
  crm.archive('contacts', contacts[7] ?? '');
  const bridge = await startIndexed(crm);
  crm.restore('contacts', contacts[7] ?? '');
  const sent = people.map((_, at) => ({ externalId: `e${at}`, linkedinUrl: `linkedin.com/in/person-${at}` }));

  let answer: Awaited<ReturnType<typeof bridge.send>> | undefined;
  const calls = await callsDuring(crm, async () => {
    answer = await bridge.send('POST', '/contacts/sync', { contacts: sent });
  });

  expect(answer?.body.results.map(({ crmId }: { crmId: string }) => crmId)).toEqual(contacts);
  expect(calls).toEqual({ '/contacts/batch/read': 2, '/contacts/search': 1 });
});

test.each([3, 12, 40])(
  'a create of %i contacts links those that another tool created since the last sweep, although that is young enough for a sync',
  async (count) => {
    const crm = await startCrm();
    const { send } = await startIndexed(crm, { INDEX_FRESH_S: '60' });
    const contacts = Array.from({ length: count }, (_unused, n) => ({
      externalId: `lead-${n}`,
      firstName: 'Ada',
      linkedinUrl: `https://www.linkedin.com/in/ada-${n}`,
    }));
    const synced = await send('POST', '/contacts/sync', { contacts });
    expect(synced.body.results).toEqual([]);
    const { contacts: others } = crm.seed({
      contacts: [0, 2].map((n) => ({ properties: { hs_linkedin_url: `https://www.linkedin.com/in/ada-${n}` } })),
    });

    const { body } = await send('POST', '/contacts', { contacts });

    expect([0, 2].map((n) => body.results[n].crmId)).toEqual(others);
    expect(crm.records('contacts')).toHaveLength(count);
  },
);

test('hundreds of contacts that do not exist take one search', async () => {
  const crm = await startCrm();
  crm.seed({ contacts: people });
  const bridge = await startIndexed(crm);
  const sent = people.map((_, at) => ({
    externalId: `e${at}`,
    linkedinUrl: `linkedin.com/in/stranger-${at}`,
    phone: `+34 913 34 ${1000 + at}`,
  }));

  const calls = await callsDuring(crm, async () => {
    const answer = await bridge.send('POST', '/contacts/sync', { contacts: sent });
    expect(answer.body.results).toEqual([]);
  });

  expect(calls).toEqual({ '/contacts/search': 1 });
});

test('minutes after an import of thousands, a large request waits for the sweep, which takes fewer searches than its values', async () => {
  const crm = await startCrm();
  const imported = Array.from({ length: 2_500 }, (_, at) => ({
    properties: { hs_linkedin_url: `https://es.linkedin.com/in/imported-${at}?trk=x` },
  }));
  const { contacts } = crm.seed({ contacts: imported });
  const bridge = await startIndexed(crm);
  const sent = imported
    .slice(0, 400)
    .map((_, at) => ({ externalId: `e${at}`, linkedinUrl: `linkedin.com/in/imported-${at}` }));

  let found: unknown[] = [];
  const calls = await callsDuring(crm, async () => {
    const { body } = await bridge.send('POST', '/contacts/sync', { contacts: sent });
    found = body.results.map(({ crmId }: { crmId: string }) => crmId);
  });

  expect(found).toEqual(contacts.slice(0, 400));
  expect(calls).toEqual({ '/contacts/batch/read': 4, '/contacts/search': 13 });
});

const strangers = Array.from({ length: 20 }, (_, at) => ({
  externalId: `s${at}`,
  linkedinUrl: `linkedin.com/in/stranger-${at}`,
}));

test('where the sweep and the search fail, the request is an error and never "not found"', async () => {
  const crm = await startCrm();
  crm.seed({ contacts: people });
  const bridge = await startIndexed(crm, {}, { clock: fastClock(100) });
  crm.faults.add({ match: { path: '/search' }, times: 0, action: { kind: 'status', status: 500 } });

  const { status, body } = await bridge.send('POST', '/contacts/sync', { contacts: strangers });

  expect([503, 504]).toContain(status);
  expect(body.results).toBeUndefined();
});

test('what was written before a restart, or an id set by another tool, is found, although search does not show it yet; the file holds no value', async () => {
  const crm = await startCrm({ indexLagMs: 3_600_000 });
  const dir = mkdtempSync(join(tmpdir(), 'index-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const before = await startIndexed(crm, { DATA_DIR: dir });
  const created = await before.send('POST', '/contacts', {
    contacts: [{ externalId: 'n1', lastName: 'Newcomer', linkedinUrl: 'https://www.linkedin.com/in/new-comer-1' }],
  });
  await before.close(0);
  const after = await startBridgeOn(crm, { IDENTITY_INDEX: 'on', DATA_DIR: dir, INDEX_FRESH_S: '0' });
  await expect
    .poll(async () => {
      const { body } = await after.send('GET', '/readyz');
      const [contacts] = body.identityIndex;
      return { ...contacts, isComplete: contacts.complete === contacts.rules };
    })
    .toMatchObject({ object: 'contacts', isComplete: true, drift: 0 });

  // Another tool gives a record an id of Enginy's: neither search nor a sweep shows it yet.
  const imported = await crmCall(crm, 'POST', '/crm/v3/objects/contacts', {
    properties: { lastname: 'Imported', enginy_external_id: 's3' },
  });

  const { body } = await after.send('POST', '/contacts/sync', {
    contacts: [...strangers, { externalId: 'x1', linkedinUrl: 'http://linkedin.com/in/New-Comer-1/' }],
  });

  expect(body.results).toMatchObject([
    { externalId: 's3', crmId: imported.id },
    { externalId: 'x1', crmId: created.body.results[0].crmId },
  ]);
  for (const name of ['identity.sqlite', 'identity.sqlite-wal']) {
    const path = join(dir, name);
    const bytes = existsSync(path) ? readFileSync(path, 'latin1').toLowerCase() : '';
    expect(bytes).not.toMatch(/new-comer|newcomer|linkedin/);
  }
});

test('an index that may not list records says so in /readyz, in the log and in doctor until it may', async () => {
  const crm = await startCrm();
  crm.faults.add({ match: { kind: 'list' }, times: 0, action: { kind: 'status', status: 403 } });
  const dir = mkdtempSync(join(tmpdir(), 'index-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const bridge = await startBridgeOn(crm, { IDENTITY_INDEX: 'on', DATA_DIR: dir });
  const state = async () => (await bridge.send('GET', '/readyz')).body.identityIndex;

  const denied = { failing: expect.stringContaining('denied access') };
  await expect.poll(state).toMatchObject([denied, denied]);
  const failed = bridge.log.entries.filter(({ msg }) => String(msg).includes('the identity index could not'));
  expect(failed.map(({ objectType }) => objectType).sort()).toEqual(['companies', 'contacts']);
  const environment = {
    IDENTITY_INDEX: 'on',
    DATA_DIR: dir,
    HUBSPOT_ACCESS_TOKEN: crm.token,
    API_KEY: 'key-of-sixteen-chars',
  };
  const doctor = async () => (await runCommand(['doctor', '--offline'], { environment })).out;
  expect(await doctor()).toMatch(/! contacts: not begun, [^\n]*; the last attempt failed: [^\n]*denied access/);
  crm.faults.clear();
  await expect.poll(async () => (await state())[0]).toMatchObject({ complete: 5 });
  expect(await doctor()).toMatch(/✓ contacts: complete, no drift, swept \d+ s ago\n/);

  const [contacts, companies] = await state();
  expect(contacts).not.toHaveProperty('failing');
  expect(companies).not.toHaveProperty('failing');
});

test('the journal says which rules the index answered, and how old its last sweep was', async () => {
  const crm = await startCrm();
  const twin = { createdAt: '2026-01-01T00:00:00Z', properties: { hs_linkedin_url: 'linkedin.com/in/twice' } };
  const { contacts } = crm.seed({ contacts: [...people, twin, twin] });
  const dir = mkdtempSync(join(tmpdir(), 'index-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const bridge = await startIndexed(crm, { DATA_DIR: dir, JOURNAL: 'on' });
  const url = 'linkedin.com/in/person-1';
  await bridge.send('POST', '/contacts/sync', {
    contacts: [
      ...strangers,
      { externalId: 'known', linkedinUrl: url },
      { externalId: 'twice', linkedinUrl: 'linkedin.com/in/twice' },
      { externalId: 'mailed', email: 'mailed@example.com', linkedinUrl: 'linkedin.com/in/mailed' },
    ],
  });
  const fresh = strangers.map((stranger, at) => ({ ...stranger, externalId: `c${at}`, lastName: 'Stranger' }));
  const again = { externalId: 'again', lastName: 'Twice', linkedinUrl: 'linkedin.com/in/twice' };
  await bridge.send('POST', '/contacts', { contacts: [...fresh, { externalId: 'linked', linkedinUrl: url }, again] });
  await bridge.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'alone', linkedinUrl: 'linkedin.com/in/x' }],
  });
  crm.faults.add({ match: { path: '/batch/read' }, times: 0, action: { kind: 'status', status: 400 } });
  // Of more ids than one call reads, the index knows that no record holds them.
  const many = Array.from({ length: 101 }, (_, at) => ({ externalId: `m${at}`, linkedinUrl: 'linkedin.com/in/m' }));
  await bridge.send('POST', '/contacts/sync', {
    contacts: [...many, { externalId: 'unread', linkedinUrl: 'linkedin.com/in/person-2' }],
  });
  await bridge.close(30_000);
  const lead = async (name: string) => (await runCommand(['lead', name], { environment: { DATA_DIR: dir } })).out;
  const index = 'looked up in the identity index, swept \\d+\\.\\d s ago';

  expect(await lead('known')).toMatch(new RegExp(`found as record ${contacts[1]}, by linkedinUrl, ${index}\\n`));
  expect(await lead('s0')).toMatch(
    new RegExp(`not found in HubSpot; rules tried: Enginy's id, linkedinUrl; ${index}\\n`),
  );
  expect(await lead('mailed')).toMatch(
    new RegExp(`rules tried: email, Enginy's id, linkedinUrl; Enginy's id, linkedinUrl ${index}\\n`),
  );
  expect(await lead('c0')).toMatch(new RegExp(`looked for linkedinUrl: no match; ${index}\\n`));
  expect(await lead('linked')).toMatch(new RegExp(`looked for linkedinUrl, ${index}\\n`));
  const several = `2 contacts match by linkedinUrl: ${contacts.slice(-2).join(', ')}; ${index}\\n`;
  expect(await lead('twice')).toMatch(new RegExp(`not matched: ${several}`));
  expect(await lead('again')).toMatch(new RegExp(`not written: ${several}`));
  expect(await lead('unread')).toMatch(new RegExp(`failed: [^]*looked for .*linkedinUrl, ${index}\\n`));
  expect(await lead('alone')).toMatch(/rules tried: [^;]*linkedinUrl\n/);
});

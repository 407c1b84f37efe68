import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

/** A folder of the shipped mapping files with one of them changed. */
function changedMappings(change: (contacts: string) => string): string {
  const dir = mkdtempSync(join(tmpdir(), 'mappings-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  cpSync('mappings/hubspot', dir, { recursive: true });
  const file = join(dir, 'contacts.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return dir;
}

const mary = { email: 'mary@works.example.com', firstname: 'Mary' };

async function withMary(environment: Record<string, string> = {}) {
  const crm = await startCrm();
  const id = crm.seed({ contacts: [{ properties: mary }] }).contacts[0] ?? '';
  const bridge = await startBridgeOn(crm, environment);
  const contact = () => crm.records('contacts').find((record) => record.id === id)?.properties ?? {};
  const sync = (record: object) => bridge.send('POST', '/contacts/sync', { contacts: [record] });
  const put = (record: object) => bridge.send('PUT', '/contacts', { contacts: [{ crmId: id, ...record }] });
  return { crm, id, bridge, contact, sync, put };
}

test('the first PUT after a match leaves Enginy id on the record in the same write, and the next sync finds it by that', async () => {
  const { crm, id, contact, sync, put } = await withMary();
  await sync({ externalId: 'lead-1', email: mary.email });
  const writes = () => crm.log.filter(({ path }) => path.endsWith('/batch/update')).length;

  const { body } = await put({ title: 'Writer' });

  expect(body.results).toMatchObject([{ crmId: id, success: true }]);
  expect(contact()).toMatchObject({ jobtitle: 'Writer', enginy_external_id: 'lead-1' });
  expect(writes()).toBe(1);
  const moved = await sync({ externalId: 'lead-1', email: 'mary@elsewhere.example.org' });
  expect(moved.body.results).toMatchObject([{ crmId: id }]);
});

test('a second PUT reads the record only for its response', async () => {
  const { crm, sync, put } = await withMary();
  await sync({ externalId: 'lead-1', email: mary.email });
  await put({ title: 'Writer' });
  const reads = () => crm.log.filter(({ path }) => path.endsWith('/batch/read')).length;
  const before = reads();

  await put({ title: 'Reader' });

  expect(reads()).toBe(before + 1);
});

test('a PUT that carries externalId leaves it without a sync, also after a restart', async () => {
  const { contact, put } = await withMary();

  await put({ externalId: 'lead-9', title: 'Writer' });

  expect(contact().enginy_external_id).toBe('lead-9');
});

test('without a sync and without externalId, the bridge does not guess', async () => {
  const { contact, put } = await withMary();

  await put({ title: 'Writer' });

  expect(contact().enginy_external_id ?? '').toBe('');
});

test('an id that the record holds is kept, and so is the first of two leads', async () => {
  const { contact, sync, put } = await withMary();
  await sync({ externalId: 'lead-1', email: mary.email });
  await sync({ externalId: 'lead-2', email: mary.email });
  await put({ title: 'Writer' });

  await put({ externalId: 'lead-2', title: 'Reader' });

  expect(contact()).toMatchObject({ enginy_external_id: 'lead-1', jobtitle: 'Reader' });
});

test('claim: never leaves records as they are', async () => {
  const folder = changedMappings((text) =>
    text.replace('crm: enginy_external_id }', 'crm: enginy_external_id, claim: never }'),
  );
  const { contact, sync, put } = await withMary({ MAPPINGS_DIR: folder });
  await sync({ externalId: 'lead-1', email: mary.email });

  await put({ externalId: 'lead-1', title: 'Writer' });

  expect(contact().enginy_external_id ?? '').toBe('');
  expect(contact().jobtitle).toBe('Writer');
});

test.each(['strip', 'fail'])(
  'an id that another record holds is dropped, and nothing else (on_invalid: %s)',
  async (choice) => {
    const folder = changedMappings((text) => text.replace('on_invalid: strip', `on_invalid: ${choice}`));
    const { crm, id, bridge, contact, sync, put } = await withMary({ MAPPINGS_DIR: folder });
    await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'lead-1', firstName: 'Other' }] });
    await sync({ externalId: 'lead-1', email: mary.email });

    const { body } = await put({ title: 'Writer' });

    expect(body.results).toMatchObject([
      { crmId: id, success: true, warnings: [expect.stringContaining('enginy_external_id')] },
    ]);
    expect(contact().jobtitle).toBe('Writer');
    expect(crm.records('contacts')).toHaveLength(2);
  },
);

const ines = { email: 'ines@newjob.example.com', hs_additional_emails: 'ines@oldjob.example.com;i@home.example' };

test.each([
  ['PUT', 'ines@oldjob.example.com'],
  ['PUT', 'INES@OldJob.example.com'],
  ['PUT', 'mailto:i@home.example'],
  ['PUT', 'Ines <i@home.example>'],
  ['POST', 'ines@oldjob.example.com'],
  ['POST', 'I@home.example'],
])('%s with a secondary email keeps the first one: %s', async (method, email) => {
  const crm = await startCrm();
  const [id] = crm.seed({ contacts: [{ properties: ines }] }).contacts;
  const { send } = await startBridgeOn(crm);

  const { body } = await send(method, '/contacts', {
    contacts: [{ ...(method === 'PUT' ? { crmId: id } : { externalId: 'lead' }), email, title: 'CEO' }],
  });

  expect(body.results).toMatchObject([{ crmId: id, warnings: [expect.stringMatching(/^email → email was skipped/)] }]);
  const [contact] = crm.records('contacts');
  expect(contact?.properties).toMatchObject({ ...ines, jobtitle: 'CEO' });
});

test.each([
  ['a new address', 'ines@third.example.com', 'ines@third.example.com', ['email → email replaced another value']],
  ['the same address', 'INES@newjob.example.com', 'ines@newjob.example.com', undefined],
])('PUT with %s still writes it', async (_what, email, held, warnings) => {
  const crm = await startCrm();
  const [id] = crm.seed({ contacts: [{ properties: ines }] }).contacts;
  const { send } = await startBridgeOn(crm);

  const { body } = await send('PUT', '/contacts', { contacts: [{ crmId: id, email }] });

  expect(body.results).toEqual([
    { crmId: id, success: true, properties: expect.objectContaining({ email: held }), ...(warnings && { warnings }) },
  ]);
  expect(crm.records('contacts')[0]?.properties.email).toBe(held);
});

test('the address of a record that was merged away does not replace the one of the survivor', async () => {
  const crm = await startCrm();
  const [kept, gone] = crm.seed({
    contacts: [
      { properties: { email: 'ines@newjob.example.com' } },
      { properties: { email: 'ines@oldjob.example.com' } },
    ],
  }).contacts;
  crm.merge('contacts', kept ?? '', gone ?? '');
  const { send } = await startBridgeOn(crm);

  await send('PUT', '/contacts', { contacts: [{ crmId: gone, email: 'ines@oldjob.example.com', title: 'CEO' }] });

  expect(crm.records('contacts')[0]?.properties).toMatchObject({ email: 'ines@newjob.example.com', jobtitle: 'CEO' });
});

test('an update that replaces an identifying value reports it, without the values', async () => {
  const crm = await startCrm();
  const { contacts } = crm.seed({
    contacts: [{ properties: { email: 'old@example.com', hs_linkedin_url: 'https://www.linkedin.com/in/old' } }],
  });
  const { send } = await startBridgeOn(crm);

  const contact = await send('PUT', '/contacts', {
    contacts: [{ crmId: contacts[0], email: 'new@example.com', linkedinUrl: 'linkedin.com/in/new' }],
  });
  const again = await send('PUT', '/contacts', { contacts: [{ crmId: contacts[0], email: 'NEW@example.com' }] });

  expect(contact.body.results[0].warnings).toEqual([
    'email → email replaced another value',
    'linkedinUrl → hs_linkedin_url replaced another value',
  ]);
  expect(again.body.results[0].warnings).toBeUndefined();
  expect(crm.records('contacts')[0]?.properties.email).toBe('new@example.com');
});

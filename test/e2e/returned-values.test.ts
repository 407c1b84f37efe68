import { expect, test } from 'vitest';
import { fakeCrm } from '../support/fake-crm.ts';
import { fastClock } from '../support/fast-clock.ts';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

type Crm = Awaited<ReturnType<typeof startCrm>>;

/** Calls about records so far, by what they do. */
function callsOf(crm: Crm): Record<string, number> {
  const paths = crm.log.map(({ path }) => /\/batch\/(read|update)/.exec(path)?.[1] ?? '').filter((name) => name !== '');
  return Object.fromEntries([...new Set(paths)].map((name) => [name, paths.filter((path) => path === name).length]));
}

test('answers a sync, an update and a read by id as the reference server does, with ownerId', async () => {
  const crm = await startCrm();
  const properties = {
    email: 'ada@example.com',
    phone: '+34600111222',
    lifecyclestage: 'customer',
    hubspot_owner_id: '61',
  };
  const { contacts, companies } = crm.seed({
    owners: [{ id: '61', type: 'PERSON', email: 'olga@example.com', firstName: 'Olga', lastName: 'Owner' }],
    contacts: [{ properties }],
    companies: [{ properties: { name: 'Engines', domain: 'engines.example.com', hubspot_owner_id: '61' } }],
  });
  const [contact, company] = [contacts[0], companies[0]];
  const { send } = await startBridgeOn(crm);
  const ofContact = { ownerId: '61', owner: '61', email: 'ada@example.com', phone: '+34600111222' };
  const ofCompany = { ownerId: '61', owner: '61', domain: 'engines.example.com' };

  const synced = await send('POST', '/contacts/sync', { contacts: [{ externalId: 'l', email: 'ADA@example.com' }] });
  const updated = await send('PUT', '/contacts', { contacts: [{ crmId: contact, title: 'Countess' }] });
  const read = await send('POST', '/contacts/batch', { ids: [contact] });
  const syncedCompany = await send('POST', '/companies/sync', {
    companies: [{ externalId: 'a', domain: 'engines.example.com' }],
  });
  const updatedCompany = await send('PUT', '/companies', { companies: [{ crmId: company, name: 'Engines Ltd' }] });
  const readCompany = await send('POST', '/companies/batch', { ids: [company] });

  expect(synced.body).toEqual({
    results: [{ externalId: 'l', crmId: contact, properties: { ...ofContact, lifecycleStage: 'Customer' } }],
  });
  expect(updated.body).toEqual({
    results: [{ crmId: contact, success: true, properties: { ...ofContact, lifecycleStage: 'Customer' } }],
  });
  const fields = { ...ofContact, externalId: 'l', lifecycleStage: 'Customer', title: 'Countess' };
  expect(read.body).toEqual({ results: [{ id: contact, ...fields, properties: fields }] });
  expect(syncedCompany.body.results).toMatchObject([{ externalId: 'a', crmId: company, properties: ofCompany }]);
  expect(updatedCompany.body.results).toMatchObject([{ crmId: company, success: true, properties: ofCompany }]);
  expect(readCompany.body.results).toMatchObject([
    { id: company, ...ofCompany, name: 'Engines Ltd', properties: { ...ofCompany, name: 'Engines Ltd' } },
  ]);
});

test('an update returns what the record holds after it, with one read for every hundred records', async () => {
  const crm = await startCrm();
  const contacts = Array.from({ length: 150 }, (_unused, n) => ({ properties: { email: `old-${n}@example.com` } }));
  const ids = crm.seed({ contacts }).contacts;
  const { send } = await startBridgeOn(crm);

  const many = await send('PUT', '/contacts', {
    contacts: ids.map((crmId, n) => ({ crmId, email: `New-${n}@Example.com`, title: 'CEO' })),
  });

  expect(many.body.results).toHaveLength(150);
  expect(many.body.results[149]).toMatchObject({ crmId: ids[149], properties: { email: 'new-149@example.com' } });
  expect(callsOf(crm)).toMatchObject({ update: 2 });
  const before = callsOf(crm);

  await send('PUT', '/contacts', { contacts: [{ crmId: ids[0], title: 'CTO' }] });
  await send('PUT', '/contacts', { contacts: [{ crmId: ids[0] }] });

  // The first update is read back; the second one writes nothing, and the read that finds the record has the values.
  expect(callsOf(crm)).toEqual({ update: (before.update ?? 0) + 1, read: (before.read ?? 0) + 2 });
});

test.each([
  [
    'the file switches it off',
    (text: string) => text.replace('return_in_updates: true', 'return_in_updates: false'),
    undefined,
  ],
  ['the response to the update has all values', () => onlyTitle, { title: 'Countess' }],
])('an update is not read back where %s', async (_when, change, properties) => {
  const { crm, ada } = await startSeededCrm();
  const { send } = await startBridgeOn(crm, { MAPPINGS_DIR: shippedFolder({ 'contacts.yaml': change }) });

  const { body } = await send('PUT', '/contacts', { contacts: [{ crmId: ada, title: 'Countess' }] });

  expect(body.results).toEqual([{ crmId: ada, success: true, properties }]);
  expect(callsOf(crm)).toEqual({ update: 1 });
});

const onlyTitle = `version: 1
target: hubspot/contacts
match: { rules: [{ enginy: email, crm: email, transform: [email] }] }
write: { fields: [{ enginy: title, crm: jobtitle, direction: both }] }
`;

test('an update that cannot be read back succeeds, and reports that its values are missing', async () => {
  const { crm, ada } = await startSeededCrm();
  // On this clock, calls have three seconds.
  const { send } = await startBridgeOn(crm, { HUBSPOT_TIMEOUT_MS: '300000' }, { clock: fastClock(100) });
  crm.faults.add({ match: { path: '/contacts/batch/read' }, times: 0, action: { kind: 'status', status: 503 } });

  const { status, body } = await send('PUT', '/contacts', { contacts: [{ crmId: ada, title: 'Countess' }] });

  expect(status).toBe(200);
  expect(body.results).toEqual([
    { crmId: ada, success: true, warnings: [expect.stringMatching(/^properties were not returned: /)] },
  ]);
  expect(crm.records('contacts').find(({ id }) => id === ada)?.properties.jobtitle).toBe('Countess');
});

test('a record that is deleted right after its update does not fail the others', async () => {
  const crm = fakeCrm();
  for (const id of ['7', '8']) crm.put('contacts', { id, properties: { email: `${id}@example.com` } });
  const app = await startApp(crm);
  crm.failNext('update', async (carryOut) => {
    const outcomes = await carryOut();
    crm.records.get('contacts')?.delete('7');
    return outcomes;
  });

  const { body } = await app.send('PUT', '/contacts', {
    contacts: [
      { crmId: '7', title: 'Gone' },
      { crmId: '8', title: 'Here' },
    ],
  });

  expect(body.results).toEqual([
    { crmId: '7', success: true, warnings: ['properties were not returned: the record no longer exists'] },
    { crmId: '8', success: true, properties: { email: '8@example.com' } },
  ]);
});

test('an update of a merged contact returns the values of the survivor', async () => {
  const { crm, ada, grace } = await startSeededCrm();
  await fetch(`${crm.url}/crm/v3/objects/contacts/merge`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ primaryObjectId: ada, objectIdToMerge: grace }),
  });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('PUT', '/contacts', { contacts: [{ crmId: grace, title: 'Countess' }] });

  expect(body.results).toMatchObject([{ crmId: grace, success: true, properties: { email: 'ada@example.com' } }]);
});

/** Owners in three ways, from a mapping file. */
const ownerRows = (text: string) =>
  text.replace(
    /^ {2}- \{ crm: hubspot_owner_id, +enginy: owner \}.*$/m,
    [
      '  - { crm: hubspot_owner_id, enginy: owner, transform: [owner_name] }',
      '  - { crm: hubspot_owner_id, enginy: ownerEmail, transform: [owner_email, lowercase] }',
    ].join('\n'),
  );

test('owners are returned by id, name and email; a deactivated or unknown one by id alone', async () => {
  const { crm } = await startSeededCrm();
  const held = ['61', '63', '64', '99999', '', null].map((owner, n) => ({
    properties: { email: `owned-${n}@example.com`, ...(owner === null ? {} : { hubspot_owner_id: owner }) },
  }));
  crm.seed({ contacts: held });
  const { send } = await startBridgeOn(crm, { MAPPINGS_DIR: shippedFolder({ 'contacts.yaml': ownerRows }) });
  const contacts = held.map((_unused, n) => ({ externalId: `lead-${n}`, email: `owned-${n}@example.com` }));

  const { body } = await send('POST', '/contacts/sync', { contacts });

  const owners = body.results.map(({ properties }: { properties: Record<string, unknown> }) => {
    const { ownerId, owner, ownerEmail } = properties;
    return [ownerId, owner, ownerEmail].filter((value) => value !== undefined);
  });
  expect(owners).toEqual([['61', 'Olga Owner', 'olga@example.com'], ['63'], ['64'], ['99999'], [], []]);
  expect(JSON.stringify(body)).not.toContain('null');
});

test('names of owners are omitted where the CRM does not list its users, and the log says so', async () => {
  const { crm } = await startSeededCrm();
  crm.seed({ contacts: [{ properties: { email: 'owned@example.com', hubspot_owner_id: '61' } }] });
  crm.faults.add({ match: { kind: 'owners' }, times: 0, action: { kind: 'status', status: 403 } });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: shippedFolder({ 'contacts.yaml': ownerRows }) });

  const { body } = await bridge.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'lead', email: 'owned@example.com' }],
  });

  expect(body.results[0].properties).toMatchObject({ ownerId: '61' });
  expect(body.results[0].properties.owner).toBeUndefined();
  expect(bridge.log.entries).toContainEqual(
    expect.objectContaining({ msg: expect.stringContaining('names and emails of owners are not returned') }),
  );
});

test('no value of the CRM becomes null in a response', async () => {
  const crm = await startCrm();
  const MAPPINGS_DIR = shippedFolder({
    'contacts.yaml': (text) =>
      text.replace(
        'return:',
        ['return:', ...types.map((type) => `  - { crm: school, enginy: as_${type}, type: ${type} }`)].join('\n'),
      ),
  });
  const texts = [
    '1e400',
    '-1e999',
    'Infinity',
    'NaN',
    'null',
    ' ',
    ';',
    '0',
    '-0',
    '9'.repeat(400),
    '2026-13-45',
    'maybe',
  ];
  crm.seed({ contacts: texts.map((school, n) => ({ properties: { email: `odd-${n}@example.com`, school } })) });
  const { send } = await startBridgeOn(crm, { MAPPINGS_DIR });
  const contacts = texts.map((_unused, n) => ({ externalId: `lead-${n}`, email: `odd-${n}@example.com` }));

  const { body } = await send('POST', '/contacts/sync', { contacts });

  expect(body.results).toHaveLength(texts.length);
  for (const { properties } of body.results) expect(Object.values(properties)).not.toContain(null);
});

const types = ['text', 'number', 'boolean', 'date', 'datetime', 'list'];

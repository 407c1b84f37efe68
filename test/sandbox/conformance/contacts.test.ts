import { expect, test } from 'vitest';
import { raw, refusalOf, startPortal, toCreate, toRead } from './portal.ts';

const ada = { email: 'Ada@Example.com', firstname: 'Ada', lastname: 'Marchetti' };

test('creates contacts in a batch and reads them by id', async () => {
  const { client } = await startPortal();

  const created = await client.crm.contacts.batchApi.create({
    inputs: [toCreate(ada), toCreate({ firstname: 'Sam' })],
  });
  const read = await client.crm.contacts.batchApi.read(toRead(created.results.map(({ id }) => id)));

  expect(created.status).toBe('COMPLETE');
  expect(created.results).toHaveLength(2);
  expect(read.results.map(({ properties }) => properties.firstname).sort()).toEqual(['Ada', 'Sam']);
});

test('lower-cases email addresses and keeps everything as text', async () => {
  const { client } = await startPortal();

  const contact = await client.crm.contacts.basicApi.create({ properties: ada, associations: [] });

  expect(contact.properties).toMatchObject({
    email: 'ada@example.com',
    hs_object_id: contact.id,
    lifecyclestage: 'lead',
  });
  expect(contact.createdAt).toBeInstanceOf(Date);
  expect(contact.properties.createdate).toBe(contact.properties.lastmodifieddate);
});

test('returns the default properties when none are named', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({ properties: { ...ada, city: 'Ghent' }, associations: [] });

  const read = await client.crm.contacts.basicApi.getById(id);

  expect(Object.keys(read.properties)).toEqual([
    'createdate',
    'email',
    'firstname',
    'hs_object_id',
    'lastmodifieddate',
    'lastname',
  ]);
});

test('replaces the defaults by the named properties and ignores unknown names', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({ properties: ada, associations: [] });

  const read = await client.crm.contacts.basicApi.getById(id, ['lastname', 'no_such_property']);

  expect(Object.keys(read.properties)).toEqual(['createdate', 'hs_object_id', 'lastmodifieddate', 'lastname']);
});

test('returns null for a value that was never set and an empty text for a cleared one', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({ properties: { ...ada, city: 'Ghent' }, associations: [] });

  await client.crm.contacts.basicApi.update(id, { properties: { city: '' } });
  const read = await client.crm.contacts.basicApi.getById(id, ['city', 'state']);

  expect(read.properties).toMatchObject({ city: '', state: null });
});

test('updates a contact and returns what was written', async () => {
  const { client, sandbox } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({ properties: ada, associations: [] });
  sandbox.advance(60_000);

  const updated = await client.crm.contacts.basicApi.update(id, { properties: { jobtitle: 'CTO' } });

  expect(updated.properties.jobtitle).toBe('CTO');
  expect(updated.properties).not.toHaveProperty('firstname');
  expect(updated.updatedAt.getTime() - updated.createdAt.getTime()).toBeGreaterThanOrEqual(60_000);
});

test('refuses an update without properties', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({ properties: ada, associations: [] });

  const refusal = await refusalOf(client.crm.contacts.basicApi.update(id, { properties: {} }));

  expect(refusal).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
  expect(refusal.body.message).toContain('No properties found to update');
});

test('requires one of email, first name and last name', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { city: 'Ghent' }, associations: [] }),
  );

  expect(refusal).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
});

test('returns 404 for an id that does not exist', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(client.crm.contacts.basicApi.getById('1'));

  expect(refusal).toMatchObject({ code: 404, body: { category: 'OBJECT_NOT_FOUND', message: 'resource not found' } });
});

test('finds one contact by email', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({ properties: ada, associations: [] });

  const read = await client.crm.contacts.basicApi.getById(
    'ADA@example.com',
    undefined,
    undefined,
    undefined,
    false,
    'email',
  );

  expect(read.id).toBe(id);
});

test('lists contacts by pages in the order of their ids', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [1, 2, 3].map((n) => ({ properties: { firstname: `n${n}` } })) });

  const first = await client.crm.contacts.basicApi.getPage(2);
  const second = await client.crm.contacts.basicApi.getPage(2, first.paging?.next?.after);

  expect([...first.results, ...second.results].map(({ id }) => id)).toEqual(contacts);
  expect(second.paging).toBeUndefined();
});

test('knows an object by plural, singular, upper case and type id, and nothing else', async () => {
  const { sandbox } = await startPortal();

  const statuses = await Promise.all(
    ['contacts', 'contact', 'CONTACT', '0-1', 'people'].map(
      async (name) => (await raw(sandbox, `/crm/v3/objects/${name}`)).status,
    ),
  );
  const wrong = await raw(sandbox, '/crm/v3/objects/people');

  expect(statuses).toEqual([200, 200, 200, 200, 400]);
  expect(await wrong.json()).toMatchObject({ status: 'error', message: 'Unable to infer object type from: people' });
});

test('derives what HubSpot derives', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({
    properties: { ...ada, phone: '+32 9 555 01 23', mobilephone: '00004' },
    associations: [],
  });

  const read = await client.crm.contacts.basicApi.getById(id, [
    'hs_full_name_or_email',
    'hs_email_domain',
    'hs_searchable_calculated_phone_number',
    'hs_searchable_calculated_international_phone_number',
    'hs_searchable_calculated_mobile_number',
  ]);

  expect(read.properties).toMatchObject({
    hs_full_name_or_email: 'Ada Marchetti',
    hs_email_domain: 'example.com',
    hs_searchable_calculated_phone_number: '95550123',
    hs_searchable_calculated_international_phone_number: '3295550123',
    hs_searchable_calculated_mobile_number: '4',
  });
});

test('gives the present value as the history of a property', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({ properties: ada, associations: [] });

  const read = await client.crm.contacts.basicApi.getById(id, undefined, ['firstname']);

  expect(read.propertiesWithHistory?.firstname?.map(({ value }) => value)).toEqual(['Ada']);
});

test('leaves updatedAt alone and answers the whole record when an update changes nothing', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com', city: 'Graz' } }] });
  const id = contacts[0] ?? '';
  const before = await client.crm.contacts.basicApi.getById(id);

  sandbox.advance(60_000);
  const same = await client.crm.contacts.basicApi.update(id, { properties: { city: 'Graz' } });
  const other = await client.crm.contacts.basicApi.update(id, { properties: { city: 'Linz' } });

  expect(same.updatedAt).toEqual(before.updatedAt);
  expect(same.properties).toMatchObject({ city: 'Graz', lifecyclestage: 'lead', hs_object_source: 'INTEGRATION' });
  expect(other.updatedAt.getTime()).toBeGreaterThanOrEqual(before.updatedAt.getTime() + 60_000);
});

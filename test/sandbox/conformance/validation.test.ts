import { expect, test } from 'vitest';
import { post, refusalOf, startPortal } from './portal.ts';

const contacts = '/crm/v3/objects/contacts';

test.each([
  ['no_such_property', 'x', 'PROPERTY_DOESNT_EXIST'],
  ['hs_lead_status', 'Lukewarm', 'INVALID_OPTION'],
  ['hs_lead_status', 'new', 'INVALID_OPTION'],
  ['email', 'not-an-address', 'INVALID_EMAIL'],
  ['createdate', '2026-01-01T00:00:00Z', 'READ_ONLY_VALUE'],
  ['hubspotscore', '5', 'READ_ONLY_VALUE'],
  ['hubspot_owner_id', '999', 'INVALID_OPTION'],
  ['hs_email_optout', 'yes', 'INVALID_OPTION'],
  ['hs_buying_role', 'CHAMPION;KING', 'INVALID_OPTION'],
])('refuses %s = %s with %s', async (name, value, code) => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { firstname: 'Ada', [name]: value }, associations: [] }),
  );

  expect(refusal.code).toBe(400);
  expect(refusal.body).toMatchObject({
    category: 'VALIDATION_ERROR',
    errors: [{ code, context: { propertyName: [name] } }],
  });
});

test('puts the details as JSON into the message and repeats them in errors', async () => {
  const { client, sandbox } = await startPortal();

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({
      properties: { email: 'x', no_such: '1', firstname: 'Ada' },
      associations: [],
    }),
  );

  const [, json = ''] = refusal.body.message.split('Property values were not valid: ');
  expect(JSON.parse(json)).toMatchObject([
    { isValid: false, error: 'INVALID_EMAIL', name: 'email' },
    { isValid: false, error: 'PROPERTY_DOESNT_EXIST', name: 'no_such' },
  ]);
  expect(refusal.body.errors?.map(({ code }) => code)).toEqual(['INVALID_EMAIL', 'PROPERTY_DOESNT_EXIST']);
  expect(sandbox.records('contacts')).toEqual([]);
});

test('returns the older form without errors on request', async () => {
  const { client } = await startPortal({ switches: { validationErrors: 'message-only' } });

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { email: 'x' }, associations: [] }),
  );

  expect(refusal.body).not.toHaveProperty('errors');
  expect(refusal.body.message).toContain('"error":"INVALID_EMAIL"');
});

test('lists all 148 industries when a company industry is refused, and accepts free text on contacts', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.companies.basicApi.create({
      properties: { name: 'X', industry: 'Computer Software' },
      associations: [],
    }),
  );
  const contact = await client.crm.contacts.basicApi.create({
    properties: { firstname: 'A', industry: 'Computer Software' },
    associations: [],
  });

  expect(refusal.body.errors?.[0]?.message.match(/value: "/g)).toHaveLength(148);
  expect(contact.properties.industry).toBe('Computer Software');
});

test.each([
  ['51-200', 'INVALID_NUMBER'],
  ['1,000', 'INVALID_NUMBER'],
])('refuses %s as a number', async (value, code) => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.companies.basicApi.create({ properties: { name: 'X', numberofemployees: value }, associations: [] }),
  );

  expect(refusal.body.errors?.[0]?.code).toBe(code);
});

test('names a bad number', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.companies.basicApi.create({ properties: { name: 'X', annualrevenue: 'a lot' }, associations: [] }),
  );

  expect(refusal.body.errors?.[0]?.code).toBe('INVALID_NUMBER');
});

test('accepts dates in both forms and returns them as HubSpot does', async () => {
  const { client } = await startPortal();
  await client.crm.properties.coreApi.create('contacts', {
    name: 'met_on',
    label: 'Met on',
    type: 'date',
    fieldType: 'date',
    groupName: 'contactinformation',
  } as never);
  await client.crm.properties.coreApi.create('contacts', {
    name: 'called_at',
    label: 'Called at',
    type: 'datetime',
    fieldType: 'date',
    groupName: 'contactinformation',
  } as never);

  const written = await Promise.all(
    [
      { met_on: '2026-03-12', called_at: '2026-03-12T10:00:00.250Z' },
      { met_on: '1773273600000', called_at: '1773309600000' },
    ].map((properties) =>
      client.crm.contacts.basicApi.create({ properties: { firstname: 'A', ...properties }, associations: [] }),
    ),
  );

  expect(written.map(({ properties }) => [properties.met_on, properties.called_at])).toEqual([
    ['2026-03-12', '2026-03-12T10:00:00.250Z'],
    ['2026-03-12', '2026-03-12T10:00:00Z'],
  ]);
});

test('refuses other texts as dates with INVALID_LONG, and times of day in dates', async () => {
  const { client } = await startPortal();
  await client.crm.properties.coreApi.create('contacts', {
    name: 'met_on',
    label: 'Met on',
    type: 'date',
    fieldType: 'date',
    groupName: 'contactinformation',
  } as never);

  const text = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { firstname: 'A', met_on: 'last week' }, associations: [] }),
  );
  const noon = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { firstname: 'A', met_on: '1773316800000' }, associations: [] }),
  );

  expect(text.body.errors?.[0]).toMatchObject({ code: 'INVALID_LONG', message: 'last week was not a valid long.' });
  expect(noon.code).toBe(400);
});

test('does not change a text that begins with a semicolon', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({
    properties: { firstname: 'A', city: 'Graz' },
    associations: [],
  });

  const updated = await client.crm.contacts.basicApi.update(id, { properties: { city: ';Linz' } });

  expect(updated.properties.city).toBe(';Linz');
});

test('appends to a list of values after a leading semicolon', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({
    properties: { firstname: 'A', hs_buying_role: 'CHAMPION' },
    associations: [],
  });

  await client.crm.contacts.basicApi.update(id, { properties: { hs_buying_role: ';END_USER' } });

  const read = await client.crm.contacts.basicApi.getById(id, ['hs_buying_role']);
  expect(read.properties.hs_buying_role).toBe('CHAMPION;END_USER');
});

test('refuses texts of more than 65,536 characters', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({
      properties: { firstname: 'A', message: 'x'.repeat(65_537) },
      associations: [],
    }),
  );

  expect(refusal.body.errors?.[0]?.context?.propertyName).toEqual(['message']);
});

test('accepts JSON numbers and booleans as text', async () => {
  const { sandbox } = await startPortal();

  const created = await post(sandbox, contacts, { properties: { firstname: 7, hs_email_optout: true } });

  expect(created).toMatchObject({ status: 201, body: { properties: { firstname: '7', hs_email_optout: 'true' } } });
});

test('refuses a null value', async () => {
  const { sandbox } = await startPortal();

  const refused = await post(sandbox, contacts, { properties: { firstname: 'A', city: null } });

  expect(refused.status).toBe(400);
});

test('gives an active owner to a record and refuses a deactivated one', async () => {
  const { client, sandbox } = await startPortal({ now: () => Date.parse('2026-05-01T12:00:00Z') });
  sandbox.seed({
    owners: [
      { id: '7', type: 'PERSON', email: 'nora@example.com', userId: 70 },
      { id: '8', type: 'PERSON', email: 'gone@example.com', userId: 80, archived: true },
    ],
  });
  const assign = (id: string) =>
    client.crm.contacts.basicApi.create({ properties: { firstname: 'A', hubspot_owner_id: id }, associations: [] });

  const owned = await assign('7');
  const refusal = await refusalOf(assign('8'));

  expect(owned.properties).toMatchObject({
    hubspot_owner_id: '7',
    hubspot_owner_assigneddate: owned.properties.createdate,
  });
  expect(refusal.body.errors?.[0]?.code).toBe('INVALID_OPTION');
});

test('only moves a lifecycle stage forward, unless it is cleared first', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({
    properties: { firstname: 'A', lifecyclestage: 'customer' },
    associations: [],
  });
  const stage = async () =>
    (await client.crm.contacts.basicApi.getById(id, ['lifecyclestage'])).properties.lifecyclestage;

  await client.crm.contacts.basicApi.update(id, { properties: { lifecyclestage: 'lead' } });
  const afterBackward = await stage();
  await client.crm.contacts.basicApi.update(id, { properties: { lifecyclestage: '' } });
  await client.crm.contacts.basicApi.update(id, { properties: { lifecyclestage: 'lead' } });

  expect(afterBackward).toBe('customer');
  expect(await stage()).toBe('lead');
});

test('sets no initial lifecycle stage with the switch', async () => {
  const { client } = await startPortal({ switches: { createdLifecycleStage: 'none' } });

  const plain = await client.crm.contacts.basicApi.create({ properties: { firstname: 'A' }, associations: [] });

  expect(plain.properties).toHaveProperty('firstname', 'A');
  expect(plain.properties).not.toHaveProperty('lifecyclestage');
});

import { expect, test } from 'vitest';
import { post, refusalOf, startPortal, type TestPortal } from './portal.ts';

const path = '/crm/v3/properties/contacts';
const text = { label: 'Seen at', type: 'string', fieldType: 'text', groupName: 'contactinformation' };

function create({ client }: TestPortal, name: string, rest: object = {}) {
  return client.crm.properties.coreApi.create('contacts', { name, ...text, ...rest } as never);
}

test('lists the definitions of a fresh portal for every object', async () => {
  const { client } = await startPortal();
  const names = async (object: string) =>
    (await client.crm.properties.coreApi.getAll(object)).results.map(({ name }) => name);

  expect(await names('contacts')).toEqual(
    expect.arrayContaining([
      'email',
      'hs_linkedin_url',
      'hs_additional_emails',
      'hs_searchable_calculated_phone_number',
    ]),
  );
  expect(await names('companies')).toEqual(
    expect.arrayContaining([
      'domain',
      'hs_additional_domains',
      'linkedin_company_page',
      'founded_year',
      'numberofemployees',
      'type',
    ]),
  );
  expect(await names('tasks')).toEqual(
    expect.arrayContaining(['hs_task_subject', 'hs_task_status', 'hs_task_completion_date']),
  );
  expect(await names('emails')).toEqual(
    expect.arrayContaining(['hs_email_direction', 'hs_email_headers', 'hs_email_from_email']),
  );
  expect(await names('communications')).toEqual(
    expect.arrayContaining(['hs_communication_channel_type', 'hs_communication_body']),
  );
  expect(await names('notes')).toEqual(expect.arrayContaining(['hs_note_body', 'hs_timestamp']));
});

test('says what can be written, what is calculated and what is unique', async () => {
  const { client } = await startPortal();
  const { results } = await client.crm.properties.coreApi.getAll('contacts');
  const byName = new Map(results.map((property) => [property.name, property]));

  expect(byName.get('email')).toMatchObject({ hasUniqueValue: false, modificationMetadata: { readOnlyValue: false } });
  expect(byName.get('hs_additional_emails')?.modificationMetadata?.readOnlyValue).toBe(true);
  expect(byName.get('createdate')?.modificationMetadata?.readOnlyValue).toBe(true);
  expect(byName.get('hs_full_name_or_email')?.calculated).toBe(true);
  expect(byName.get('hubspot_owner_id')).toMatchObject({
    externalOptions: true,
    referencedObjectType: 'OWNER',
    options: [],
  });
  expect(byName.get('hs_lead_status')?.options.map(({ value }) => value)).toContain('OPEN_DEAL');
});

test('offers 148 company industries', async () => {
  const { client } = await startPortal();

  const industry = await client.crm.properties.coreApi.getByName('companies', 'industry');

  expect(industry.options).toHaveLength(148);
  expect(new Set(industry.options.map(({ value }) => value)).size).toBe(148);
});

test('creates a property that can be written at once', async () => {
  const portal = await startPortal();

  const property = await create(portal, 'seen_at', { description: 'Where we met' });
  const contact = await portal.client.crm.contacts.basicApi.create({
    properties: { firstname: 'A', seen_at: 'Graz' },
    associations: [],
  });

  expect(property).toMatchObject({
    name: 'seen_at',
    description: 'Where we met',
    archived: false,
  });
  expect(property.hubspotDefined).toBeUndefined();
  expect(contact.properties.seen_at).toBe('Graz');
});

test('allows a new property to be used only after its lag', async () => {
  const portal = await startPortal({ propertyLagMs: 700, now: () => Date.parse('2026-05-01T12:00:00Z') });
  await create(portal, 'seen_at');
  const write = () =>
    portal.client.crm.contacts.basicApi.create({ properties: { firstname: 'A', seen_at: 'x' }, associations: [] });

  const early = await refusalOf(write());
  const unread = await refusalOf(portal.client.crm.properties.coreApi.getByName('contacts', 'seen_at'));
  portal.sandbox.advance(700);

  expect(early.body.errors?.[0]?.code).toBe('PROPERTY_DOESNT_EXIST');
  expect(unread.code).toBe(404);
  expect((await write()).properties.seen_at).toBe('x');
});

test.each(['Seen', 'seen at', 'seen-at', '1st', '_x', 'hs_mine', 'x'.repeat(101), ''])(
  'refuses the name "%s"',
  async (name) => {
    const portal = await startPortal();

    const refusal = await refusalOf(create(portal, name));

    expect(refusal).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
  },
);

test.each<[string, object]>([
  ['a type with a field type of another', { type: 'number', fieldType: 'text' }],
  ['a type that cannot be created', { type: 'json', fieldType: 'text' }],
  ['a group that does not exist', { groupName: 'nowhere' }],
  ['an enumeration without options', { type: 'enumeration', fieldType: 'select' }],
  ['options on a text', { options: [{ label: 'A', value: 'a', hidden: false }] }],
])('refuses %s', async (_name, rest) => {
  const portal = await startPortal();

  expect((await refusalOf(create(portal, 'seen_at', rest))).code).toBe(400);
});

test('requires exactly two options for a boolean', async () => {
  const portal = await startPortal();
  const options = ['true', 'false'].map((value) => ({ label: value, value, hidden: false, displayOrder: 0 }));
  const bool = { type: 'bool', fieldType: 'booleancheckbox' };

  const refusal = await refusalOf(create(portal, 'seen', bool));
  const property = await create(portal, 'seen', { ...bool, options });

  expect(refusal.body.errors?.[0]?.code).toBe('INVALID_BOOLEAN_OPTION');
  expect(property.options).toHaveLength(2);
});

test('refuses a name that exists, singly with 409 and in a batch in a 207', async () => {
  const portal = await startPortal();
  await create(portal, 'seen_at');

  const single = await refusalOf(create(portal, 'seen_at'));
  const batch = await portal.client.crm.properties.batchApi.createWithHttpInfo('contacts', {
    inputs: ['seen_at', 'other'].map((name) => ({ name, ...text })),
  } as never);

  const expected = {
    category: 'OBJECT_ALREADY_EXISTS',
    subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
    message: "A property named 'seen_at' already exists.",
    context: { name: ['seen_at'] },
  };
  expect(single).toMatchObject({ code: 409, body: expected });
  expect(batch).toMatchObject({ httpStatusCode: 207, data: { results: [{ name: 'other' }], errors: [expected] } });
});

test('removes an archived property and restores it with its old values', async () => {
  const portal = await startPortal();
  const { client } = portal;
  await create(portal, 'seen_at');
  const { id } = await client.crm.contacts.basicApi.create({
    properties: { firstname: 'A', seen_at: 'Graz' },
    associations: [],
  });

  await client.crm.properties.coreApi.archive('contacts', 'seen_at');
  const refusal = await refusalOf(client.crm.contacts.basicApi.update(id, { properties: { seen_at: 'x' } }));
  const archived = await client.crm.properties.coreApi.getAll('contacts', true);
  const restored = await create(portal, 'seen_at', { label: 'Seen again' });
  const contact = await client.crm.contacts.basicApi.getById(id, ['seen_at']);

  expect(refusal.body.errors?.[0]?.code).toBe('PROPERTY_DOESNT_EXIST');
  expect(archived.results.map(({ name }) => name)).toEqual(['seen_at']);
  expect(restored.label).toBe('Seen again');
  expect(contact.properties.seen_at).toBe('Graz');
});

test('allows ten unique properties per object', async () => {
  const portal = await startPortal();

  for (let n = 0; n < 10; n++) await create(portal, `key_${n}`, { hasUniqueValue: true });
  const refusal = await refusalOf(create(portal, 'key_10', { hasUniqueValue: true }));

  expect(refusal.code).toBe(400);
  expect((await create(portal, 'plain')).hasUniqueValue).toBe(false);
});

test('stops at the limit of custom properties', async () => {
  const portal = await startPortal({ customPropertyLimit: 2 });
  await create(portal, 'a');
  await create(portal, 'b');

  expect((await refusalOf(create(portal, 'c'))).code).toBe(400);
});

test('replaces options by a PATCH and ignores a new uniqueness', async () => {
  const portal = await startPortal();
  const option = (value: string) => ({ label: value, value, hidden: false, displayOrder: 0 });
  await create(portal, 'mood', { type: 'enumeration', fieldType: 'select', options: [option('good')] });

  const updated = await portal.client.crm.properties.coreApi.update('contacts', 'mood', {
    options: [option('bad')],
    hasUniqueValue: true,
  } as never);

  expect(updated.options.map(({ value }) => value)).toEqual(['bad']);
  expect(updated.hasUniqueValue).toBe(false);
});

test('returns 404 for an unknown property and refuses to archive its own', async () => {
  const { client } = await startPortal();

  expect(await refusalOf(client.crm.properties.coreApi.getByName('contacts', 'nope'))).toMatchObject({
    code: 404,
    body: { category: 'OBJECT_NOT_FOUND' },
  });
  expect((await refusalOf(client.crm.properties.coreApi.archive('contacts', 'email'))).code).toBe(400);
});

test('reads and archives properties in batches', async () => {
  const portal = await startPortal();
  await create(portal, 'seen_at');

  const read = await portal.client.crm.properties.batchApi.readWithHttpInfo('contacts', {
    archived: false,
    dataSensitivity: 'non_sensitive',
    inputs: [{ name: 'email' }, { name: 'nope' }],
  } as never);
  await portal.client.crm.properties.batchApi.archive('contacts', { inputs: [{ name: 'seen_at' }] });

  expect(read).toMatchObject({ httpStatusCode: 207, data: { results: [{ name: 'email' }], numErrors: 1 } });
  expect((await refusalOf(portal.client.crm.properties.coreApi.getByName('contacts', 'seen_at'))).code).toBe(404);
});

test('creates groups, refuses duplicates, and archives them once they are empty', async () => {
  const portal = await startPortal();
  const { groupsApi } = portal.client.crm.properties;

  const group = await groupsApi.create('contacts', { name: 'enginy', label: 'Enginy', displayOrder: -1 });
  const twice = await refusalOf(groupsApi.create('contacts', { name: 'enginy', label: 'Enginy', displayOrder: -1 }));
  await create(portal, 'seen_at', { groupName: 'enginy' });
  const inUse = await refusalOf(groupsApi.archive('contacts', 'enginy'));
  const renamed = await groupsApi.update('contacts', 'enginy', { label: 'Outreach' });
  await portal.client.crm.properties.coreApi.archive('contacts', 'seen_at');
  await groupsApi.archive('contacts', 'enginy');
  const intoArchived = await refusalOf(create(portal, 'seen_at', { groupName: 'enginy' }));

  expect(group).toMatchObject({ name: 'enginy', label: 'Enginy', archived: false });
  expect(twice.code).toBe(409);
  expect(inUse.code).toBe(400);
  expect(renamed.label).toBe('Outreach');
  expect(intoArchived.body.message).toContain('does not exist');
  expect((await groupsApi.getAll('contacts')).results.map(({ name }) => name)).not.toContain('enginy');
});

test('names the fields that a definition lacks', async () => {
  const { sandbox } = await startPortal();

  expect((await post(sandbox, path, { name: 'seen_at' })).status).toBe(400);
});

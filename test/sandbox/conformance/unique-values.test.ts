import { expect, test } from 'vitest';
import { refusalOf, startPortal, type TestPortal, toCreate, toRead } from './portal.ts';

async function withUniqueProperty(options: Parameters<typeof startPortal>[0] = {}): Promise<TestPortal> {
  const portal = await startPortal(options);
  portal.sandbox.seed({
    properties: {
      contacts: [
        {
          name: 'outside_id',
          label: 'Outside id',
          type: 'string',
          fieldType: 'text',
          groupName: 'contactinformation',
          hasUniqueValue: true,
        },
      ],
    },
  });
  return portal;
}

test('refuses a second contact with the same email and names the first', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.contacts.basicApi.create({
    properties: { email: 'ada@example.com' },
    associations: [],
  });

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { email: 'ADA@example.com' }, associations: [] }),
  );

  expect(refusal).toMatchObject({
    code: 409,
    body: { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${id}` },
  });
});

test('finds secondary emails in batch reads without saying which input found what', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { email: 'ada@example.com', hs_additional_emails: 'ada@old.example.com;a@example.com' } }],
  });

  const answer = await client.crm.contacts.batchApi.read(
    toRead(['A@example.com', 'ada@old.example.com'], ['email', 'hs_additional_emails'], 'email'),
  );

  expect(answer.results).toHaveLength(1);
  expect(answer.results[0]).toMatchObject({ id: contacts[0], properties: { email: 'ada@example.com' } });
});

test('counts a secondary email as taken when a contact is created', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { email: 'ada@example.com', hs_additional_emails: 'a@example.com' } }],
  });

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { email: 'a@example.com' }, associations: [] }),
  );

  expect(refusal.body.message).toBe(`Contact already exists. Existing ID: ${contacts[0]}`);
});

test('refuses an email that another contact has on update, with the writer first and the holder second', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { email: 'ada@example.com' } }, { properties: { email: 'bo@example.com' } }],
  });
  const [holder, writer = ''] = contacts;

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.update(writer, { properties: { email: 'ada@example.com' } }),
  );

  expect(refusal).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
  expect(refusal.body.message).toMatch(
    /^Cannot set PropertyValueCoordinates\{.*propertyName=email, value=ada@example\.com\}/,
  );
  expect(refusal.body.message).toContain(`on ${writer}. ${holder} already has that value.`);
});

test('lets a contact take its own secondary email as the primary one', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { email: 'ada@example.com', hs_additional_emails: 'a@example.com' } }],
  });

  await client.crm.contacts.basicApi.update(contacts[0] ?? '', { properties: { email: 'a@example.com' } });

  expect(sandbox.records('contacts')[0]?.properties).toMatchObject({
    email: 'a@example.com',
    hs_additional_emails: '',
  });
});

test('accepts additional emails only on create', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { firstname: 'A' } }] });
  const status = (call: Promise<unknown>, good: number) =>
    call.then(
      () => good,
      (error: { code: number }) => error.code,
    );

  const created = await status(
    client.crm.contacts.basicApi.create({
      properties: { email: 'b@example.com', hs_additional_emails: 'c@example.com' },
      associations: [],
    }),
    201,
  );
  const updated = await status(
    client.crm.contacts.basicApi.update(contacts[0] ?? '', { properties: { hs_additional_emails: 'd@example.com' } }),
    200,
  );

  expect([created, updated]).toEqual([201, 400]);
});

test('reads by a unique custom property, and refuses to read by any other', async () => {
  const { client, sandbox } = await withUniqueProperty();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { firstname: 'A', outside_id: 'E-1' } }] });

  const answer = await client.crm.contacts.batchApi.read(toRead(['e-1', 'E-2'], ['outside_id'], 'outside_id'));
  const refusal = await refusalOf(client.crm.contacts.batchApi.read(toRead(['A'], [], 'firstname')));

  expect(answer).toMatchObject({ results: [{ id: contacts[0] }], errors: [{ context: { ids: ['E-2'] } }] });
  expect(refusal.code).toBe(400);
});

test.each([
  ['validation', 400, /already has that value/],
  ['conflict', 409, /Existing ID/],
] as const)('refuses a create with a taken unique value: %s', async (uniqueConflictOnCreate, code, message) => {
  const { client, sandbox } = await withUniqueProperty({ switches: { uniqueConflictOnCreate } });
  const { contacts } = sandbox.seed({ contacts: [{ properties: { firstname: 'A', outside_id: 'E-1' } }] });

  const refusal = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { firstname: 'B', outside_id: 'E-1' }, associations: [] }),
  );

  expect(refusal.code).toBe(code);
  expect(refusal.body.message).toMatch(message);
  expect(refusal.body.message).toContain(contacts[0]);
});

test('refuses two inputs of one call that want the same unique value', async () => {
  const { client, sandbox } = await withUniqueProperty();
  const inputs = ['a', 'b'].map((trace) => toCreate({ firstname: trace, outside_id: 'E-1' }, trace));

  await refusalOf(
    client.crm.contacts.batchApi.create({
      inputs: inputs.map(({ properties, associations }) => ({ properties, associations })),
    }),
  );
  const none = sandbox.records('contacts');
  const partial = await client.crm.contacts.batchApi.create({ inputs });

  expect(none).toEqual([]);
  expect(partial).toMatchObject({
    results: [{ properties: { firstname: 'a' } }],
    errors: [{ context: { objectWriteTraceId: ['b'] } }],
  });
});

test('upserts by a unique property and says which records are new', async () => {
  const { client, sandbox } = await withUniqueProperty();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { firstname: 'A', city: 'Graz', outside_id: 'E-1' } }],
  });

  const answer = await client.crm.contacts.batchApi.upsert({
    inputs: ['E-1', 'E-2'].map((id) => ({ id, idProperty: 'outside_id', properties: { firstname: id } })),
  });

  expect(Object.fromEntries(answer.results.map((result) => [result.properties.firstname, result._new]))).toEqual({
    'E-1': false,
    'E-2': true,
  });
  expect(sandbox.records('contacts').map(({ properties }) => properties.outside_id)).toEqual(['E-1', 'E-2']);
  expect(sandbox.records('contacts')[0]).toMatchObject({ id: contacts[0], properties: { city: 'Graz' } });
});

test('without trace ids one bad input stops the whole upsert, with them only itself', async () => {
  const { client, sandbox } = await withUniqueProperty();
  const inputs = [
    { id: 'E-1', idProperty: 'outside_id', properties: { firstname: 'A' }, objectWriteTraceId: '1' },
    { id: 'E-2', idProperty: 'outside_id', properties: { email: 'nonsense' }, objectWriteTraceId: '2' },
  ];

  await refusalOf(
    client.crm.contacts.batchApi.upsert({ inputs: inputs.map(({ objectWriteTraceId: _, ...rest }) => rest) as never }),
  );
  const none = sandbox.records('contacts');
  const partial = await client.crm.contacts.batchApi.upsert({ inputs: inputs as never });

  expect(none).toEqual([]);
  expect(partial).toMatchObject({
    results: [{ properties: { firstname: 'A' } }],
    errors: [{ context: { objectWriteTraceId: ['2'] } }],
  });
});

test('refuses to upsert companies by domain', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.companies.batchApi.upsert({
      inputs: [{ id: 'acme.example.com', idProperty: 'domain', properties: { name: 'A' } }],
    }),
  );

  expect(refusal.body.message).toContain('non-unique 0-2 property domain');
});

test('keeps omitted properties in an upsert by email', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com', city: 'Graz' } }] });

  await client.crm.contacts.batchApi.upsert({
    inputs: [{ id: 'ada@example.com', idProperty: 'email', properties: { firstname: 'Ada' } }],
  });

  expect(sandbox.records('contacts')).toMatchObject([
    { properties: { city: 'Graz', firstname: 'Ada', email: 'ada@example.com' } },
  ]);
});

test('applies an upsert by a secondary email to its contact and keeps the primary one', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { email: 'ada@example.com', hs_additional_emails: 'a@example.com' } }],
  });

  const answer = await client.crm.contacts.batchApi.upsert({
    inputs: [{ id: 'a@example.com', idProperty: 'email', properties: { email: 'a@example.com', city: 'Graz' } }],
  });

  expect(answer.results[0]?.id).toBe(contacts[0]);
  expect(sandbox.records('contacts')).toMatchObject([{ properties: { email: 'ada@example.com', city: 'Graz' } }]);
});

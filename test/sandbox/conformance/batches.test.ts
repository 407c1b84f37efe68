import { expect, test } from 'vitest';
import { post, refusalOf, startPortal, toCreate, toRead } from './portal.ts';

const batch = '/crm/v3/objects/contacts/batch';
const people = (count: number) =>
  Array.from({ length: count }, (_, n) => toCreate({ email: `person${n}@example.com` }));

test('accepts 100 inputs and refuses 101', async () => {
  const { client } = await startPortal();

  const created = await client.crm.contacts.batchApi.create({ inputs: people(100) });
  const refusal = await refusalOf(client.crm.contacts.batchApi.create({ inputs: people(101) }));

  expect(created.results).toHaveLength(100);
  expect(refusal).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
});

test('accepts only 50 inputs when histories are requested', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: Array.from({ length: 51 }, () => ({ properties: { firstname: 'A' } })),
  });

  const refusal = await refusalOf(
    client.crm.contacts.batchApi.read({ ...toRead(contacts), propertiesWithHistory: ['firstname'] }),
  );
  const read = await client.crm.contacts.batchApi.read({
    ...toRead(contacts.slice(0, 50)),
    propertiesWithHistory: ['firstname'],
  });

  expect(refusal.code).toBe(400);
  expect(read.results).toHaveLength(50);
});

test('returns results in another order', async () => {
  const { client, sandbox } = await startPortal();

  const created = await client.crm.contacts.batchApi.create({ inputs: people(20) });
  const own = created.results.map(({ properties }) => properties.email);
  sandbox.setSwitches({ resultOrder: 'input' });
  const read = await client.crm.contacts.batchApi.read(toRead(created.results.map(({ id }) => id)));

  expect(own.toSorted()).toEqual(
    people(20)
      .map(({ properties }) => properties.email)
      .sort(),
  );
  expect(own).not.toEqual(people(20).map(({ properties }) => properties.email));
  expect(read.results.map(({ id }) => id)).toEqual(created.results.map(({ id }) => id));
});

test('without trace ids invalid inputs stop the whole create, and all their values are named', async () => {
  const { client, sandbox } = await startPortal();

  const refusal = await refusalOf(
    client.crm.contacts.batchApi.create({
      inputs: [toCreate({ firstname: 'A' }), toCreate({ email: 'nonsense' }), toCreate({ hs_lead_status: 'MAYBE' })],
    }),
  );

  expect(refusal.body.errors?.map(({ code }) => code)).toEqual(['INVALID_EMAIL', 'INVALID_OPTION']);
  expect(refusal.body.message).toContain('MAYBE was not one of the allowed options');
  expect(sandbox.records('contacts')).toEqual([]);
});

test('without trace ids one existing email stops the whole create with 409 and its id', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] });

  const refusal = await refusalOf(
    client.crm.contacts.batchApi.create({
      inputs: [toCreate({ firstname: 'New' }), toCreate({ email: 'ADA@example.com' })],
    }),
  );

  expect(refusal).toMatchObject({
    code: 409,
    body: { category: 'CONFLICT', message: `Contact already exists. Existing ID: ${contacts[0]}` },
  });
  expect(sandbox.records('contacts')).toHaveLength(1);
});

test('with trace ids the good ones are created and each failure names its input', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] });

  const answer = await client.crm.contacts.batchApi.create({
    inputs: [
      toCreate({ email: 'new@example.com' }, 'a'),
      toCreate({ email: 'ada@example.com' }, 'b'),
      toCreate({ firstname: 'X', no_such: '1' }, 'c'),
    ],
  });

  expect(answer.results.map(({ properties }) => properties.email)).toEqual(['new@example.com']);
  expect(answer).toMatchObject({
    numErrors: 2,
    errors: [
      { category: 'CONFLICT', context: { objectWriteTraceId: ['b'], existingId: contacts } },
      {
        category: 'VALIDATION_ERROR',
        context: { objectWriteTraceId: ['c'] },
        errors: [{ code: 'PROPERTY_DOESNT_EXIST' }],
      },
    ],
  });
});

test('is all or nothing again when trace ids are not unique', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.contacts.batchApi.create({
      inputs: [toCreate({ firstname: 'A' }, 'same'), toCreate({ email: 'nonsense' }, 'same')],
    }),
  );

  expect(refusal.code).toBe(400);
});

test('echoes trace ids only where the switch says so', async () => {
  const { client, sandbox } = await startPortal();

  const plain = await client.crm.contacts.batchApi.create({ inputs: [toCreate({ firstname: 'A' }, 'a')] });
  sandbox.setSwitches({ traceIdEcho: 'echo' });
  const echoed = await client.crm.contacts.batchApi.create({ inputs: [toCreate({ firstname: 'A' }, 'a')] });

  expect(plain.results[0]?.objectWriteTraceId).toBeUndefined();
  expect(echoed.results[0]?.objectWriteTraceId).toBe('a');
});

test('refuses a create with the same email twice', async () => {
  const { client } = await startPortal();
  const inputs = [toCreate({ email: 'ada@example.com' }, 'a'), toCreate({ email: 'Ada@Example.com' }, 'b')];

  const whole = await refusalOf(client.crm.contacts.batchApi.create({ inputs }));

  expect(whole.code).toBe(409);
});

test('reads what exists and names all misses in one entry of a 207', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { firstname: 'A' } }] });

  const answer = await client.crm.contacts.batchApi.readWithHttpInfo(toRead([...contacts, '11', '12', 'abc']));

  expect(answer.httpStatusCode).toBe(207);
  expect(answer.data).toMatchObject({
    results: [{ id: contacts[0] }],
    numErrors: 1,
    errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['11', '12', 'abc'] } }],
  });
});

test.each(['read', 'update', 'upsert'] as const)(
  'refuses the whole %s when an id stands in it twice, trace ids or not',
  async (verb) => {
    const { sandbox } = await startPortal();
    const { contacts } = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] });
    const id = verb === 'upsert' ? 'ada@example.com' : contacts[0];
    const rest = verb === 'upsert' ? { idProperty: 'email' } : {};
    const inputs = ['a', 'b'].map((objectWriteTraceId) => ({
      id,
      ...rest,
      properties: { city: 'x' },
      objectWriteTraceId,
    }));

    const answer = await post(sandbox, `${batch}/${verb}`, { inputs });

    expect(answer).toMatchObject({
      status: 400,
      body: {
        category: 'VALIDATION_ERROR',
        message: `Duplicate IDs found in batch input: [${id}]. IDs must be unique`,
        context: { ids: [id] },
      },
    });
  },
);

test('updates what exists and names unknown ids in a 207', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { firstname: 'A' } }] });

  const answer = await client.crm.contacts.batchApi.update({
    inputs: [...contacts, '11', '12'].map((id) => ({ id, properties: { city: 'Graz' } })),
  });

  expect(answer).toMatchObject({
    results: [{ id: contacts[0], properties: { city: 'Graz' } }],
    errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['11', '12'] } }],
  });
});

test('without trace ids an invalid value stops the whole update, with them only its record', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { firstname: 'A' } }, { properties: { firstname: 'B' } }],
  });
  const [a = '', b = ''] = contacts;
  const inputs = [
    { id: a, properties: { city: 'Graz' }, objectWriteTraceId: '1' },
    { id: b, properties: { hs_lead_status: 'nope' }, objectWriteTraceId: '2' },
  ];

  const refusal = await refusalOf(
    client.crm.contacts.batchApi.update({
      inputs: inputs.map(({ id, properties }) => ({ id, properties: properties as Record<string, string> })),
    }),
  );
  const before = sandbox.records('contacts')[0]?.properties.city;
  const partial = await client.crm.contacts.batchApi.update({ inputs: inputs as never });

  expect(refusal.body.errors?.[0]?.code).toBe('INVALID_OPTION');
  expect(before).toBeUndefined();
  expect(partial).toMatchObject({ results: [{ id: a }], errors: [{ context: { objectWriteTraceId: ['2'] } }] });
});

test('refuses to update by hs_object_id', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { firstname: 'A' } }] });

  const refusal = await refusalOf(
    client.crm.contacts.batchApi.update({
      inputs: [{ id: contacts[0] ?? '', idProperty: 'hs_object_id', properties: { city: 'x' } }],
    }),
  );

  expect(refusal.body.message).toContain('Unable to perform update/upsert by non-unique 0-1 property hs_object_id');
});

test('updates by email', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] });

  const answer = await client.crm.contacts.batchApi.update({
    inputs: [{ id: 'Ada@example.com', idProperty: 'email', properties: { city: 'Graz' } }],
  });

  expect(answer.results[0]?.id).toBe(contacts[0]);
});

test.each([
  ['create', 201],
  ['update', 200],
  ['upsert', 200],
  ['read', 200],
])('answers a %s without inputs with an empty success', async (verb, status) => {
  const { sandbox } = await startPortal();

  const silent = await post(sandbox, `${batch}/${verb}`, { input: [] });

  expect(silent).toMatchObject({ status, body: { status: 'COMPLETE', results: [] } });
});

test('refuses an empty batch', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(client.crm.contacts.batchApi.create({ inputs: [] }));

  expect(refusal.code).toBe(400);
});

test('refuses inputs of another form with a position and no category', async () => {
  const { sandbox } = await startPortal();

  const nested = await post(sandbox, `${batch}/update`, { inputs: [[{ id: '1' }]] });
  const broken = await post(sandbox, `${batch}/update`, '{"inputs": [');

  for (const answer of [nested, broken]) {
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(/^Invalid input JSON on line \d+, column \d+: /);
    expect(answer.body).not.toHaveProperty('category');
  }
});

test('archives in a batch and skips unknown ids', async () => {
  const { client, sandbox } = await startPortal();
  const { contacts } = sandbox.seed({
    contacts: [{ properties: { firstname: 'A' } }, { properties: { firstname: 'B' } }],
  });

  await client.crm.contacts.batchApi.archive({ inputs: [{ id: contacts[0] ?? '' }, { id: '11' }] });

  expect(sandbox.records('contacts').map(({ id }) => id)).toEqual([contacts[1]]);
});

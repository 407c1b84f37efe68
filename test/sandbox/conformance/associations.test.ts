import { expect, test } from 'vitest';
import { post, refusalOf, startPortal, type TestPortal } from './portal.ts';

interface Linked extends TestPortal {
  readonly people: readonly string[];
  readonly firms: readonly string[];
}

async function withRecords(options: Parameters<typeof startPortal>[0] = {}): Promise<Linked> {
  const portal = await startPortal(options);
  const { contacts, companies } = portal.sandbox.seed({
    contacts: ['A', 'B'].map((firstname) => ({ properties: { firstname } })),
    companies: ['X', 'Y'].map((name) => ({ properties: { name } })),
  });
  return { ...portal, people: contacts, firms: companies };
}

const pair = (fromId = '', toId = '') => ({ _from: { id: fromId }, to: { id: toId } });

test('links by default types and lists both directions of each pair', async () => {
  const { client, people, firms, sandbox } = await withRecords();

  const answer = await client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', {
    inputs: [pair(people[0], firms[0]), pair(people[1], firms[0])],
  });

  const links = answer.results.map(
    ({ _from, to, associationSpec }) => `${_from.id}>${to.id} ${associationSpec.associationTypeId}`,
  );
  expect(links.toSorted()).toEqual(
    [
      `${people[0]}>${firms[0]} 279`,
      `${firms[0]}>${people[0]} 280`,
      `${people[1]}>${firms[0]} 279`,
      `${firms[0]}>${people[1]} 280`,
    ].sort(),
  );
  expect(sandbox.linked('companies', firms[0] ?? '', 'contacts')).toEqual(people);
});

test('changes nothing when a link exists already', async () => {
  const { client, people, firms, sandbox } = await withRecords();
  const link = () =>
    client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', { inputs: [pair(people[0], firms[0])] });

  await link();
  const again = await link();

  expect(again.results).toHaveLength(2);
  expect(sandbox.linked('contacts', people[0] ?? '', 'companies')).toEqual([firms[0]]);
});

test('refuses the same pair twice in one call', async () => {
  const { client, people, firms } = await withRecords();

  const refusal = await refusalOf(
    client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', {
      inputs: [pair(people[0], firms[0]), pair(people[0], firms[0])],
    }),
  );

  expect(refusal.code).toBe(400);
});

test.each(['207', 'in-200', '400'] as const)(
  'answers an unknown id in associate/default as %s',
  async (unknownAssociationIds) => {
    const { sandbox, people, firms } = await withRecords({ switches: { unknownAssociationIds } });
    const inputs = [
      { from: { id: people[0] }, to: { id: firms[0] } },
      { from: { id: people[0] }, to: { id: '11' } },
    ];

    const answer = await post(sandbox, '/crm/v4/associations/contacts/companies/batch/associate/default', { inputs });

    expect(answer.status).toBe({ '207': 207, 'in-200': 200, '400': 400 }[unknownAssociationIds]);
    expect(sandbox.linked('contacts', people[0] ?? '', 'companies')).toHaveLength(
      unknownAssociationIds === '400' ? 0 : 1,
    );
    const problem = {
      category: 'VALIDATION_ERROR',
      subCategory: 'crm.associations.INVALID_IDENTIFIER',
      context: { id: ['11'] },
    };
    expect(answer.body).toMatchObject(unknownAssociationIds === '400' ? problem : { numErrors: 1, errors: [problem] });
  },
);

test('throws in the SDK if associate/default returns 207, which it does not declare', async () => {
  const { client, people } = await withRecords();

  const refusal = await refusalOf(
    client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', { inputs: [pair(people[0], '11')] }),
  );

  expect(refusal).toMatchObject({ code: 207, body: { numErrors: 1 } });
});

test('links with types, answers numbers as ids, and names what is not valid in a 207', async () => {
  const { client, people, firms } = await withRecords();
  const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }];

  const answer = await client.crm.associations.v4.batchApi.createWithHttpInfo('contacts', 'companies', {
    inputs: [
      { ...pair(people[0], firms[0]), types },
      { ...pair(people[0], '11'), types },
    ],
  } as never);

  expect(answer).toMatchObject({
    httpStatusCode: 207,
    data: {
      results: [
        {
          fromObjectTypeId: '0-1',
          fromObjectId: Number(people[0]),
          toObjectTypeId: '0-2',
          toObjectId: Number(firms[0]),
          labels: [],
        },
      ],
      errors: [
        {
          subCategory: 'crm.associations.INVALID_IDENTIFIER',
          context: { id: ['11'] },
          message: '11 is not a valid ID',
        },
      ],
    },
  });
});

test('loses the ids that the SDK drops: "from" instead of "_from" goes out without it', async () => {
  const { client, people, firms } = await withRecords();

  const refusal = await refusalOf(
    client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', {
      inputs: [{ from: { id: people[0] }, to: { id: firms[0] } }],
    } as never),
  );

  expect(refusal.code).toBe(400);
});

test('reads links with their types and says in a 207 which records have none', async () => {
  const { client, people, firms } = await withRecords();
  await client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', {
    inputs: [pair(people[0], firms[0])],
  });

  const answer = await client.crm.associations.v4.batchApi.getPageWithHttpInfo('contacts', 'companies', {
    inputs: [{ id: people[0] ?? '' }, { id: people[1] ?? '' }, { id: '11' }],
  } as never);

  expect(answer.httpStatusCode).toBe(207);
  expect(answer.data.results).toMatchObject([{ _from: { id: people[0] }, to: [{ toObjectId: Number(firms[0]) }] }]);
  expect(answer.data.results[0]?.to[0]?.associationTypes.map(({ typeId }) => typeId)).toEqual([279, 1]);
  expect(answer.data).toMatchObject({
    errors: [people[1], '11'].map((id) => ({
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      context: { fromObjectId: [id], fromObjectType: ['contact'], toObjectType: ['company'] },
    })),
  });
});

test('marks the first company as primary and shows it as associatedcompanyid', async () => {
  const { client, people, firms } = await withRecords();
  const link = (person = '', firm = '') =>
    client.crm.associations.v4.basicApi.createDefault('contacts', person, 'companies', firm);
  const primary = async (person = '') =>
    (await client.crm.contacts.basicApi.getById(person, ['associatedcompanyid'])).properties.associatedcompanyid;

  await link(people[0], firms[1]);
  await link(people[0], firms[0]);

  expect(await primary(people[0])).toBe(firms[1]);
});

test('lists the links of one record by pages', async () => {
  const { client, people, firms } = await withRecords();
  for (const firm of firms)
    await client.crm.associations.v4.basicApi.createDefault('contacts', people[0] ?? '', 'companies', firm);

  const first = await client.crm.associations.v4.basicApi.getPage(
    'contacts',
    people[0] ?? '',
    'companies',
    undefined,
    1,
  );
  const second = await client.crm.associations.v4.basicApi.getPage(
    'contacts',
    people[0] ?? '',
    'companies',
    first.paging?.next?.after,
    1,
  );

  expect([...first.results, ...second.results].map(({ toObjectId }) => String(toObjectId))).toEqual(firms);
  expect(second.paging).toBeUndefined();
});

test('replaces the labels of a pair by a PUT, which may strip the primary one', async () => {
  const { client, people, firms } = await withRecords();
  await client.crm.associations.v4.basicApi.createDefault('contacts', people[0] ?? '', 'companies', firms[0] ?? '');

  const answer = await client.crm.associations.v4.basicApi.create(
    'contacts',
    people[0] ?? '',
    'companies',
    firms[0] ?? '',
    [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 } as never],
  );
  const { results } = await client.crm.associations.v4.basicApi.getPage('contacts', people[0] ?? '', 'companies');

  expect(answer.labels).toEqual([]);
  expect(results[0]?.associationTypes.map(({ typeId }) => typeId)).toEqual([279]);
});

test('removes links, singly and in batches', async () => {
  const { client, people, firms, sandbox } = await withRecords();
  await client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', {
    inputs: firms.map((firm) => pair(people[0], firm)),
  });

  await client.crm.associations.v4.basicApi.archive('contacts', people[0] ?? '', 'companies', firms[0] ?? '');
  const left = sandbox.linked('contacts', people[0] ?? '', 'companies');
  await client.crm.associations.v4.batchApi.archive('contacts', 'companies', {
    inputs: [{ _from: { id: people[0] ?? '' }, to: [{ id: firms[1] ?? '' }] }],
  });

  expect(left).toEqual([firms[1]]);
  expect(sandbox.linked('contacts', people[0] ?? '', 'companies')).toEqual([]);
});

test('links a new record by inline associations and shows them in the v3 shape', async () => {
  const { client, people, firms } = await withRecords();
  const to = (id = '', associationTypeId = 0) => ({
    to: { id },
    types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }],
  });

  const task = await client.crm.objects.tasks.basicApi.create({
    properties: { hs_timestamp: '2026-05-01T12:00:00Z', hs_task_subject: 'Call' },
    associations: [to(people[0], 204), to(firms[0], 192)],
  } as never);
  const read = await client.crm.objects.tasks.basicApi.getById(task.id, undefined, undefined, [
    'contacts',
    'companies',
    'notes',
  ]);

  expect(read.associations).toMatchObject({
    contacts: { results: [{ id: people[0], type: 'task_to_contact' }] },
    companies: { results: [{ id: firms[0], type: 'task_to_company' }] },
  });
  expect(read.associations).not.toHaveProperty('notes');
});

test.each([
  ['an id that does not exist', 279, 'COMPANY=11 is not valid'],
  ['a type id that leads nowhere', 9999, 'UNKNOWN=11 is not valid'],
])('refuses %s inline, singly with 400 and in a traced batch in a 207', async (_name, associationTypeId, wrong) => {
  const { client } = await withRecords();
  const associations = [{ to: { id: '11' }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] }];

  const single = await refusalOf(
    client.crm.contacts.basicApi.create({ properties: { firstname: 'A' }, associations } as never),
  );
  const batch = await client.crm.contacts.batchApi.create({
    inputs: [{ properties: { firstname: 'A' }, associations, objectWriteTraceId: 't' }],
  } as never);

  const expected = { category: 'VALIDATION_ERROR', message: 'One or more associations are invalid' };
  expect(single).toMatchObject({ code: 400, body: { ...expected, context: { INVALID_OBJECT_IDS: [wrong] } } });
  expect(batch).toMatchObject({
    errors: [{ ...expected, context: { INVALID_OBJECT_IDS: [wrong], objectWriteTraceId: ['t'] } }],
  });
});

test('accepts 2,000 pairs to create and 1,000 records to read', async () => {
  const { sandbox } = await startPortal();
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);
  const read = (count: number) =>
    post(sandbox, '/crm/v4/associations/contacts/companies/batch/read', { inputs: ids(count).map((id) => ({ id })) });
  const create = (count: number) =>
    post(sandbox, '/crm/v4/associations/contacts/companies/batch/associate/default', {
      inputs: ids(count).map((id) => ({ from: { id }, to: { id } })),
    });

  expect([(await read(1000)).status, (await read(1001)).status]).toEqual([207, 400]);
  expect([(await create(2000)).status, (await create(2001)).status]).toEqual([207, 400]);
});

test('names a link from a record to itself in a 207 and creates the others', async () => {
  const { sandbox, people } = await withRecords();

  const answer = await post(sandbox, '/crm/v4/associations/contacts/contacts/batch/associate/default', {
    inputs: [
      { from: { id: people[0] }, to: { id: people[0] } },
      { from: { id: people[0] }, to: { id: people[1] } },
    ],
  });

  expect(answer).toMatchObject({ status: 207, body: { numErrors: 1, errors: [{ context: { id: [people[0]] } }] } });
  expect(sandbox.linked('contacts', people[0] ?? '', 'contacts')).toEqual([people[1]]);
});

test('ignores an unknown name in associations', async () => {
  const { client, people } = await withRecords();

  const read = await client.crm.contacts.basicApi.getById(people[0] ?? '', undefined, undefined, ['companies', 'nope']);

  expect(read.id).toBe(people[0]);
});

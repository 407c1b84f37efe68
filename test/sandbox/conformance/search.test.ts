import { expect, test } from 'vitest';
import { post, refusalOf, startPortal, type TestPortal } from './portal.ts';

const path = '/crm/v3/objects/contacts/search';

interface Filter {
  readonly propertyName: string;
  readonly operator: string;
  readonly value?: string;
  readonly values?: readonly string[];
  readonly highValue?: string;
}

/** First names that a search finds, in its order. */
async function find(
  { client }: TestPortal,
  groups: readonly (readonly Filter[])[],
  rest: object = {},
): Promise<string[]> {
  const request = {
    filterGroups: groups.map((filters) => ({ filters })),
    properties: ['firstname'],
    limit: 100,
    ...rest,
  };
  const found = await client.crm.contacts.searchApi.doSearch(request as never);
  return found.results.map(({ properties }) => properties.firstname ?? '');
}

async function withPeople(): Promise<TestPortal> {
  const portal = await startPortal();
  portal.sandbox.seed({
    contacts: [
      {
        createdAt: '2026-01-01T00:00:00Z',
        properties: {
          firstname: 'Ada',
          email: 'ada@example.com',
          hs_additional_emails: 'ada@old.example.com',
          lifecyclestage: 'lead',
          hs_linkedin_url: 'https://www.linkedin.com/in/Ada-M',
          num_contacted_notes: '3',
        },
      },
      {
        createdAt: '2026-02-01T00:00:00Z',
        properties: {
          firstname: 'Bo',
          email: 'bo@example.org',
          lifecyclestage: 'customer',
          city: 'Graz',
          num_contacted_notes: '20',
        },
      },
      {
        createdAt: '2026-03-01T00:00:00Z',
        properties: { firstname: 'Cem', lastname: 'Ada', city: '', hs_buying_role: 'CHAMPION;END_USER' },
      },
    ],
  });
  return portal;
}

test.each<[string, Filter, string[]]>([
  ['EQ, ignoring case', { propertyName: 'email', operator: 'EQ', value: 'ADA@example.com' }, ['Ada']],
  [
    'NEQ, omitting records without a value',
    { propertyName: 'email', operator: 'NEQ', value: 'ada@example.com' },
    ['Bo'],
  ],
  ['IN with lower-case values', { propertyName: 'firstname', operator: 'IN', values: ['ada', 'cem'] }, ['Ada', 'Cem']],
  ['nothing for IN with upper-case letters', { propertyName: 'firstname', operator: 'IN', values: ['Ada', 'Cem'] }, []],
  ['IN on enumerations as they are', { propertyName: 'hs_buying_role', operator: 'IN', values: ['END_USER'] }, ['Cem']],
  [
    'nothing for IN on enumerations in another case',
    { propertyName: 'hs_buying_role', operator: 'IN', values: ['end_user'] },
    [],
  ],
  ['NOT_IN', { propertyName: 'firstname', operator: 'NOT_IN', values: ['ada'] }, ['Bo', 'Cem']],
  ['numbers by size', { propertyName: 'num_contacted_notes', operator: 'GT', value: '4' }, ['Bo']],
  ['GTE', { propertyName: 'num_contacted_notes', operator: 'GTE', value: '3' }, ['Ada', 'Bo']],
  ['LT', { propertyName: 'num_contacted_notes', operator: 'LT', value: '4' }, ['Ada']],
  ['LTE', { propertyName: 'num_contacted_notes', operator: 'LTE', value: '20' }, ['Ada', 'Bo']],
  ['times by ISO text', { propertyName: 'createdate', operator: 'LT', value: '2026-01-15' }, ['Ada']],
  [
    'times by epoch milliseconds',
    { propertyName: 'createdate', operator: 'BETWEEN', value: '1768435200000', highValue: '1771113600000' },
    ['Bo'],
  ],
  ['HAS_PROPERTY', { propertyName: 'city', operator: 'HAS_PROPERTY' }, ['Bo']],
  ['NOT_HAS_PROPERTY, an empty text included', { propertyName: 'city', operator: 'NOT_HAS_PROPERTY' }, ['Ada', 'Cem']],
  ['whole tokens', { propertyName: 'hs_linkedin_url', operator: 'CONTAINS_TOKEN', value: 'ada-m' }, ['Ada']],
  ['nothing for parts of tokens', { propertyName: 'hs_linkedin_url', operator: 'CONTAINS_TOKEN', value: 'linked' }, []],
  ['wildcards', { propertyName: 'email', operator: 'CONTAINS_TOKEN', value: '*@example.org' }, ['Bo']],
  ['wildcards within tokens', { propertyName: 'email', operator: 'CONTAINS_TOKEN', value: 'exam*' }, ['Ada', 'Bo']],
  ['NOT_CONTAINS_TOKEN', { propertyName: 'email', operator: 'NOT_CONTAINS_TOKEN', value: 'org' }, ['Ada', 'Cem']],
  [
    'nothing for a secondary address as email',
    { propertyName: 'email', operator: 'EQ', value: 'ada@old.example.com' },
    [],
  ],
  [
    'a secondary address by its own property',
    { propertyName: 'hs_additional_emails', operator: 'CONTAINS_TOKEN', value: 'ada@old.example.com' },
    ['Ada'],
  ],
  [
    'a secondary address by EQ',
    { propertyName: 'hs_additional_emails', operator: 'EQ', value: 'ada@old.example.com' },
    ['Ada'],
  ],
])('finds %s', async (_name, filter, names) => {
  expect(await find(await withPeople(), [[filter]])).toEqual(names);
});

test('combines filters of a group with AND and groups with OR', async () => {
  const portal = await withPeople();

  const found = await find(portal, [
    [
      { propertyName: 'firstname', operator: 'EQ', value: 'bo' },
      { propertyName: 'city', operator: 'EQ', value: 'graz' },
    ],
    [{ propertyName: 'lastname', operator: 'EQ', value: 'ada' }],
    [
      { propertyName: 'firstname', operator: 'EQ', value: 'ada' },
      { propertyName: 'city', operator: 'HAS_PROPERTY' },
    ],
  ]);

  expect(found).toEqual(['Bo', 'Cem']);
});

test('sorts by one property and by age otherwise', async () => {
  const portal = await withPeople();

  expect(await find(portal, [])).toEqual(['Ada', 'Bo', 'Cem']);
  expect(await find(portal, [], { sorts: ['-firstname'] })).toEqual(['Cem', 'Bo', 'Ada']);
  expect(await find(portal, [], { sorts: [{ propertyName: 'createdate', direction: 'DESCENDING' }] })).toEqual([
    'Cem',
    'Bo',
    'Ada',
  ]);
  expect(await find(portal, [], { sorts: ['num_contacted_notes'] })).toEqual(['Cem', 'Ada', 'Bo']);
});

test('searches names, addresses and numbers for free text', async () => {
  const portal = await withPeople();

  expect(await find(portal, [], { query: 'ada' })).toEqual(['Ada', 'Cem']);
});

test('ignores a misspelled key and then matches everything', async () => {
  const { sandbox } = await withPeople();

  const answer = await post(sandbox, path, {
    filterGroup: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'x' }] }],
  });

  expect(answer.body.total).toBe(3);
});

test('finds records by what they are linked to', async () => {
  const portal = await withPeople();
  const { companies } = portal.sandbox.seed({ companies: [{ properties: { name: 'X' } }] });
  const bo = portal.sandbox.records('contacts')[1]?.id ?? '';
  portal.sandbox.seed({ links: [{ from: 'contacts', fromId: bo, to: 'companies', toId: companies[0] ?? '' }] });
  const propertyName = 'associations.company';

  expect(await find(portal, [[{ propertyName, operator: 'EQ', value: companies[0] ?? '' }]])).toEqual(['Bo']);
  expect(await find(portal, [[{ propertyName, operator: 'NOT_HAS_PROPERTY' }]])).toEqual(['Ada', 'Cem']);
});

test('pages with 10 results unless asked, 200 at most', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.seed({ contacts: Array.from({ length: 25 }, (_, n) => ({ properties: { firstname: `n${n}` } })) });
  const search = (rest: object) => client.crm.contacts.searchApi.doSearch({ filterGroups: [], ...rest } as never);

  const first = await search({});
  const last = await search({ after: '20' });
  const refusal = await refusalOf(search({ limit: 201 }));

  expect(first).toMatchObject({ total: 25, paging: { next: { after: '10' } } });
  expect(first.results).toHaveLength(10);
  expect(last.results).toHaveLength(5);
  expect(last.paging).toBeUndefined();
  expect(refusal.code).toBe(400);
});

test('ends at 10,000 results', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.seed({ contacts: Array.from({ length: 10_001 }, () => ({ properties: { firstname: 'A' } })) });
  const search = (after: string) =>
    client.crm.contacts.searchApi.doSearch({ filterGroups: [], limit: 100, after } as never);

  const last = await search('9900');
  const refusal = await refusalOf(search('9901'));

  expect(last.total).toBe(10_001);
  expect(last.results).toHaveLength(100);
  expect(refusal.code).toBe(400);
});

const eq = (value: string) => ({ propertyName: 'email', operator: 'EQ', value });

test.each<[string, object]>([
  ['6 groups', { filterGroups: Array.from({ length: 6 }, () => ({ filters: [eq('x')] })) }],
  ['7 filters in a group', { filterGroups: [{ filters: Array.from({ length: 7 }, () => eq('x')) }] }],
  [
    '19 filters in all',
    { filterGroups: [6, 6, 6, 1].map((count) => ({ filters: Array.from({ length: count }, () => eq('x')) })) },
  ],
  ['two sorts', { filterGroups: [], sorts: ['email', 'firstname'] }],
  ['an unknown property', { filterGroups: [{ filters: [{ propertyName: 'no_such', operator: 'EQ', value: 'x' }] }] }],
  ['an unknown operator', { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'LIKE', value: 'x' }] }] }],
  ['IN without values', { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'IN', value: 'x' }] }] }],
  ['EQ without a value', { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ' }] }] }],
  [
    'BETWEEN without a highValue',
    { filterGroups: [{ filters: [{ propertyName: 'createdate', operator: 'BETWEEN', value: '1' }] }] },
  ],
  [
    'a word as a number',
    { filterGroups: [{ filters: [{ propertyName: 'num_contacted_notes', operator: 'GT', value: 'many' }] }] },
  ],
])('refuses %s', async (_name, body) => {
  const { sandbox } = await startPortal();

  expect(await post(sandbox, path, body)).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
});

test('accepts 5 groups, 6 filters in a group and 18 in all', async () => {
  const { sandbox } = await startPortal();
  const filterGroups = [6, 6, 2, 2, 2].map((count) => ({ filters: Array.from({ length: count }, () => eq('x')) }));

  expect((await post(sandbox, path, { filterGroups })).status).toBe(200);
});

test('refuses a body of more than 3,000 characters', async () => {
  const { sandbox } = await startPortal();
  const values = Array.from({ length: 90 }, (_, n) => `person.with.a.long.address.${n}@example.com`);
  const body = { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'IN', values }] }] };

  const whole = await post(sandbox, path, body);

  expect(JSON.stringify(body).length).toBeGreaterThan(3000);
  expect(whole.status).toBe(400);
});

test('refuses more than 100 values in IN', async () => {
  const { sandbox } = await startPortal();
  const body = {
    filterGroups: [
      {
        filters: [
          { propertyName: 'hs_object_id', operator: 'IN', values: Array.from({ length: 101 }, (_, n) => `${n}`) },
        ],
      },
    ],
  };

  const limited = await post(sandbox, path, body);

  expect(limited.status).toBe(400);
});

test('shows null for a property without a value', async () => {
  const { client } = await withPeople();

  const found = await client.crm.contacts.searchApi.doSearch({
    filterGroups: [],
    properties: ['city', 'state'],
  } as never);

  expect(found.results.map(({ properties }) => [properties.city, properties.state])).toEqual([
    [null, null],
    ['Graz', null],
    ['', null],
  ]);
});

test('follows updates in every index that a search has used', async () => {
  const portal = await withPeople();
  const bo = portal.sandbox.records('contacts')[1]?.id ?? '';
  const inGraz: Filter[] = [{ propertyName: 'city', operator: 'EQ', value: 'graz' }];
  const withToken: Filter[] = [{ propertyName: 'city', operator: 'CONTAINS_TOKEN', value: 'linz' }];

  const before = [await find(portal, [inGraz]), await find(portal, [withToken])];
  await portal.client.crm.contacts.basicApi.update(bo, { properties: { city: 'Linz' } });
  const after = [await find(portal, [inGraz]), await find(portal, [withToken])];

  expect(before).toEqual([['Bo'], []]);
  expect(after).toEqual([[], ['Bo']]);
});

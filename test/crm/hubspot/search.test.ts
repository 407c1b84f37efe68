import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SearchClause, SearchKey } from '../../../src/crm/crm.ts';
import type { SearchBody } from '../../../src/crm/hubspot/records/pack-search-keys.ts';
import { packSearchKeys, searchAfterId } from '../../../src/crm/hubspot/records/pack-search-keys.ts';

const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const value = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 2_990, maxLength: 3_100 }) },
);
const property = fc.constantFrom('email', 'hs_linkedin_url', 'phone', 'lastname', 'domain');
const clause: fc.Arbitrary<SearchClause> = fc.oneof(
  fc.record({ property, in: fc.array(value, { maxLength: 150 }) }),
  fc.record({ property, tokens: fc.array(word, { maxLength: 9 }) }),
);
const searchKeys: fc.Arbitrary<SearchKey[]> = fc
  .array(fc.array(clause, { maxLength: 4 }), { maxLength: 30 })
  .map((list) => list.map((clauses, at) => ({ key: `k${at}`, clauses })));
const properties = fc.uniqueArray(fc.constantFrom('email', 'firstname', 'hs_additional_emails', 'lifecyclestage'));

/** What HubSpot counts, with the longest paging token there is. */
function sizeOf(body: SearchBody): number {
  return Buffer.byteLength(JSON.stringify({ ...body, after: '9800' }));
}

test("keeps every request within HubSpot's limits", () => {
  let searched = 0;
  fc.assert(
    fc.property(searchKeys, properties, (list, names) => {
      for (const { body } of packSearchKeys(list, names).searches) {
        searched += 1;
        expect(sizeOf(body)).toBeLessThanOrEqual(3_000);
        expect(body.filterGroups.length).toBeGreaterThanOrEqual(1);
        expect(body.filterGroups.length).toBeLessThanOrEqual(5);
        expect(body.filterGroups.flatMap(({ filters }) => filters).length).toBeLessThanOrEqual(18);
        for (const { filters } of body.filterGroups) {
          expect(filters.length).toBeLessThanOrEqual(6);
          for (const { values } of filters) expect(values?.length ?? 1).toBeLessThanOrEqual(100);
        }
      }
    }),
  );
  expect(searched).toBeGreaterThan(0);
});

test('asks for every value of every search key, in lower case, or reports why not', () => {
  fc.assert(
    fc.property(searchKeys, properties, (list, names) => {
      const { searches, failed } = packSearchKeys(list, names);
      for (const searchKey of list) {
        const mine = searches.filter(({ keys }) => keys.includes(searchKey.key)).map(({ body }) => body);
        expect(mine.length > 0).toBe(!failed.has(searchKey.key));
        for (const wanted of failed.has(searchKey.key) ? [] : searchKey.clauses.flatMap(valuesOf)) {
          expect(mine.some((body) => asksFor(body, wanted))).toBe(true);
        }
      }
    }),
  );
});

function valuesOf(clause: SearchClause): { property: string; value: string }[] {
  if (!('in' in clause)) return [];
  return clause.in
    .map((entry) => ({ property: clause.property, value: entry.trim().toLowerCase() }))
    .filter((wanted) => wanted.value !== '');
}

function asksFor(body: SearchBody, wanted: { property: string; value: string }): boolean {
  return body.filterGroups.some(({ filters }) =>
    filters.some((filter) => filter.propertyName === wanted.property && filter.values?.includes(wanted.value)),
  );
}

test('keeps the clauses of one search key in one request if they fit', () => {
  let fitting = 0;
  fc.assert(
    fc.property(searchKeys, properties, (list, names) => {
      const together = packSearchKeys(list, names);
      for (const searchKey of list) {
        const alone = packSearchKeys([searchKey], names).searches.length;
        if (alone > 1) continue;
        fitting += alone;
        expect(together.searches.filter(({ keys }) => keys.includes(searchKey.key))).toHaveLength(alone);
      }
    }),
  );
  expect(fitting).toBeGreaterThan(0);
});

function linkedInKey(at: number): SearchKey {
  const slug = `ada-lovelace${String(at).padStart(3, '0')}`;
  const bases = [`linkedin.com/in/${slug}`, `www.linkedin.com/in/${slug}`];
  const urls = bases.flatMap((base) => [`https://${base}`, `http://${base}`]);
  return { key: slug, clauses: [{ property: 'hs_linkedin_url', in: urls.flatMap((url) => [url, `${url}/`]) }] };
}

test('finds at least eight LinkedIn URLs per search, with eight spellings of each', () => {
  const list = Array.from({ length: 800 }, (_, at) => linkedInKey(at));

  const { searches, failed } = packSearchKeys(list, ['hs_linkedin_url']);

  expect(failed.size).toBe(0);
  expect(800 / searches.length).toBeGreaterThanOrEqual(8);
});

test('sends a value that several search keys share only once', () => {
  const shared = { property: 'domain', in: ['Acme.com', 'acme.com '] };

  const { searches } = packSearchKeys(
    [
      { key: 'a', clauses: [shared] },
      { key: 'b', clauses: [shared] },
    ],
    ['domain'],
  );

  expect(searches.map(({ keys }) => keys)).toEqual([['a', 'b']]);
  expect(searches[0]?.body.filterGroups).toEqual([
    { filters: [{ propertyName: 'domain', operator: 'IN', values: ['acme.com'] }] },
  ]);
});

test('searches for words with one filter each in a group of their own', () => {
  const { searches } = packSearchKeys(
    [{ key: 'a', clauses: [{ property: 'name', tokens: ['Acme', 'Corp'] }] }],
    ['name'],
  );

  expect(searches[0]?.body.filterGroups).toEqual([
    {
      filters: [
        { propertyName: 'name', operator: 'CONTAINS_TOKEN', value: 'acme' },
        { propertyName: 'name', operator: 'CONTAINS_TOKEN', value: 'corp' },
      ],
    },
  ]);
});

test('reports an empty search key and one with a value that fits into no request', () => {
  const { searches, failed } = packSearchKeys(
    [
      { key: 'empty', clauses: [{ property: 'email', in: [' ', ''] }] },
      { key: 'long', clauses: [{ property: 'email', in: ['x'.repeat(3_000)] }] },
    ],
    ['email'],
  );

  expect(searches).toEqual([]);
  expect([...failed].map(([key, { kind }]) => [key, kind])).toEqual([
    ['empty', 'invalid'],
    ['long', 'invalid'],
  ]);
});

test('continues after a record id, replacing an earlier one', () => {
  const [packed] = packSearchKeys(
    [{ key: 'a', clauses: [{ property: 'email', in: ['a@example.com'] }] }],
    ['email'],
  ).searches;
  const first = packed === undefined ? undefined : searchAfterId(packed.body, '17');

  const second = first === undefined ? undefined : searchAfterId(first, '99');

  expect(second?.filterGroups[0]?.filters).toEqual([
    { propertyName: 'email', operator: 'IN', values: ['a@example.com'] },
    { propertyName: 'hs_object_id', operator: 'GT', value: '99' },
  ]);
});

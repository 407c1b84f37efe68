import { expect, test } from 'vitest';
import { post, raw, refusalOf, startPortal, type TestPortal, toRead } from './portal.ts';

async function withTwo(
  options: Parameters<typeof startPortal>[0] = {},
): Promise<TestPortal & { keep: string; lose: string }> {
  const portal = await startPortal(options);
  const { contacts } = portal.sandbox.seed({
    contacts: [
      { properties: { email: 'ada@example.com', firstname: 'Ada' } },
      { properties: { email: 'a@example.com', firstname: 'A', city: 'Graz' } },
    ],
  });
  const [keep = '', lose = ''] = contacts;
  return { ...portal, keep, lose };
}

test('returns the survivor for a merged-away id, in single and batch reads', async () => {
  const { client, sandbox, keep, lose } = await withTwo();

  sandbox.merge('contacts', keep, lose);
  const single = await client.crm.contacts.basicApi.getById(lose, [
    'city',
    'hs_additional_emails',
    'hs_merged_object_ids',
  ]);
  const batch = await client.crm.contacts.batchApi.read(toRead([lose]));

  expect(single).toMatchObject({
    id: keep,
    properties: { city: 'Graz', hs_additional_emails: 'a@example.com', hs_merged_object_ids: lose },
  });
  expect(batch.results.map(({ id }) => id)).toEqual([keep]);
});

test('merges over HTTP', async () => {
  const { sandbox, keep, lose } = await withTwo();

  const answer = await post(sandbox, '/crm/v3/objects/contacts/merge', {
    primaryObjectId: keep,
    objectIdToMerge: lose,
  });

  expect(answer).toMatchObject({ status: 200, body: { id: keep } });
  expect(sandbox.records('contacts')).toHaveLength(1);
});

test('silently omits a merged-away id from the results of an update, or writes the survivor', async () => {
  const { client, sandbox, keep, lose } = await withTwo();
  sandbox.merge('contacts', keep, lose);
  const update = () =>
    client.crm.contacts.batchApi.updateWithHttpInfo({ inputs: [{ id: lose, properties: { city: 'Linz' } }] });

  const missing = await update();
  const untouched = sandbox.records('contacts')[0]?.properties.city;
  sandbox.setSwitches({ mergedUpdate: 'survivor' });
  const survivor = await update();

  expect(missing).toMatchObject({ httpStatusCode: 200, data: { results: [] } });
  expect(untouched).toBe('Graz');
  expect(survivor.data.results).toMatchObject([{ id: keep, properties: { city: 'Linz' } }]);
});

test('finds a merged contact by both addresses and moves its links', async () => {
  const { client, sandbox, keep, lose } = await withTwo();
  const { companies } = sandbox.seed({ companies: [{ properties: { name: 'X' } }] });
  sandbox.seed({ links: [{ from: 'contacts', fromId: lose, to: 'companies', toId: companies[0] ?? '' }] });

  sandbox.merge('contacts', keep, lose);
  const found = await client.crm.contacts.batchApi.read(toRead(['a@example.com', 'ada@example.com'], [], 'email'));

  expect(found.results.map(({ id }) => id)).toEqual([keep]);
  expect(sandbox.linked('contacts', keep, 'companies')).toEqual(companies);
});

test('hides an archived contact from reads unless archived ones are asked for', async () => {
  const { client, keep } = await withTwo();

  await client.crm.contacts.basicApi.archive(keep);
  const plain = await refusalOf(client.crm.contacts.basicApi.getById(keep));
  const archived = await client.crm.contacts.basicApi.getById(keep, undefined, undefined, undefined, true);
  const miss = await client.crm.contacts.batchApi.read(toRead([keep]));
  const hit = await client.crm.contacts.batchApi.read(toRead([keep]), true);

  expect(plain.code).toBe(404);
  expect(archived).toMatchObject({ id: keep, archived: true, archivedAt: expect.any(Date) });
  expect(miss).toMatchObject({ results: [], errors: [{ context: { ids: [keep] } }] });
  expect(hit.results.map(({ id }) => id)).toEqual([keep]);
});

test('returns 204 for a repeated archive and for an unknown id', async () => {
  const { client, keep } = await withTwo();
  await client.crm.contacts.basicApi.archive(keep);

  await expect(client.crm.contacts.basicApi.archive(keep)).resolves.toBeUndefined();
  await expect(client.crm.contacts.basicApi.archive('1')).resolves.toBeUndefined();
});

test('creates a new contact for the address of an archived one', async () => {
  const { client, keep } = await withTwo();
  const create = () =>
    client.crm.contacts.basicApi.create({ properties: { email: 'ada@example.com' }, associations: [] });
  await client.crm.contacts.basicApi.archive(keep);

  const created = await create();

  expect(created.id).toMatch(/^\d+$/);
  expect(created.id).not.toBe(keep);
});

test('blocks the address of a contact that was permanently deleted', async () => {
  const { client, sandbox, keep } = await withTwo();

  const deleted = await fetch(`${sandbox.url}/crm/v3/objects/contacts/gdpr-delete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ objectId: 'ada@example.com', idProperty: 'email' }),
  });
  const create = () =>
    client.crm.contacts.basicApi.create({ properties: { email: 'ada@example.com' }, associations: [] });
  const blocked = await refusalOf(create());

  expect(deleted.status).toBe(204);
  expect(
    (await refusalOf(client.crm.contacts.basicApi.getById(keep, undefined, undefined, undefined, true))).code,
  ).toBe(404);
  expect(blocked).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
});

test('lists by id, page by page, archived contacts apart, and a restored one in its old place', async () => {
  const { sandbox } = await startPortal();
  sandbox.seed({ contacts: ['907', '905', '901', '903'].map((id) => ({ id, properties: { firstname: `n${id}` } })) });
  const pages = async (query: string) => {
    const pages: string[][] = [];
    for (let after: string | undefined = ''; after !== undefined; ) {
      const cursor: string = after === '' ? '' : `&after=${after}`;
      const answer = await raw(sandbox, `/crm/v3/objects/contacts?limit=2${query}${cursor}`);
      const { results, paging } = (await answer.json()) as {
        results: { id: string }[];
        paging?: { next: { after: string } };
      };
      pages.push(results.map(({ id }) => id));
      after = paging?.next.after;
    }
    return pages;
  };

  const all = await pages('');
  sandbox.archive('contacts', '903');
  const rest = [await pages(''), await pages('&archived=true')];
  sandbox.restore('contacts', '903');

  expect(all).toEqual([
    ['901', '903'],
    ['905', '907'],
  ]);
  expect(rest).toEqual([[['901', '905'], ['907']], [['903']]]);
  expect([await pages(''), await pages('&archived=true')]).toEqual([all, [[]]]);
  expect(() => sandbox.restore('contacts', '903')).toThrow(RangeError);
});

test('gives the survivor of a merge the time of the merge, and leaves it at an update that changes nothing', async () => {
  let now = Date.parse('2026-05-01T12:00:00Z');
  const { sandbox, client, keep, lose } = await withTwo({ now: () => now });
  const modified = () => sandbox.records('contacts')[0]?.updatedAt;

  const before = modified();
  now += 1000;
  sandbox.merge('contacts', keep, lose);
  const merged = modified();
  now += 1000;
  await client.crm.contacts.basicApi.update(keep, { properties: { city: 'Graz' } });

  expect([before, merged, modified()]).toEqual([
    '2026-05-01T12:00:00.000Z',
    '2026-05-01T12:00:01.000Z',
    '2026-05-01T12:00:01.000Z',
  ]);
});

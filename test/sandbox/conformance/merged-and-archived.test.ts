import { expect, test } from 'vitest';
import { post, refusalOf, startPortal, type TestPortal, toRead } from './portal.ts';

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

test('answers a merged-away id with the survivor, in single and batch reads', async () => {
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

test('answers 204 to a repeated archive and to an unknown id', async () => {
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

  expect(created.id).not.toBe(keep);
});

test('blocks the address of a contact that was deleted for good', async () => {
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

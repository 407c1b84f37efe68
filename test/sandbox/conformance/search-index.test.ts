import { expect, test } from 'vitest';
import { post, startPortal, type TestPortal } from './portal.ts';

async function findAda({ client }: TestPortal): Promise<string[]> {
  const filters = [{ propertyName: 'email', operator: 'EQ', value: 'ada@example.com' }];
  const found = await client.crm.contacts.searchApi.doSearch({
    filterGroups: [{ filters }],
    properties: ['city'],
  } as never);
  return found.results.map(({ properties }) => String(properties.city));
}

const clock = { now: () => Date.parse('2026-05-01T12:00:00Z') };

test('shows a new contact only after the lag, while batch reads see it at once', async () => {
  const portal = await startPortal({ ...clock, indexLagMs: 1000 });
  const { id } = await portal.client.crm.contacts.basicApi.create({
    properties: { email: 'ada@example.com' },
    associations: [],
  });

  const early = await findAda(portal);
  const store = await portal.client.crm.contacts.basicApi.getById(id);
  portal.sandbox.advance(999);
  const almost = await findAda(portal);
  portal.sandbox.advance(1);

  expect([early, almost]).toEqual([[], []]);
  expect(store.id).toBe(id);
  expect(await findAda(portal)).toEqual(['null']);
});

test('finds a record by its old values until an update is indexed, and shows the new ones', async () => {
  const portal = await startPortal({ ...clock, indexLagMs: 1000 });
  const { contacts } = portal.sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com', city: 'Graz' } }] });

  await portal.client.crm.contacts.basicApi.update(contacts[0] ?? '', { properties: { city: 'Linz' } });
  const find = async (city: string) =>
    (
      await post(portal.sandbox, '/crm/v3/objects/contacts/search', {
        filterGroups: [{ filters: [{ propertyName: 'city', operator: 'EQ', value: city }] }],
        properties: ['city'],
      })
    ).body.results as unknown as { properties: { city: string } }[];
  const cities = async (city: string) => (await find(city)).map(({ properties }) => properties.city);
  const before = [await cities('Graz'), await cities('Linz')];
  portal.sandbox.advance(1000);

  expect(before).toEqual([['Linz'], []]);
  expect([await cities('Graz'), await cities('Linz')]).toEqual([[], ['Linz']]);
});

test('hides a new contact again for a moment', async () => {
  const portal = await startPortal({ ...clock, indexLagMs: 1000, indexFlicker: { afterMs: 500, forMs: 2000 } });
  await portal.client.crm.contacts.basicApi.create({
    properties: { email: 'ada@example.com', city: 'Graz' },
    associations: [],
  });

  const seen: number[] = [];
  for (const step of [1000, 499, 1, 1999, 1]) {
    portal.sandbox.advance(step);
    seen.push((await findAda(portal)).length);
  }

  expect(seen).toEqual([1, 1, 0, 0, 1]);
});

test('lags one second by default', async () => {
  const portal = await startPortal({ ...clock, indexLagMs: undefined as never });
  await portal.client.crm.contacts.basicApi.create({ properties: { email: 'ada@example.com' }, associations: [] });

  const before = await findAda(portal);
  portal.sandbox.advance(1000);

  expect([before.length, (await findAda(portal)).length]).toEqual([0, 1]);
});

test('counts an archived contact in the total but no longer lists it, until the lag has passed', async () => {
  const portal = await startPortal({ ...clock, indexLagMs: 1000 });
  const { contacts } = portal.sandbox.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] });
  const search = async () =>
    (
      await post(portal.sandbox, '/crm/v3/objects/contacts/search', {
        filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'ada@example.com' }] }],
      })
    ).body;

  await portal.client.crm.contacts.basicApi.archive(contacts[0] ?? '');
  const before = await search();
  portal.sandbox.advance(1000);

  expect(before).toEqual({ total: 1, results: [] });
  expect(await search()).toEqual({ total: 0, results: [] });
});

test('draws the lag of each write, and never shows an older state after a newer one', async () => {
  const lags = [5000, 1000, 3000];
  const portal = await startPortal({ ...clock, indexLagMs: () => lags.shift() ?? 0 });
  const { id } = await portal.client.crm.contacts.basicApi.create({
    properties: { email: 'ada@example.com', city: 'Graz' },
    associations: [],
  });
  await portal.client.crm.contacts.basicApi.update(id, { properties: { city: 'Linz' } });
  await portal.client.crm.contacts.basicApi.create({ properties: { email: 'bob@example.com' }, associations: [] });
  const total = async (propertyName: string, value: string) =>
    (
      await post(portal.sandbox, '/crm/v3/objects/contacts/search', {
        filterGroups: [{ filters: [{ propertyName, operator: 'EQ', value }] }],
      })
    ).body.total;

  const seen: unknown[] = [];
  for (const step of [999, 1, 2000, 2000]) {
    portal.sandbox.advance(step);
    seen.push([await total('city', 'Graz'), await total('city', 'Linz'), await total('email', 'bob@example.com')]);
  }

  expect(seen).toEqual([
    [0, 0, 0],
    [0, 1, 0],
    [0, 1, 1],
    [0, 1, 1],
  ]);
});

test('finds by the time of the last change, whatever the writes between', async () => {
  let now = Date.parse('2026-05-01T12:00:00Z');
  const portal = await startPortal({ now: () => now, indexLagMs: 0 });
  const { contacts } = portal.sandbox.seed({
    contacts: [
      { properties: { firstname: 'Old' }, createdAt: '2026-01-01T00:00:00Z' },
      { properties: { firstname: 'Changed' }, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-04-30T00:00:00Z' },
      { properties: { firstname: 'Archived' } },
    ],
  });
  const [old = '', changed = '', archived = ''] = contacts;
  const since = async (moment: string) =>
    (
      (
        await post(portal.sandbox, '/crm/v3/objects/contacts/search', {
          filterGroups: [
            { filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(Date.parse(moment)) }] },
          ],
          sorts: ['hs_object_id'],
        })
      ).body.results as unknown as { id: string }[]
    ).map(({ id }) => id);

  const before = [await since('2026-01-01T00:00:00Z'), await since('2026-04-01T00:00:00Z')];
  now += 3_600_000;
  await portal.client.crm.contacts.basicApi.update(old, { properties: { city: 'Graz' } });
  await portal.client.crm.contacts.basicApi.update(old, { properties: { city: 'Linz' } });
  portal.sandbox.archive('contacts', archived);
  const after = await since('2026-05-01T12:30:00Z');
  portal.sandbox.restore('contacts', archived);

  expect(before).toEqual([
    [old, changed, archived],
    [changed, archived],
  ]);
  expect(after).toEqual([old]);
  expect([await since('2026-05-01T12:30:00Z'), await since('2026-05-01T12:00:00Z')]).toEqual([[old], [old, archived]]);
});

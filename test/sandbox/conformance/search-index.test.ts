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

test('shows a new contact after the lag only, while batch reads see it at once', async () => {
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

test('counts an archived contact in the total but lists it no more, until the lag has passed', async () => {
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

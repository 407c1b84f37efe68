import { expect, test } from 'vitest';
import { refusalOf, startPortal } from './portal.ts';

const owners = [
  {
    id: '11',
    type: 'PERSON',
    email: 'nora@example.com',
    firstName: 'Nora',
    lastName: 'L',
    userId: 110,
    teams: [{ id: '1', name: 'Sales', primary: true }],
  },
  { id: '12', type: 'QUEUE', firstName: 'Inbound' },
  { id: '13', type: 'PERSON', email: 'gone@example.com', userId: 130, archived: true },
  { id: '14', type: 'PERSON', email: 'tomas@example.com', userId: 140 },
] as const;

test('lists active owners by pages, persons and queues', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.seed({ owners });

  const first = await client.crm.owners.ownersApi.getPage(undefined, undefined, 2);
  const second = await client.crm.owners.ownersApi.getPage(undefined, first.paging?.next?.after, 2);

  expect(first.results).toMatchObject([
    { id: '11', type: 'PERSON', userId: 110, teams: [{ name: 'Sales' }] },
    { id: '12', type: 'QUEUE' },
  ]);
  expect(second.results.map(({ id }) => id)).toEqual(['14']);
  expect(second.paging).toBeUndefined();
});

test('lists deactivated owners only when asked, without their user id', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.seed({ owners });

  const { results } = await client.crm.owners.ownersApi.getPage(undefined, undefined, undefined, true);

  expect(results).toMatchObject([{ id: '13', archived: true, userIdIncludingInactive: 130 }]);
  expect(results[0]?.userId).toBeUndefined();
});

test('finds an owner by email, id and user id', async () => {
  const { client, sandbox } = await startPortal();
  sandbox.seed({ owners });

  expect((await client.crm.owners.ownersApi.getPage('TOMAS@example.com')).results.map(({ id }) => id)).toEqual(['14']);
  expect((await client.crm.owners.ownersApi.getById(11)).email).toBe('nora@example.com');
  expect((await client.crm.owners.ownersApi.getById(140, 'userId')).id).toBe('14');
  expect((await refusalOf(client.crm.owners.ownersApi.getById(99))).code).toBe(404);
});

test('accepts at most 500 owners on a page', async () => {
  const { client } = await startPortal();
  const page = (limit: number) => client.crm.owners.ownersApi.getPage(undefined, undefined, limit);

  expect((await page(500)).results).toEqual([]);
  expect((await refusalOf(page(501))).code).toBe(400);
});

test('describes the account, with the offset of its zone at this moment', async () => {
  const { client, sandbox } = await startPortal({
    now: () => Date.parse('2026-01-15T12:00:00Z'),
    account: { portalId: 42, timeZone: 'US/Eastern' },
  });
  const details = async () => (await client.apiRequest({ path: '/account-info/v3/details' })).json();

  const winter = await details();
  sandbox.advance(180 * 86_400_000);
  const summer = await details();

  expect(winter).toMatchObject({
    portalId: 42,
    timeZone: 'US/Eastern',
    utcOffset: '-05:00',
    utcOffsetMilliseconds: -18_000_000,
    uiDomain: 'app.hubspot.com',
  });
  expect(summer).toMatchObject({ utcOffset: '-04:00' });
});

test('reports the daily usage', async () => {
  const { client } = await startPortal({
    limits: { daily: 1000 },
    now: () => Date.parse('2026-01-15T12:00:00Z'),
    account: { timeZone: 'UTC' },
  });

  const usage = await client.apiRequest({ path: '/account-info/v3/api-usage/daily/private-apps' });

  expect(await usage.json()).toMatchObject({
    results: [{ usageLimit: 1000, currentUsage: 1, resetsAt: '2026-01-16T00:00:00Z' }],
  });
});

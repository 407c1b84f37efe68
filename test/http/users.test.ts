import { expect, test } from 'vitest';
import { createOwnerDirectory } from '../../src/bridge/timeline/owner-directory.ts';
import type { Owner } from '../../src/crm/crm.ts';
import { CrmRejectedError, CrmUnavailableError, NotSupportedError } from '../../src/errors.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn } from '../support/start-bridge.ts';

const olga = { id: '61', name: 'Olga Owner', email: 'olga@example.com' };

test('lists active users, without queues and former users', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('GET', '/users');

  expect(answer.status).toBe(200);
  expect(answer.body).toEqual([olga, { id: '62', name: 'Otto Owner', email: 'otto@example.com' }]);
});

test('asks the CRM once in five minutes, however many requests arrive at once', async () => {
  const crm = fakeCrm();
  crm.owners.push(olga);
  let nowMs = 0;
  const app = await startApp(crm, { deps: { owners: createOwnerDirectory({ crm, now: () => nowMs }) } });

  const answers = await Promise.all([1, 2, 3].map(() => app.send('GET', '/users')));
  nowMs += 4 * 60_000;
  await app.send('GET', '/users');
  const early = crm.calls.length;
  nowMs += 2 * 60_000;
  await app.send('GET', '/users');

  expect(answers.map(({ body }) => body)).toEqual([[olga], [olga], [olga]]);
  expect([early, crm.calls.length]).toEqual([1, 2]);
});

test('answers 501 without the scope, which turns off owner selection in Enginy', async () => {
  const { crm } = await startSeededCrm({ scopes: { without: ['crm.objects.owners.read'] } });
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('GET', '/users');

  expect(answer.status).toBe(501);
  expect(answer.body.message).toContain('crm.objects.owners.read');
});

test('answers 503 when the CRM is down, without caching that', async () => {
  const crm = fakeCrm();
  crm.owners.push(olga);
  crm.failNext('listOwners', new CrmUnavailableError('HubSpot cannot be reached'));
  const app = await startApp(crm);

  const first = await app.send('GET', '/users');
  const second = await app.send('GET', '/users');

  expect([first.status, second.status]).toEqual([503, 200]);
});

test.each([
  ['cannot be reached', new CrmUnavailableError('HubSpot cannot be reached')],
  ['refuses the token', new CrmRejectedError('HubSpot refused the access token', { status: 401 })],
])('returns the last list while the CRM %s', async (_how, failure) => {
  const crm = fakeCrm();
  crm.owners.push(olga);
  let nowMs = 0;
  const app = await startApp(crm, { deps: { owners: createOwnerDirectory({ crm, now: () => nowMs }) } });
  await app.send('GET', '/users');
  nowMs += 6 * 60_000;
  crm.failAlways('listOwners', failure);

  const answer = await app.send('GET', '/users');

  expect([answer.status, answer.body]).toEqual([200, [olga]]);
});

test('returns the list of an earlier process when the CRM is down at the first question, and keeps the next one', async () => {
  const crm = fakeCrm();
  crm.owners.push(olga, { id: '62', name: 'Otto Owner' });
  crm.failNext('listOwners', new CrmUnavailableError('HubSpot cannot be reached'));
  const kept: (readonly Owner[])[] = [];
  const store = { read: () => [olga], write: (owners: readonly Owner[]) => void kept.push(owners) };
  const app = await startApp(crm, { deps: { owners: createOwnerDirectory({ crm, store }) } });

  const first = await app.send('GET', '/users');
  const second = await app.send('GET', '/users');

  expect([first.status, first.body]).toEqual([200, [olga]]);
  expect(second.body).toHaveLength(2);
  expect(kept).toEqual([crm.owners]);
});

test('returns the last list when the CRM is silent', async () => {
  const crm = fakeCrm();
  const owners = createOwnerDirectory({
    crm: { listOwners: () => new Promise(() => {}) },
    store: { read: () => [olga], write: () => {} },
    patienceMs: 0,
  });
  const app = await startApp(crm, { deps: { owners } });

  const answer = await app.send('GET', '/users');

  expect([answer.status, answer.body]).toEqual([200, [olga]]);
});

test('finds an owner who joined after the list was read', async () => {
  const crm = fakeCrm();
  let nowMs = 0;
  const app = await startApp(crm, { deps: { owners: createOwnerDirectory({ crm, now: () => nowMs }) } });
  await app.send('GET', '/users');
  crm.owners.push(olga);
  nowMs += 60_000;

  const answer = await app.send('POST', '/tasks', { subject: 'Call', ownerId: '61' });

  expect(answer.body).toMatchObject({ ownerId: '61' });
  expect(answer.body).not.toHaveProperty('warnings');
});

test('sends an owner unchanged when owners cannot be listed', async () => {
  const crm = fakeCrm();
  crm.failAlways('listOwners', new NotSupportedError('no scope'));
  const app = await startApp(crm);

  const answer = await app.send('POST', '/tasks', { subject: 'Call', ownerId: '61' });

  expect(answer.body).toMatchObject({ ownerId: '61' });
  expect([...(crm.records.get('tasks')?.values() ?? [])][0]?.properties.hubspot_owner_id).toBe('61');
});

test('lists the users within a minute after the scope was granted', async () => {
  const crm = fakeCrm();
  let nowMs = 0;
  crm.owners.push(olga);
  crm.failNext('listOwners', new NotSupportedError('no scope'));
  const app = await startApp(crm, { deps: { owners: createOwnerDirectory({ crm, now: () => nowMs }) } });

  const statuses: number[] = [];
  for (; nowMs < 60_000; nowMs += 30_000) statuses.push((await app.send('GET', '/users')).status);
  statuses.push((await app.send('GET', '/users')).status);

  expect(statuses).toEqual([501, 501, 200]);
});

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createOwnerDirectory } from '../../src/bridge/timeline/owner-directory.ts';
import type { Owner } from '../../src/crm/crm.ts';
import { createOwnerFile } from '../../src/data-dir/owner-file.ts';
import { CrmRejectedError, CrmUnavailableError, DeadlineError, NotSupportedError } from '../../src/errors.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { logSink } from '../support/log-sink.ts';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn } from '../support/start-bridge.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

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

test('returns 501 without the scope, which turns off owner selection in Enginy', async () => {
  const { crm } = await startSeededCrm({ scopes: { without: ['crm.objects.owners.read'] } });
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('GET', '/users');

  expect(answer.status).toBe(501);
  expect(answer.body.message).toContain('crm.objects.owners.read');
});

test('asks again while the CRM is down and there is no list', async () => {
  const crm = fakeCrm();
  crm.owners.push(olga);
  for (let n = 0; n < 5; n += 1) crm.failNext('listOwners', new CrmUnavailableError('HubSpot cannot be reached'));
  const waits: number[] = [];
  const owners = createOwnerDirectory({ crm, sleep: async (ms) => waits.push(ms) });
  const app = await startApp(crm, { deps: { owners } });

  const answer = await app.send('GET', '/users');

  expect([answer.status, answer.body]).toEqual([200, [olga]]);
  expect(waits).toHaveLength(5);
});

test.each([
  ['the request may take a minute', 60_000, 14_000, 20_000],
  ['the request may take ten seconds', 10_000, 3_000, 10_000],
])('returns 503 within twenty seconds when the CRM stays down and there is no list: %s', async (_what, ...figures) => {
  const [requestTimeoutMs, atLeastMs, atMostMs] = figures;
  const crm = fakeCrm();
  crm.owners.push(olga);
  crm.failAlways('listOwners', new CrmUnavailableError('HubSpot cannot be reached'));
  let nowMs = 0;
  const now = () => nowMs;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  const app = await startApp(crm, {
    deps: { owners: createOwnerDirectory({ crm, sleep, now }), now },
    settings: { requestTimeoutMs },
  });

  const first = await app.send('GET', '/users');
  crm.failAlways('listOwners', undefined);
  const second = await app.send('GET', '/users');

  expect([first.status, second.status]).toEqual([503, 200]);
  expect(nowMs).toBeGreaterThanOrEqual(atLeastMs);
  expect(nowMs).toBeLessThanOrEqual(atMostMs);
});

test('returns 503 when the CRM is silent and there is no list, and uses what arrives later', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly Owner[]>();
  let reads = 0;
  const listOwners = async () => {
    reads += 1;
    return await promise;
  };
  const app = await startApp(fakeCrm(), {
    deps: { owners: createOwnerDirectory({ crm: { listOwners }, giveUpMs: 0 }) },
  });

  const first = await app.send('GET', '/users');
  resolve([olga]);
  const second = await app.send('GET', '/users');

  expect([first.status, first.body.message]).toEqual([503, 'Try again later: The CRM did not list its users in time']);
  expect([second.status, second.body, reads]).toEqual([200, [olga], 1]);
});

test.each([
  ['cannot be reached', new CrmUnavailableError('HubSpot cannot be reached')],
  ['refuses the token', new CrmRejectedError('HubSpot refused the access token', { status: 401 })],
  ['refuses the call', new CrmRejectedError('HubSpot rejected the call with status 400', { status: 400 })],
  [
    'is limited',
    new CrmUnavailableError('The rate limit is reached', { detail: { status: 429 }, retryAfterSeconds: 60 }),
  ],
  ['is late', new DeadlineError('The request timed out')],
  ['answers with what the bridge cannot read', new TypeError('owners is not iterable')],
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

test('keeps the users in a file across a restart, and serves them while the CRM is unavailable', async () => {
  const folder = join(temporaryFolder(), 'data');
  const { crm } = await startSeededCrm();
  const environment = { JOURNAL: 'on', DATA_DIR: folder };
  const first = await startBridgeOn(crm, environment);
  const before = await first.send('GET', '/users');
  await first.close(1_000);
  const file = join(folder, 'owners.json');
  crm.faults.add({ match: { path: '/owners' }, times: 0, action: { kind: 'status', status: 401 } });
  const second = await startBridgeOn(crm, environment);

  const after = await second.send('GET', '/users');

  expect(before.body).toHaveLength(2);
  expect([after.status, after.body]).toEqual([200, before.body]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(crm.token);
  expect(readdirSync(folder).filter((name) => name.startsWith('owners'))).toEqual(['owners.json']);
});

test('a saved list is used only for its own account, and a damaged one not at all', () => {
  const folder = temporaryFolder();
  const { log, entries } = logSink();
  const warn = (sentence: string, facts: object) => log.warn(facts, sentence);
  const account = ['https://api.hubapi.com', 'token'];
  createOwnerFile(folder, account, warn).write([olga]);
  const file = join(folder, 'owners.json');
  const whole = readFileSync(file, 'utf8');
  const read = (text: string) => {
    writeFileSync(file, text);
    return createOwnerFile(folder, account, warn).read();
  };

  expect(createOwnerFile(folder, account, warn).read()).toEqual([olga]);
  expect(createOwnerFile(folder, ['https://api.hubapi.com', 'other'], warn).read()).toBeUndefined();
  expect(entries).toEqual([]);
  const damaged = [
    '',
    '{',
    'null',
    '[]',
    whole.slice(0, -9),
    whole.replace('"61"', '61'),
    whole.replace('Olga Owner', ''),
  ];
  expect(damaged.map(read)).toEqual(damaged.map(() => undefined));
  expect(entries).toHaveLength(damaged.length);
  expect(JSON.stringify(entries)).not.toMatch(/olga/i);
});

test('a folder that cannot be written fails no request', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'data'), 'a file');
  const { log, entries } = logSink();
  const warn = (sentence: string, facts: object) => log.warn(facts, sentence);
  const crm = fakeCrm();
  crm.owners.push(olga);
  const store = createOwnerFile(join(folder, 'data'), ['a'], warn);
  const app = await startApp(crm, { deps: { owners: createOwnerDirectory({ crm, store }) } });

  const answer = await app.send('GET', '/users');

  expect([answer.status, answer.body]).toEqual([200, [olga]]);
  expect(entries.map(({ msg }) => msg)).toEqual([
    'the saved list of users is not used',
    'the list of users could not be saved',
  ]);
});

test('a task keeps its owner while the users cannot be read', async () => {
  const crm = fakeCrm();
  crm.owners.push(olga);
  let nowMs = 0;
  const app = await startApp(crm, { deps: { owners: createOwnerDirectory({ crm, now: () => nowMs }) } });
  await app.send('GET', '/users');
  nowMs += 6 * 60_000;
  crm.failAlways('listOwners', new CrmUnavailableError('HubSpot cannot be reached'));

  const answer = await app.send('POST', '/tasks', { subject: 'Call', ownerId: '61' });

  expect([answer.status, answer.body.ownerId]).toEqual([201, '61']);
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

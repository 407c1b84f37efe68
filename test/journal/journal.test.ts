import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { readJournal, startJournaling, story } from './journaling.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('keeps the history of a record under each of its names', async () => {
  const { crm, send, stopAndRead } = await startJournaling();
  const person = { externalId: 'lead-7', email: 'Grace@Example.com', title: 'Admiral' };
  await send('POST', '/contacts/sync', { contacts: [person] });
  const created = await send('POST', '/contacts', { contacts: [person] });
  const { crmId } = created.body.results[0];
  await send('POST', '/contacts/sync', { contacts: [person] });
  await send('PUT', '/contacts', { contacts: [{ crmId, title: 'Rear Admiral', phone: '' }] });
  await send('POST', '/tasks', { subject: 'Call', contactId: crmId, dueDate: '2026-12-01' });
  await send('POST', '/activities', { type: 'EMAIL', direction: 'OUTBOUND', subject: 'Hi', contactId: crmId });
  const [company = ''] = crm.seed({ companies: [{ properties: { name: 'Acme' } }] }).companies;
  await send('POST', '/associations', { associations: [{ contactCRMId: crmId, companyCRMId: company }] });

  const journal = await stopAndRead();

  const expected = [
    'POST /contacts/sync 200 not-found',
    'POST /contacts 201 created',
    'POST /contacts/sync 200 matched',
    'PUT /contacts 200 updated',
    'POST /tasks 201 created',
    'POST /activities 201 created',
    'POST /associations 200 linked',
  ];
  for (const name of ['lead-7', crmId, 'grace@example.com', ' GRACE@example.com']) {
    expect(story(await journal.lifeOf(name, 100)), name).toEqual(expected);
  }
  expect(await journal.lifeOf('lead-77', 100)).toEqual([]);
  const [, create, match, update] = await journal.lifeOf('lead-7', 100);
  expect(create?.written).toEqual(expect.arrayContaining(['email', 'jobtitle', 'enginy_external_id']));
  expect(match?.rule).toBe('email');
  expect(update).toMatchObject({
    written: ['jobtitle'],
    heldBack: [{ field: 'phone', property: 'phone', reason: 'empty' }],
  });
  expect(update?.request.mapping).toMatch(/^[0-9a-f]+$/);
});

test('finds a record by its phone number and profile, in any usual spelling and without storing them', async () => {
  const { folder, send, stopAndRead } = await startJournaling();
  const person = {
    externalId: 'lead-7',
    mobilePhone: '+49 170 5550142',
    linkedinUrl: 'https://www.linkedin.com/in/Zq-Hopper/',
  };
  await send('POST', '/contacts/sync', {
    contacts: [person, { externalId: 'lead-8', customFields: { Telephone: '+49 30 5550199' } }],
  });

  const journal = await stopAndRead();

  const found = async (name: string) => (await journal.lifeOf(name, 10)).map(({ externalId }) => externalId);
  for (const name of [
    '0170 5550142',
    '+49 (170) 555-0142',
    'linkedin.com/in/zq-hopper',
    'http://de.linkedin.com/in/ZQ-Hopper?x=1',
  ]) {
    expect(await found(name), name).toEqual(['lead-7']);
  }
  expect(await found('030/5550199')).toEqual(['lead-8']);
  expect(await found('0170 5550143')).toEqual([]);
  const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1').toLowerCase());
  for (const value of ['5550142', '705550142', 'zq-hopper']) expect(bytes.join('')).not.toContain(value);
});

test.each<[string, Record<string, string>]>([
  ['without a key', { 'x-api-key': '' }],
  ['with a wrong key', { 'x-api-key': 'wrong-key-0123456789' }],
])('a request %s leaves no entry', async (_name, headers) => {
  const { send, stopAndRead } = await startJournaling();
  const contacts = [{ externalId: 'lead-7', email: 'ada@example.com' }];
  const answers = [
    await send('POST', '/contacts/sync', { contacts }, headers),
    await send('GET', '/users', undefined, headers),
    await send('GET', '/no-such-route', undefined, headers),
  ];
  await send('POST', '/contacts/sync', { contacts });

  const journal = await stopAndRead();

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  const requests = await journal.requests({ limit: 10 });
  expect(requests.map(({ endpoint, status }) => `${endpoint} ${status}`)).toEqual(['POST /contacts/sync 200']);
});

test('holds names and ids, never a value', async () => {
  const canaries = ['zq-canary', 'Zqfamily', '+15005550006', 'zqdomain'];
  const record = {
    externalId: 'lead-1',
    email: 'zq-canary@zqdomain.com',
    firstName: 'zq-canary',
    lastName: 'Zqfamily',
    phone: '+15005550006',
    ownerId: 'zq-canary',
    title: 'zq-canary',
    website: 'https://zqdomain.com',
    customFields: { favourite: 'zq-canary', lifecyclestage: 'zq-canary' },
  };
  const { folder, send, stopAndRead } = await startJournaling();
  await send('POST', '/contacts/sync', { contacts: [record] });
  const { body } = await send('POST', '/contacts', { contacts: [record, { ...record, externalId: 'lead-2' }] });
  const { crmId } = body.results[0];
  await send('PUT', '/contacts', { contacts: [{ ...record, crmId, email: 'no zq-canary' }] });
  await send('POST', '/contacts/sync', { contacts: [{ externalId: 'x', email: { zq: 'zq-canary' } }] });
  await send('POST', '/tasks', {
    subject: 'zq-canary',
    description: 'zq-canary',
    type: 'zq-canary',
    contactId: crmId,
    ownerId: '99',
    dueDate: 'zq-canary',
  });
  await send('POST', '/activities', { type: 'zq-canary', body: 'zq-canary', contactId: crmId });
  await send('POST', '/activities', {
    type: 'EMAIL',
    body: 'zq-canary',
    contactId: crmId,
    metadata: { messageId: 'zq-canary' },
  });
  await send('POST', '/contacts', { contacts: 'zq-canary' });
  await send('GET', '/zq-canary');

  const journal = await stopAndRead();

  expect(await journal.lifeOf('zq-canary@zqdomain.com', 100)).not.toEqual([]);
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name), 'latin1').toLowerCase();
    for (const canary of canaries) expect(content, `${name} holds ${canary}`).not.toContain(canary.toLowerCase());
  }
});

test('is readable only by its owner and invisible to Git', async () => {
  const folder = join(temporaryFolder(), 'data');
  const { send, stopAndRead } = await startJournaling({}, folder);
  await send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  await stopAndRead();

  const mode = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);
  expect([mode('.'), mode('journal.sqlite'), mode('journal.key')]).toEqual(['700', '600', '600']);
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
});

test('renames a damaged file, logs it, and continues in a new one', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'journal.sqlite'), 'no database at all, but long enough to be looked at. '.repeat(100));
  const { bridge, send, stopAndRead } = await startJournaling({}, folder);
  await send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });

  const journal = await stopAndRead();

  expect(await journal.lifeOf('a', 10)).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
  expect(bridge.log.text()).toContain('the journal was damaged');
});

test('keeps serving if its folder cannot be written, and logs that once', async () => {
  const parent = temporaryFolder();
  writeFileSync(join(parent, 'file'), '');
  const { bridge, send } = await startJournaling({ DATA_DIR: join(parent, 'file') });

  for (const id of ['a', 'b']) {
    const answer = await send('POST', '/contacts/sync', { contacts: [{ externalId: id, email: `${id}@example.com` }] });
    expect(answer.status).toBe(200);
  }
  await bridge.close(30_000);

  expect(bridge.log.entries.filter(({ msg }) => msg.startsWith('could not write the journal'))).toHaveLength(1);
});

test('does not change a file of a later version', async () => {
  const folder = temporaryFolder();
  const later = new DatabaseSync(join(folder, 'journal.sqlite'));
  later.exec('PRAGMA user_version = 99; CREATE TABLE requests (id INTEGER PRIMARY KEY)');
  later.close();
  const { bridge, send } = await startJournaling({}, folder);
  await send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  await bridge.close(30_000);

  expect(bridge.log.text()).toContain('was written by a later version');
  expect(readdirSync(folder).filter((name) => name.includes('.damaged-'))).toEqual([]);
});

test('keeps a request of many records whole, and counts every one', async () => {
  const { send, stopAndRead } = await startJournaling();
  const contacts = Array.from({ length: 2_500 }, (_unused, n) => ({
    externalId: `lead-${n}`,
    email: `p${n}@example.com`,
  }));
  await send('POST', '/contacts/sync', { contacts });

  const journal = await stopAndRead();

  const [request] = await journal.requests({ limit: 10 });
  expect(request?.outcomes).toEqual({ 'not-found': 2_500 });
  if (request === undefined) throw new Error('the journal has no request');
  expect(await journal.recordsOf(request, 10_000)).toHaveLength(2_500);
  expect(story(await journal.lifeOf('lead-2499', 10))).toEqual(['POST /contacts/sync 200 not-found']);
});

test('lists requests by time, status, endpoint, outcome, reason and the beginning of their id', async () => {
  const { send, stopAndRead } = await startJournaling();
  const before = Date.now();
  const { body } = await send('POST', '/contacts', {
    contacts: [{ externalId: 'a', email: 'a@example.com', ownerId: '1' }],
  });
  await send(
    'PUT',
    '/contacts',
    { contacts: [{ crmId: body.results[0].crmId, ownerId: '2' }] },
    { 'x-request-id': 'our-id-1' },
  );
  await send('PUT', '/contacts', { contacts: [{ title: 'x' }] });

  const journal = await stopAndRead();

  const find = async (filter: object) =>
    (await journal.requests({ limit: 10, ...filter })).map(({ endpoint, status }) => `${endpoint} ${status}`);
  expect(await find({})).toEqual(['POST /contacts 201', 'PUT /contacts 200', 'PUT /contacts 400']);
  expect(await find({ since: before, until: Date.now() + 1 })).toHaveLength(3);
  expect(await find({ until: before })).toEqual([]);
  expect(await find({ status: [400, 499] })).toEqual(['PUT /contacts 400']);
  expect(await find({ endpoint: 'put' })).toHaveLength(2);
  expect(await find({ outcome: 'created' })).toEqual(['POST /contacts 201']);
  expect(await find({ reason: 'never' })).toEqual(['PUT /contacts 200']);
  expect(await find({ requestId: 'our' })).toEqual(['PUT /contacts 200']);
  expect(await find({ limit: 1 })).toEqual(['PUT /contacts 400']);
});

test('opens its file before the first request, which must not wait for it', async () => {
  const { folder } = await startJournaling();

  await vi.waitFor(() => expect(readdirSync(folder)).toContain('journal.sqlite'), { timeout: 20_000 });
});

test('writes nothing when it is off', async () => {
  const folder = join(temporaryFolder(), 'data');
  const { bridge, send } = await startJournaling({ JOURNAL: 'off' }, folder);
  await send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  await bridge.close(1_000);

  expect(() => statSync(folder)).toThrow('ENOENT');
});

test('continues in the same file after a restart', async () => {
  const first = await startJournaling();
  await first.send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  await first.bridge.close(30_000);
  const second = await startJournaling({}, first.folder);
  await second.send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'A@example.com' }] });
  await second.bridge.close(30_000);

  expect(await readJournal(first.folder).lifeOf('a@example.com', 10)).toHaveLength(2);
});

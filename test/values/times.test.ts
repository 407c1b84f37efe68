import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeDate, normalizeDatetime, normalizeYear } from '../../src/mapping/values/date-text.ts';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const nine = '2026-03-01T09:00:00.000Z';

/** What a task sent with this due date is due at in the CRM; the account is in Europe/Berlin. */
const dueDates: Readonly<Record<string, string>> = {
  '2026-03-01T09:00:00Z': nine,
  '2026-03-01T09:00:00.000Z': nine,
  '2026-03-01T10:00:00+01:00': nine,
  '2026-03-01T10:00:00+0100': nine,
  '2026-03-01T10:00:00+01': nine,
  '2026-03-01 10:00:00+01': nine,
  '2026-03-01 10:00:00 +01:00': nine,
  '2026-03-01 09:00:00.0000000 +00:00': nine,
  '2026-03-01T09:00:00.123456789Z': '2026-03-01T09:00:00.123Z',
  '2026-03-01T09:00:00,5Z': '2026-03-01T09:00:00.500Z',
  '2026-03-01 09:00:00 UTC': nine,
  '2026-03-01 09:00': nine,
  '2026-03-01T09Z': nine,
  '20260301T090000Z': nine,
  '20260301T1000+01': nine,
  '20260301090000': nine,
  '2026-060T09:00Z': nine,
  '2026-W09-7T09:00Z': nine,
  '2026-03-01T10:00+01:00[Europe/Berlin]': nine,
  '2026-03-01T10:00:00−01:00': '2026-03-01T11:00:00.000Z',
  '2026-03-01t09:00:00z': nine,
  '2026-02-28T24:00:00Z': '2026-03-01T00:00:00.000Z',
  'Sun, 1 Mar 2026 10:00:00 +0100': nine,
  '2026-03-01 10:00:00 +0100 CET': nine,
  '2026-03-01 09:00:00.123456 +0000 UTC': '2026-03-01T09:00:00.123Z',
  '2026-03-01T08:59:60Z': nine,
  'Sun, 01 Mar 2026 09:00:00 GMT': nine,
  '1 Mar 2026 04:00 EST': nine,
  'Sun, 01 Mar 2026 10:00:00 +0100 (CET)': nine,
  'Sun Mar 01 2026 10:00:00 GMT+0100 (Central European Standard Time)': nine,
  'Sun Mar  1 09:00:00 2026': nine,
  'Sun, 1 Mar 26 10:00:00 +0100': nine,
  'Sun Mar 1 09:00:00 UTC 2026': nine,
  '2026-03-01T10:00:00.000000+0100': nine,
  '2026-03-01T09:00:00,000Z': nine,
  '2026-03-01 09:00 AM': nine,
  '2026-03-01, 09:00': nine,
  '01.03.2026, 9:00 Uhr': nine,
  'March 1, 2026 9:00 AM': nine,
  'Sunday, March 1, 2026 09:00:00 AM': nine,
  '2026/03/01 9:00 a.m.': nine,
  '2026‑03‑01 09:00': nine,
  '２０２６-０３-０１ ０９:００': nine,
  '/Date(1772355600000+0100)/': nine,
  '2026-03-01Z': '2026-03-01T00:00:00.000Z',
  '2026-03-01+01:00': '2026-02-28T23:00:00.000Z',
  '2026-03-01 12:00 AM': '2026-03-01T00:00:00.000Z',
  '2026-03-01 12:30 PM': '2026-03-01T12:30:00.000Z',
  '13/03/2026': '2026-03-12T23:00:00.000Z',
  '3/13/2026': '2026-03-12T23:00:00.000Z',
  '1. März 2026': '2026-02-28T23:00:00.000Z',
  '1 de marzo de 2026': '2026-02-28T23:00:00.000Z',
  '1er mars 2026': '2026-02-28T23:00:00.000Z',
  '1 março 2026': '2026-02-28T23:00:00.000Z',
  '1st March 2026': '2026-02-28T23:00:00.000Z',
  '2026年3月1日': '2026-02-28T23:00:00.000Z',
  '1772355600': nine,
  '1772355600000': nine,
  '2026-03-01': '2026-02-28T23:00:00.000Z',
  '20260301': '2026-02-28T23:00:00.000Z',
  '1 March 2026': '2026-02-28T23:00:00.000Z',
  '2026-07-01': '2026-06-30T22:00:00.000Z',
};

test('reads due dates in every form that databases and mail libraries print, and days in the time zone of the account', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  await Promise.all(
    Object.keys(dueDates).map((dueDate) => bridge.send('POST', '/tasks', { subject: dueDate, dueDate })),
  );

  const due = crm.records('tasks').map(({ properties }) => [properties.hs_task_subject, properties.hs_timestamp]);
  expect(Object.fromEntries(due.map(([subject, time]) => [subject, new Date(time ?? '').toISOString()]))).toEqual(
    Object.fromEntries(Object.entries(dueDates).map(([text, time]) => [text.replace(/\s+/g, ' '), time])),
  );
});

test('logs an activity whose time is a day on that day in the time zone of the account, once in all its spellings', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const log = (occurredAt: string) =>
    bridge.send('POST', '/activities', { type: 'LINKEDIN', contactId: ada, body: 'Hi', occurredAt });

  const day = await log('2026-03-01');
  await log('1 March 2026');

  crm.faults.add({ match: { path: '/account-info/' }, times: 0, action: { kind: 'status', status: 403 } });
  const other = { type: 'LINKEDIN', contactId: ada, body: 'Hi', occurredAt: '2026-07-01' };
  const hidden = await (await startBridgeOn(crm)).send('POST', '/activities', other);

  expect(day.body).toMatchObject({ occurredAt: '2026-02-28T23:00:00.000Z' });
  expect(hidden.body).toMatchObject({
    occurredAt: '2026-07-01T00:00:00.000Z',
    warnings: ['occurredAt has no time and the CRM does not show its time zone: it was read as midnight UTC'],
  });
  expect(crm.records('communications').map(({ properties }) => properties.hs_timestamp)).toEqual([
    '2026-02-28T23:00:00Z',
    '2026-07-01T00:00:00Z',
  ]);
});

test('reads a time without a zone as UTC, and warns about it wherever it is written', async () => {
  const { crm, ada: contactId } = await startSeededCrm();
  const { send } = await startBridgeOn(crm);
  const times = ['2026-03-01T23:30:00', '2026-03-01 23:30', '20260301T233000', 'Sun, 1 Mar 2026 23:30:00'];

  for (const time of times) {
    const task = await send('POST', '/tasks', { subject: time, dueDate: time });
    const activity = await send('POST', '/activities', { type: 'LINKEDIN', contactId, body: time, occurredAt: time });

    expect(task.body.warnings).toEqual(['dueDate has no time zone: it was read as UTC']);
    expect(activity.body.warnings).toEqual(['occurredAt has no time zone: it was read as UTC']);
    expect(activity.body.occurredAt).toBe('2026-03-01T23:30:00.000Z');
  }
  const zoned = await send('POST', '/tasks', { subject: 'zoned', dueDate: '2026-03-01T23:30:00+01' });
  expect(zoned.body.warnings ?? []).toEqual([]);
  const held = crm.records('tasks').map(({ properties }) => Date.parse(properties.hs_timestamp ?? ''));
  expect(held.slice(0, times.length)).toEqual(times.map(() => Date.parse('2026-03-01T23:30:00Z')));
});

test('names a due date that cannot be read, instead of guessing another one', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const twoReadings = ['03/04/2026', '3-4-2026 10:00', '03/04/2026, 9:00 AM'];
  const texts = [
    ...twoReadings,
    '2026-02-30T10:00Z',
    '2026-03-01T25:00Z',
    '2026-03-01T10:00:60Z',
    '2026-03-01T24:00:01Z',
    '2026-03-01T10:00+25:00',
    '2026-03-01T10:00[Europe/Berlin]',
    'Mon, 01 Mar 2026 10:00:00 GMT',
    '1 Mar 2026 10:00 IST',
    '202603011000',
    '2026-W54-1',
    '2026-366',
    'tomorrow',
    '1 Marketing 2026',
    '1 listopad 2026',
    'Monday, March 1, 2026',
    '2026-03-01 13:00 PM',
    '2026-03-01 0:30 AM',
    'March 2026',
    '01.03.26',
    '31/04/2026',
    '46082',
    '0000-00-00',
  ];

  const warnings = await Promise.all(
    texts.map(async (dueDate) => (await bridge.send('POST', '/tasks', { subject: dueDate, dueDate })).body.warnings),
  );

  expect(warnings).toEqual(
    texts.map((text) => {
      const why = twoReadings.includes(text) ? 'can be read as two different dates' : 'is not a date and time';
      return [`dueDate was skipped: it ${why}; the text is in the description`];
    }),
  );
});

test('recognizes one task and one activity in all spellings of the same time', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const spellings = Object.keys(dueDates).filter((text) => dueDates[text] === nine);

  const days = ['1 Mar 2026', '2026-03-01', '20260301'];
  await Promise.all(
    [...spellings, ...days].flatMap((time) => [
      bridge.send('POST', '/tasks', { subject: 'Call', dueDate: time, contactId: ada }),
      bridge.send('POST', '/activities', { type: 'EMAIL', body: 'Hi', occurredAt: time, contactId: ada }),
    ]),
  );

  // One for the moment, one for the day.
  expect(crm.records('tasks')).toHaveLength(2);
  expect(crm.records('emails')).toHaveLength(2);
});

test('detects a resent activity whose time cannot be read by the text as sent', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const activity = { type: 'LINKEDIN', body: 'Hi', contactId: ada };

  const first = await bridge.send('POST', '/activities', { ...activity, occurredAt: 'last Tuesday' });
  const again = await bridge.send('POST', '/activities', { ...activity, occurredAt: 'last Tuesday' });
  const other = await bridge.send('POST', '/activities', { ...activity, occurredAt: 'last Monday' });

  expect(first.body.warnings).toEqual([
    'occurredAt is not a date and time: the activity was logged at the time it was sent, with the text in its body',
  ]);
  expect([again.body.id === first.body.id, other.body.id === first.body.id]).toEqual([true, false]);
  expect(crm.records('communications')).toHaveLength(2);
});

test('reads the account once for many tasks, and reads a day as UTC, with a warning, where the account is hidden', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  await bridge.send('POST', '/tasks', { subject: 'a', dueDate: '2026-03-01' });
  await bridge.send('POST', '/tasks', { subject: 'b', dueDate: '2026-03-02' });
  const reads = crm.log.filter(({ path }) => path.startsWith('/account-info/')).length;

  crm.faults.add({ match: { path: '/account-info/' }, times: 0, action: { kind: 'status', status: 403 } });
  const hidden = await (await startBridgeOn(crm)).send('POST', '/tasks', { subject: 'c', dueDate: '2026-03-01' });

  expect(reads).toBe(1);
  expect(hidden.body).toMatchObject({
    dueDate: '2026-03-01T00:00:00.000Z',
    warnings: ['dueDate has no time and the CRM does not show its time zone: it was read as midnight UTC'],
  });
});

test('writes the parts of an owner name into email headers as HubSpot stores them', async () => {
  const { crm, ada } = await startSeededCrm({});
  crm.seed({
    owners: [
      { id: '71', type: 'PERSON', email: 'don@example.com', firstName: 'Don', lastName: 'Draper' },
      { id: '72', type: 'PERSON', email: 'mj@example.com', firstName: 'María José', lastName: 'García López' },
      { id: '73', type: 'PERSON', email: 'no@example.com' },
      { id: '74', type: 'PERSON', email: 'dr@example.com', lastName: 'Dr. Who, PhD' },
    ],
  });
  const bridge = await startBridgeOn(crm);
  for (const ownerId of ['71', '72', '73', '74']) {
    await bridge.send('POST', '/activities', { type: 'EMAIL', body: ownerId, ownerId, contactId: ada });
  }

  const senders = crm.records('emails').map(({ properties }) => JSON.parse(properties.hs_email_headers ?? '{}').from);
  expect(senders).toEqual([
    { email: 'don@example.com', firstName: 'Don', lastName: 'Draper' },
    { email: 'mj@example.com', firstName: 'María José', lastName: 'García López' },
    { email: 'no@example.com' },
    { email: 'dr@example.com', lastName: 'Dr. Who, PhD' },
  ]);
});

test('starts a day at midnight of any time zone, or at the first moment that its clocks show', () => {
  expect(
    [
      ['2026-03-01', 'America/New_York'],
      ['2026-03-01', 'Asia/Tokyo'],
      ['2026-09-06', 'America/Santiago'],
      ['2026-03-29', 'Asia/Beirut'],
      ['2026-10-25', 'Europe/Berlin'],
    ].map(([day = '', zone = '']) => normalizeDatetime(day, zone)),
  ).toEqual([
    '2026-03-01T05:00:00.000Z',
    '2026-02-28T15:00:00.000Z',
    '2026-09-06T04:00:00.000Z',
    '2026-03-28T22:00:00.000Z',
    '2026-10-24T22:00:00.000Z',
  ]);
});

test.each([
  { name: 'normalizeDate', read: normalizeDate },
  { name: 'normalizeDatetime', read: (text: string) => normalizeDatetime(text) },
  { name: 'normalizeYear', read: normalizeYear },
])('$name reads back what it prints', ({ read }) => {
  const digits = fc.stringMatching(/^[0-9TZ:+.,W -]{4,24}$/);
  const dates = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') });
  const texts = fc.oneof(
    digits,
    dates.map(String),
    dates.map((date) => date.toUTCString()),
    dates.map((date) => date.toISOString().replace(/Z$/, '+05:30')),
    fc.string(),
  );
  let printed = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const once = read(text);
      if (typeof once !== 'string') return;
      printed += 1;
      expect(read(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
  expect(printed).toBeGreaterThan(0);
});

test('never reads a printed time as another time', () => {
  const dates = fc.date({ noInvalidDate: true, min: new Date('1000-01-01'), max: new Date('9999-12-31') });
  const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 });
  fc.assert(
    fc.property(dates, offsets, fc.constantFrom('T', ' '), (date, offset, between) => {
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1).replace('T', between);
      const size = Math.abs(offset);
      const hours = String(Math.trunc(size / 60)).padStart(2, '0');
      const zone = `${offset < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
      for (const spelling of [zone, zone.replace(':', '')]) {
        expect(normalizeDatetime(local + spelling)).toBe(date.toISOString());
      }
    }),
  );
});

test('a time that cannot be parsed is kept as text on the timeline, and is not returned', async () => {
  const crm = await startCrm();
  const [contactId] = crm.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] }).contacts;
  const { send } = await startBridgeOn(crm);

  const task = await send('POST', '/tasks', { subject: 'Call', contactId, dueDate: 'next <week>', description: 'Ask' });
  const bare = await send('POST', '/tasks', { subject: 'Write', contactId, dueDate: 'soon' });
  const changed = await send('PATCH', `/tasks/${bare.body.id}`, { dueDate: 'later' });
  const activity = await send('POST', '/activities', {
    type: 'LINKEDIN',
    body: 'Hi',
    contactId,
    occurredAt: 'at 5ish',
  });
  const read = await Promise.all(
    [`/tasks/${task.body.id}`, `/tasks/${bare.body.id}`, `/activities/${activity.body.id}`].map((path) =>
      send('GET', path),
    ),
  );

  expect(crm.records('tasks').map(({ properties }) => properties.hs_task_body)).toEqual([
    '<p><em>Due date as sent: next &lt;week&gt;</em></p>Ask',
    '<p><em>Due date as sent: soon</em></p>',
  ]);
  expect(crm.records('communications')[0]?.properties.hs_communication_body).toContain(
    '<p><em>Time as sent: at 5ish</em></p>Hi',
  );
  expect(task.body.warnings).toEqual([
    'dueDate was skipped: it is not a date and time; the text is in the description',
  ]);
  expect(changed.body.warnings).toEqual(['dueDate was skipped: it is not a date and time']);
  expect(read.map(({ body }) => body.description ?? body.body)).toEqual(['Ask', undefined, 'Hi']);
});

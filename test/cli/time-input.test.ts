import { expect, test } from 'vitest';
import { parseTimeInput, parseTimeRange } from '../../src/cli/inputs/time-input.ts';

/** A Wednesday. */
const now = Date.parse('2026-11-25T10:30:00Z');

function read(text: string): string {
  return new Date(parseTimeInput(text, { name: '--since', now })).toISOString();
}

test.each([
  ['tuesday 14:00', '2026-11-24T14:00:00.000Z'],
  ['Tuesday  at 14:00', '2026-11-24T14:00:00.000Z'],
  ['tue', '2026-11-24T00:00:00.000Z'],
  ['wednesday 09:15', '2026-11-25T09:15:00.000Z'],
  ['wednesday 18:00', '2026-11-18T18:00:00.000Z'],
  ['thursday', '2026-11-19T00:00:00.000Z'],
  ['today', '2026-11-25T00:00:00.000Z'],
  ['today 23:00', '2026-11-25T23:00:00.000Z'],
  ['yesterday 8:05:30', '2026-11-24T08:05:30.000Z'],
  ['10:00', '2026-11-25T10:00:00.000Z'],
  ['14:00', '2026-11-24T14:00:00.000Z'],
  ['30m', '2026-11-25T10:00:00.000Z'],
  ['2 hours ago', '2026-11-25T08:30:00.000Z'],
  ['3d', '2026-11-22T10:30:00.000Z'],
  ['1 week ago', '2026-11-18T10:30:00.000Z'],
  ['an hour ago', '2026-11-25T09:30:00.000Z'],
  ['last tuesday', '2026-11-24T00:00:00.000Z'],
  ['Tue, 2 pm', '2026-11-24T14:00:00.000Z'],
  ['yesterday at 2:30pm', '2026-11-24T14:30:00.000Z'],
  ['yesterday noon', '2026-11-24T12:00:00.000Z'],
  ['12 am', '2026-11-25T00:00:00.000Z'],
  ['2026-11-20T14:00:00+0200', '2026-11-20T12:00:00.000Z'],
  ['now', '2026-11-25T10:30:00.000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ['2026-11-20 14:00', '2026-11-20T14:00:00.000Z'],
  ['2026-11-20T14:00:05.123Z', '2026-11-20T14:00:05.123Z'],
  ['2026-11-20T14:00+02:00', '2026-11-20T12:00:00.000Z'],
])('%s is %s', (text, moment) => {
  expect(read(text)).toBe(moment);
});

test.each([
  '',
  'x',
  'tu',
  'tomorrow',
  '25:00',
  '10:75',
  'tuesday 24:00',
  '2026-02-30',
  '2026-02-30 10:00',
  '2026-13-01',
  '5 fortnights ago',
  `${'1'.repeat(20)}m`,
  ' '.repeat(500_000),
  'tuesday 14:00 sharp',
  '13 pm',
  '0am',
  'last',
])('%.40s is refused with the accepted forms', (text) => {
  expect(() => read(text)).toThrow(/^--since is not a time: expected for example "tuesday 14:00"/);
});

test.each([
  ['10:00', '11:00', '2026-11-25T10:00:00.000Z', '2026-11-25T11:00:00.000Z'],
  ['9:00', '10:00', '2026-11-25T09:00:00.000Z', '2026-11-25T10:00:00.000Z'],
  ['23:00', '1:00', '2026-11-24T23:00:00.000Z', '2026-11-25T01:00:00.000Z'],
  ['wednesday 10:00', 'wednesday 11:00', '2026-11-25T10:00:00.000Z', '2026-11-25T11:00:00.000Z'],
  ['wed, 10 am', 'wed, 11 am', '2026-11-25T10:00:00.000Z', '2026-11-25T11:00:00.000Z'],
  ['tuesday 14:00', 'tuesday 15:00', '2026-11-24T14:00:00.000Z', '2026-11-24T15:00:00.000Z'],
  ['tuesday', 'friday', '2026-11-24T00:00:00.000Z', '2026-11-27T00:00:00.000Z'],
  ['2026-11-20 22:00', '23:00', '2026-11-20T22:00:00.000Z', '2026-11-24T23:00:00.000Z'],
  ['yesterday', 'today', '2026-11-24T00:00:00.000Z', '2026-11-25T00:00:00.000Z'],
])('from %s to %s is a time with an end after its beginning', (since, until, from, to) => {
  const { since: first = 0, until: last = 0 } = parseTimeRange({ since, until }, now);

  expect([new Date(first).toISOString(), new Date(last).toISOString()]).toEqual([from, to]);
});

test('a time that ends before it begins is refused', () => {
  expect(() => parseTimeRange({ since: 'today', until: 'yesterday' }, now)).toThrow(
    '--until (2026-11-24T00:00:00.000Z) must be after --since (2026-11-25T00:00:00.000Z)',
  );
  expect(() => parseTimeRange({ since: '10m', until: '2 hours ago' }, now)).toThrow(/must be after/);
});

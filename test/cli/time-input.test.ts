import { expect, test } from 'vitest';
import { parseTimeInput } from '../../src/cli/inputs/time-input.ts';

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

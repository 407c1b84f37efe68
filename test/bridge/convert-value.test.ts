import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describePart, shapeOf, toPropertyText } from '../../src/bridge/properties/convert-value.ts';

const maxLength = 65_536;
const stages = {
  type: 'enum',
  isMultiple: false,
  hasExternalOptions: false,
  options: [
    { value: 'NEW', label: 'New lead' },
    { value: 'IN_PROGRESS', label: 'In progress' },
  ],
} as const;
const topics = { ...stages, isMultiple: true };

test.each([
  ['text', 'Yes (5)', 'Yes (5)'],
  ['text', 5, '5'],
  ['text', 1e21, '1000000000000000000000'],
  ['text', true, 'true'],
  ['text', ['a', 2, null, { b: 1 }], 'a;2;{"b":1}'],
  ['text', { a: { b: [1, null] } }, '{"a":{"b":[1,null]}}'],
  ['text', '', ''],
  ['text', null, ''],
  ['number', '5', '5'],
  ['number', '1,234.50', '1234.5'],
  ['number', 5.25, '5.25'],
  ['bool', true, 'true'],
  ['bool', 'yes', 'true'],
  ['date', '2026-10-07T23:30:00Z', '2026-10-07'],
  ['datetime', '2026-10-07T23:30:00+02:00', '2026-10-07T21:30:00.000Z'],
] as const)('converts for a %s the value %j to %j', (type, value, converted) => {
  expect(toPropertyText(value, shapeOf(type), maxLength)).toEqual({ value: converted });
});

test('replaces what cannot be stored in a text, with a note', () => {
  expect(toPropertyText('half \ud800 a pair\u0000', shapeOf('text'), maxLength)).toEqual({
    value: 'half \ufffd a pair',
    note: 'half of a character was stored as \ufffd, and null characters were removed',
    reason: 'unstorable',
  });
});

test.each([
  ['number', 'N/A'],
  ['number', { a: 1 }],
  ['bool', 'perhaps'],
  ['date', 'last week'],
  ['datetime', 'soon'],
] as const)('rejects for a %s the value %j', (type, value) => {
  expect(toPropertyText(value, shapeOf(type), maxLength)).toMatchObject({ problem: expect.stringMatching(/^it is /) });
});

test.each([
  ['NEW', 'NEW'],
  ['new lead', 'NEW'],
  ['In-Progress', 'IN_PROGRESS'],
])('matches %j loosely with options', (value, converted) => {
  expect(toPropertyText(value, stages, maxLength)).toEqual({ value: converted });
});

test('rejects a text that matches no option, without listing the options', () => {
  expect(toPropertyText('Later', stages, maxLength)).toMatchObject({ problem: 'it is not an option of the property' });
  expect(toPropertyText(['NEW', 'IN_PROGRESS'], stages, maxLength)).toHaveProperty('problem');
});

test.each([
  [['new lead', 'IN_PROGRESS'], { value: 'NEW;IN_PROGRESS' }],
  ['new lead; in progress', { value: 'NEW;IN_PROGRESS' }],
  ['NEW, in progress', { value: 'NEW;IN_PROGRESS' }],
  [['NEW', 'new'], { value: 'NEW' }],
  [['NEW', 'Later', 'x'], { value: 'NEW', note: '2 of its 3 values are not options of the property' }],
  ['Later', { problem: 'it is not an option of the property' }],
])('matches %j with several options', (value, converted) => {
  expect(toPropertyText(value, topics, maxLength)).toMatchObject(converted);
});

test('leaves values of external options to the CRM', () => {
  expect(toPropertyText('1234', { ...stages, options: [], hasExternalOptions: true }, maxLength)).toEqual({
    value: '1234',
  });
});

test('cuts a text that is too long between two characters, with a note', () => {
  const converted = toPropertyText(`${'a'.repeat(maxLength - 2)}👑👑`, shapeOf('text'), maxLength);

  expect(converted).toMatchObject({
    value: `${'a'.repeat(maxLength - 2)}…`,
    note: 'it was truncated to 65,536 characters',
  });
  expect(toPropertyText('a'.repeat(maxLength), shapeOf('text'), maxLength)).toEqual({ value: 'a'.repeat(maxLength) });
});

test('converts any JSON value to any type without throwing, within the length and well formed', () => {
  const shapes = [...(['text', 'number', 'bool', 'date', 'datetime'] as const).map(shapeOf), stages, topics];
  let converted = 0;
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(...shapes), (value, shape) => {
      const result = toPropertyText(value, shape, 400);
      if (!('value' in result)) return;
      converted += 1;
      expect(result.value.length).toBeLessThanOrEqual(400);
      expect(result.value.isWellFormed()).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(converted).toBeGreaterThan(100);
});

test('reports which items of a list were written', () => {
  const part = {
    value: 'NEW;OPEN',
    note: '2 of its 4 values are not options of the property',
    reason: 'some-options',
  } as const;

  expect(describePart(part)).toBe(
    'was only partly stored as "NEW;OPEN": 2 of its 4 values are not options of the property',
  );
  expect(describePart({ value: 'x…', note: 'it was truncated to 2 characters', reason: 'cut' })).toBe(
    'was only partly stored: it was truncated to 2 characters',
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitValue, shapeOf } from '../../src/bridge/properties/fit-value.ts';

const longest = 65_536;
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
  ['text', 'half \ud800 a pair\u0000', 'half \ufffd a pair'],
  ['text', '', ''],
  ['text', null, ''],
  ['number', '5', '5'],
  ['number', '1,234.50', '1234.5'],
  ['number', 5.25, '5.25'],
  ['bool', true, 'true'],
  ['bool', 'yes', 'true'],
  ['date', '2026-10-07T23:30:00Z', '2026-10-07'],
  ['datetime', '2026-10-07T23:30:00+02:00', '2026-10-07T21:30:00.000Z'],
] as const)('fits to a %s the value %j as %j', (type, value, fitted) => {
  expect(fitValue(value, shapeOf(type), longest)).toEqual({ value: fitted });
});

test.each([
  ['number', 'N/A'],
  ['number', { a: 1 }],
  ['bool', 'perhaps'],
  ['date', 'last week'],
  ['datetime', 'soon'],
] as const)('does not fit to a %s the value %j', (type, value) => {
  expect(fitValue(value, shapeOf(type), longest)).toEqual({ problem: expect.stringMatching(/^it is /) });
});

test.each([
  ['NEW', 'NEW'],
  ['new lead', 'NEW'],
  ['In-Progress', 'IN_PROGRESS'],
])('compares %j loosely with options', (value, fitted) => {
  expect(fitValue(value, stages, longest)).toEqual({ value: fitted });
});

test('refuses a text that is no option, and lists none of them', () => {
  expect(fitValue('Later', stages, longest)).toEqual({ problem: 'it is not one of the options of the property' });
  expect(fitValue(['NEW', 'IN_PROGRESS'], stages, longest)).toHaveProperty('problem');
});

test.each([
  [['new lead', 'IN_PROGRESS'], { value: 'NEW;IN_PROGRESS' }],
  ['new lead; in progress', { value: 'NEW;IN_PROGRESS' }],
  ['NEW, in progress', { value: 'NEW;IN_PROGRESS' }],
  [['NEW', 'new'], { value: 'NEW' }],
  [['NEW', 'Later', 'x'], { value: 'NEW', note: '2 of its 3 values are not options of the property' }],
  ['Later', { problem: 'it is not one of the options of the property' }],
])('fits %j to several options', (value, fitted) => {
  expect(fitValue(value, topics, longest)).toEqual(fitted);
});

test('leaves values of options that live elsewhere to the CRM', () => {
  expect(fitValue('1234', { ...stages, options: [], hasExternalOptions: true }, longest)).toEqual({ value: '1234' });
});

test('cuts a text that is too long between two letters, and says so', () => {
  const fitted = fitValue(`${'a'.repeat(longest - 2)}👑👑`, shapeOf('text'), longest);

  expect(fitted).toEqual({ value: `${'a'.repeat(longest - 2)}…`, note: 'it was cut to 65,536 characters' });
  expect(fitValue('a'.repeat(longest), shapeOf('text'), longest)).toEqual({ value: 'a'.repeat(longest) });
});

test('fits any JSON value to any type without throwing, within the length and well formed', () => {
  const shapes = [...(['text', 'number', 'bool', 'date', 'datetime'] as const).map(shapeOf), stages, topics];
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(...shapes), (value, shape) => {
      const fitted = fitValue(value, shape, 400);
      if ('value' in fitted) {
        expect(fitted.value.length).toBeLessThanOrEqual(400);
        expect(fitted.value.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

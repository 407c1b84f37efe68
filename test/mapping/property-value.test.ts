import { expect, test } from 'vitest';
import { toPropertyValue } from '../../src/mapping/run/to-property-value.ts';

test.each([
  [['a', 'b'], 'text', 'a;b'],
  [{ a: 1 }, 'text', '{"a":1}'],
  [5, 'text', '5'],
  ['1,000', 'number', '1000'],
  [true, 'bool', 'true'],
  ['2026-01-31T10:00:00Z', 'date', '2026-01-31'],
  ['2026-01-31', 'datetime', '2026-01-31T00:00:00.000Z'],
  [null, 'number', undefined],
  ['N/A', 'number', { problem: 'is not a number' }],
] as const)('turns %j into a value of type %s', (value, type, expected) => {
  expect(toPropertyValue(value, type)).toEqual(expected);
});

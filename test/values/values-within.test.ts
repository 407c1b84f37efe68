import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valuesWithin } from '../../src/json.ts';

/** What {@link valuesWithin} counts: a list or an object is one, and so is each entry after the first. */
function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const entries = Object.values(value);
  return 1 + Math.max(0, entries.length - 1) + entries.reduce((sum: number, entry) => sum + countOf(entry), 0);
}

const maxValues = 1_000_000;

test('values of JSON text are counted whatever its strings contain', () => {
  const text = fc.array(fc.constantFrom('"', '\\', ',', '[', '}', 'a', '山', '😀'), { maxLength: 12 });
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, tie('string'), tie('list'), tie('object')),
    string: text.map((parts) => parts.join('')),
    list: fc.array(tie('any'), { maxLength: 4 }),
    object: fc.dictionary(tie('string').map(String), tie('any'), { maxKeys: 4 }),
  })).any;

  fc.assert(
    fc.property(value, (any) => valuesWithin({ maxValues }, JSON.stringify(any)) === countOf(any)),
    { numRuns: 300 },
  );
});

test('a string without an end reaches to the end of the text', () => {
  expect(valuesWithin({ maxValues }, '["a,b\\",[,')).toBe(1);
  expect(valuesWithin({ maxValues }, '["\\\\",1]')).toBe(2);
});

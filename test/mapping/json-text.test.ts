import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toFieldValue } from '../../src/mapping/values/field-value.ts';
import { jsonText } from '../../src/mapping/values/json-text.ts';

test('writes any JSON value as the engine does', () => {
  fc.assert(
    fc.property(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())), (value) => {
      expect(jsonText(value)).toBe(JSON.stringify(value));
    }),
  );
});

test('writes any JSON value in the same way at the bottom of a deep one', () => {
  const levels = 20_000;
  fc.assert(
    fc.property(fc.jsonValue(), (inner) => {
      let value = [inner];
      for (let level = 1; level < levels; level += 1) value = [value];
      expect(jsonText(value)).toBe(`${'['.repeat(levels)}${JSON.stringify(inner)}${']'.repeat(levels)}`);
    }),
    { numRuns: 5, examples: [[Array.from({ length: 200_000 }, () => 1)]] },
  );
});

test.each([
  ['arrays', '['.repeat(100_000) + '1'.padEnd(100_001, ']')],
  ['objects', `${'{"a":'.repeat(100_000)}{"b":[1,"x",null,{"__proto__":true}]}${'}'.repeat(100_000)}`],
])('writes %s nested deeper than the stack', (_name, text) => {
  const value: unknown = JSON.parse(text);

  expect(() => JSON.stringify(value)).toThrow(RangeError);
  // Arrays at the top are lists of items, each of them written as JSON.
  const written = toFieldValue(value);
  expect(Array.isArray(written) ? `[${written.join()}]` : written).toBe(text);
});

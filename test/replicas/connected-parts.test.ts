import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectParts } from '../../src/replicas/claims/connected-parts.ts';

const parts = fc.array(fc.array(fc.nat({ max: 30 }).map(String), { maxLength: 4 }), { maxLength: 25 });

test('every part is in one group, in order, and groups share no key', () => {
  fc.assert(
    fc.property(parts, (sent) => {
      const groups = connectParts(sent);
      const positions = groups.flatMap((group) => group.positions);
      expect(positions.toSorted((a, b) => a - b)).toEqual([...sent.keys()]);
      const keys = groups.flatMap((group) => group.keys);
      expect(new Set(keys).size).toBe(keys.length);
      for (const group of groups) {
        expect(group.positions).toEqual(group.positions.toSorted((a, b) => a - b));
        expect(new Set(group.positions.flatMap((position) => sent[position]))).toEqual(new Set(group.keys));
      }
    }),
  );
});

test('parts that share no key, directly or through others, are apart', () => {
  expect(connectParts([['a', 'x'], ['b'], ['c', 'x'], [], ['b', 'c'], ['d']])).toEqual([
    { positions: [0, 1, 2, 4], keys: ['a', 'x', 'b', 'c'] },
    { positions: [3], keys: [] },
    { positions: [5], keys: ['d'] },
  ]);
});

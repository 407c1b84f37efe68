import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSealer } from '../../src/replicas/sealer.ts';

test('opens what it sealed, and what another replica with the same token sealed', () => {
  const [one, other] = [createSealer('token'), createSealer('token')];
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(other.open(one.seal(text))).toBe(text);
    }),
  );
});

test('opens nothing of another token, nothing damaged and nothing short', () => {
  const sealed = createSealer('token').seal('ada@example.com');

  expect(createSealer('another').open(sealed)).toBeUndefined();
  expect(createSealer('token').open(`${sealed.slice(0, -6)}AAAAA=`)).toBeUndefined();
  expect(['', 'x', 'AAAA'].map((text) => createSealer('token').open(text))).toEqual([undefined, undefined, undefined]);
  expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('ada');
});

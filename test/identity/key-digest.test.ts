import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyDigest, indexSecret } from '../../src/identity/key-digest.ts';

test('a digest is the first 64 bits of HMAC-SHA-256 over its parts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.string({ unit: 'binary' }), (secret, value) => {
      const digest = createKeyDigest(Buffer.from(secret))({ objectType: 'contacts', fingerprint: 'f', value });

      const hmac = createHmac('sha256', secret).update(`contacts\u0001f\u0001${value}`).digest();
      expect(digest).toBe(hmac.readBigInt64BE(0));
    }),
    { numRuns: 200 },
  );
});

test('object types, rules, values, accounts and secrets are distinguished', () => {
  const key = { objectType: 'contacts', fingerprint: 'f', value: 'v' };
  const digest = createKeyDigest(indexSecret({ stateSecret: undefined, accessToken: 'token' }, '1'));
  const others = [
    digest({ ...key, objectType: 'companies' }),
    digest({ ...key, fingerprint: 'g' }),
    digest({ ...key, value: 'V' }),
    createKeyDigest(indexSecret({ stateSecret: undefined, accessToken: 'token' }, '2'))(key),
    createKeyDigest(indexSecret({ stateSecret: undefined, accessToken: 'other' }, '1'))(key),
    createKeyDigest(indexSecret({ stateSecret: 'secret', accessToken: 'token' }, '1'))(key),
  ];

  expect(new Set([digest(key), ...others]).size).toBe(7);
  expect(createKeyDigest(indexSecret({ stateSecret: 'secret', accessToken: 'rotated' }, '1'))(key)).toBe(others[5]);
});

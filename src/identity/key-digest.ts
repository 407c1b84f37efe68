import { createHash, hash, hkdfSync } from 'node:crypto';

/** Which key of which rule: the parts that its digest depends on. */
export interface IndexedKey {
  readonly objectType: string;
  /** Of the rule; see rule-fingerprint.ts. */
  readonly fingerprint: string;
  /** Canonical. */
  readonly value: string;
}

/** A digest of 64 bits, signed. Only someone who has the secret can test whether a value belongs to it. */
export type KeyDigest = (key: IndexedKey) => bigint;

const blockBytes = 64;

/**
 * The first 64 bits of HMAC-SHA-256 over the parts of a key, joined by U+0001. Computed with two one-shot digests, several times as fast
 * as an Hmac object (a listing computes thousands a second).
 */
export function createKeyDigest(secret: Buffer): KeyDigest {
  const key = secret.length > blockBytes ? createHash('sha256').update(secret).digest() : secret;
  const padded = Buffer.concat([key, Buffer.alloc(blockBytes - key.length)]);
  const inner = padded.map((byte) => byte ^ 0x36);
  const outer = Buffer.concat([padded.map((byte) => byte ^ 0x5c), Buffer.alloc(32)]);
  return ({ objectType, fingerprint, value }) => {
    const text = Buffer.from(`${objectType}\u0001${fingerprint}\u0001${value}`, 'utf8');
    hash('sha256', Buffer.concat([inner, text]), 'buffer').copy(outer, blockBytes);
    return hash('sha256', outer, 'buffer').readBigInt64BE(0);
  };
}

/**
 * The secret of the digests: from STATE_SECRET where it is set, else derived from the access token, so that a new token means a new index.
 * @param account the CRM's account: two accounts have nothing in common.
 */
export function indexSecret(
  { stateSecret, accessToken }: { readonly stateSecret: string | undefined; readonly accessToken: string },
  account: string,
): Buffer {
  return Buffer.from(hkdfSync('sha256', stateSecret ?? accessToken, account, 'enginy-bridge identity index', 32));
}

/** Names the account and the secret in a store, so that the index of another one does not answer. */
export function accountMark(settings: Parameters<typeof indexSecret>[0], account: string): string {
  const digest = createKeyDigest(indexSecret(settings, account));
  return String(digest({ objectType: '', fingerprint: 'account', value: account }));
}

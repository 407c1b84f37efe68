import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Role, roles } from './roles.ts';

/** How long a link can be used. */
export const linkMs = 10 * 60_000;

/**
 * The secret part of a link that signs in once: role, end, a random number, and their signature.
 * @param key known to the running bridge and to those who may read its DATA_DIR.
 * @param now milliseconds since 1970.
 */
export function createLinkToken(key: string, role: Role, now: number): string {
  const claim = `${role}.${now + linkMs}.${randomBytes(16).toString('base64url')}`;
  return `${claim}.${signatureOf(key, claim)}`;
}

/** Accepts each link once. */
export function createLinkBook(key: string, now: () => number): { accept(token: string): Role | undefined } {
  const used = new Map<string, number>();
  return {
    accept(token) {
      const [role, until = '', nonce = '', signature = ''] = token.split('.', 4);
      const claim = `${role}.${until}.${nonce}`;
      if (!isSame(signature, signatureOf(key, claim)) || token !== `${claim}.${signature}`) return undefined;
      const end = Number(until);
      for (const [old, oldEnd] of used) if (oldEnd < now()) used.delete(old);
      if (end < now() || end > now() + linkMs || used.has(nonce)) return undefined;
      used.set(nonce, end);
      return roles.find((each) => each === role);
    },
  };
}

function signatureOf(key: string, claim: string): string {
  return createHmac('sha256', key).update(`sign-in link ${claim}`).digest('base64url');
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

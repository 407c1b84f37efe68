import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** Takes 32 MB and a tenth of a second. Passwords that the command creates have 100 random bits and need no more. */
const cost = { N: 2 ** 15, r: 8, p: 1 } as const;
const form = /^scrypt\$(\d{5,6})\$8\$([1-9])\$([\w-]{22})\$([\w-]{43})$/;
const hashBytes = 32;

/** What the file of users holds instead of a password: `scrypt$N$r$p$salt$hash`. */
export async function digestPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await hashOf(password, { ...cost, salt });
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * True if this is a digest that {@link checkPassword} accepts: a digest with costs that are too low to protect or too high to compute is
 * not accepted.
 */
export function isPasswordDigest(digest: string): boolean {
  const N = Number(form.exec(digest)?.[1]);
  return N >= 2 ** 14 && N <= 2 ** 17 && Number.isInteger(Math.log2(N));
}

/** Computed for unknown users, so that a sign-in takes as long for them as for known ones. Matches no password. */
const noDigest = `scrypt$${cost.N}$${cost.r}$${cost.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Takes about a tenth of a second, on another thread. @param digest undefined: the user does not exist, and nothing matches */
export async function checkPassword(password: string, digest: string | undefined): Promise<boolean> {
  const [, N, p, salt = '', hash = ''] = form.exec(digest ?? noDigest) ?? [];
  const given = await hashOf(password, { N: Number(N), r: 8, p: Number(p), salt: Buffer.from(salt, 'base64url') });
  return timingSafeEqual(given, Buffer.from(hash, 'base64url')) && digest !== undefined;
}

function hashOf(
  password: string,
  { N, r, p, salt }: { N: number; r: number; p: number; salt: Buffer },
): Promise<Buffer> {
  return derive(password, salt, hashBytes, { N, r, p, maxmem: 2 * 128 * N * r });
}

const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A password for a new user: 100 random bits in letters and digits that are hard to confuse. */
export function createPassword(): string {
  return [...randomBytes(20)]
    .map((byte) => alphabet[byte % alphabet.length])
    .join('')
    .replace(/(.{5})(?=.)/g, '$1-');
}

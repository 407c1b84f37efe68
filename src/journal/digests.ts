import { createHmac, hash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What people are found by; only its keyed digest is kept. */
export type PersonKeyKind = 'email' | 'phone' | 'profile';

/** The kinds of text by which a record is found. */
export type KeyKind = PersonKeyKind | `external ${string}` | `crm ${string}` | 'details';

/**
 * A digest of 48 bits. That of an email address, a telephone number or a profile is keyed: only someone who has the key can recognize
 * it. Ids are in the journal anyway; their digests are faster.
 */
export type Digest = (kind: KeyKind, text: string) => number;

export function createDigest(secret: string): Digest {
  return (kind, text) => {
    const whole = `${kind}\u0001${text}`;
    const isOfPerson = kind === 'email' || kind === 'phone' || kind === 'profile';
    const hex = isOfPerson ? createHmac('sha256', secret).update(whole).digest('hex') : hash('sha256', whole);
    return Number.parseInt(hex.slice(0, 12), 16);
  };
}

/** As the bridge and the person who searches write the same address. */
export function canonicalEmail(text: string): string {
  return text.trim().toLowerCase();
}

/** National numbers end the same, with or without the country's prefix. */
const phoneDigits = 9;
const minPhoneDigits = 7;

/** The last digits of a telephone number, without an extension; undefined for a text that is none. */
export function canonicalPhone(text: string): string | undefined {
  const [number = ''] = text.split(/ext|[x#;,]/i, 1);
  if (!/^[\s+\d()./-]+$/.test(number) || number.length > 40) return undefined;
  const digits = number.replace(/\D/g, '');
  return digits.length < minPhoneDigits ? undefined : digits.slice(-phoneDigits);
}

/** `in/ada` of a LinkedIn URL in any usual spelling; undefined for another text. */
export function canonicalProfile(text: string): string | undefined {
  const path = /linkedin\.com\/+(?:mwlite\/+)?([a-z]+\/+[^/?#\s]+)/i.exec(text)?.[1];
  if (path === undefined) return undefined;
  try {
    return decodeURIComponent(path).toLowerCase().replace(/\/+/g, '/');
  } catch {
    // Not an encoding.
    return path.toLowerCase().replace(/\/+/g, '/');
  }
}

const secretFile = 'journal.key';

/** The key of a folder; undefined where there is none yet. */
export function readSecret(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, secretFile), 'utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The key of a folder, created if missing. Two processes that start at once agree on one. */
export function readOrCreateSecret(folder: string): string {
  const known = readSecret(folder);
  if (known !== undefined) return known;
  const file = join(folder, secretFile);
  const secret = randomBytes(32).toString('hex');
  try {
    writeFileSync(file, `${secret}\n`, { flag: 'wx', mode: 0o600 });
    return secret;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const other = readSecret(folder);
  if (other !== undefined) return other;
  // An earlier process was killed between creating and writing the file.
  writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secret;
}

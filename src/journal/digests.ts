import { createHmac, hash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Data by which people are found; only its keyed digest is stored. */
export type PersonKeyKind = 'email' | 'phone' | 'profile';

/** The kinds of text by which a record is found. */
export type KeyKind = PersonKeyKind | `external ${string}` | `crm ${string}` | 'details';

/**
 * A digest of 48 bits. That of an email address, a phone number or a profile is keyed: only someone who has the key can recognize
 * it. Ids are in the journal anyway; theirs is fast, and different ids may share one: compare what is found.
 */
export type Digest = (kind: KeyKind, text: string) => number;

export function createDigest(secret: string): Digest {
  const begun = new Map<KeyKind, Mixed>();
  // Only 48 of 256 bits of the hash over key and text are kept, so it allows no length extension; HMAC takes three times as long.
  return (kind, text) => {
    if (isOfPerson(kind)) return toDigest(hash('sha256', `${secret}\u0001${kind}\u0001${text}`));
    if (kind === 'details') return toDigest(hash('sha256', `${kind}\u0001${text}`));
    let start = begun.get(kind);
    if (start === undefined) {
      start = mix(unmixed, `${kind}\u0001`);
      begun.set(kind, start);
    }
    return finish(mix(start, text));
  };
}

/** As the first version of the file has them. */
export function createFirstDigest(secret: string): Digest {
  return (kind, text) => {
    const whole = `${kind}\u0001${text}`;
    const hex = isOfPerson(kind) ? createHmac('sha256', secret).update(whole).digest('hex') : hash('sha256', whole);
    return toDigest(hex);
  };
}

/** True for what is stored as a keyed digest alone. */
export function isOfPerson(kind: KeyKind): kind is PersonKeyKind {
  return kind === 'email' || kind === 'phone' || kind === 'profile';
}

function toDigest(hex: string): number {
  return Number.parseInt(hex.slice(0, 12), 16);
}

/** Two multiplicative 32-bit hashes, of which 48 bits are kept: ten times as fast as SHA-256. */
type Mixed = readonly [high: number, low: number];

const unmixed: Mixed = [0x9e3779b9, 0x7f4a7c15];

function mix([startHigh, startLow]: Mixed, text: string): Mixed {
  let [high, low] = [startHigh, startLow];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + (low >>> 15)), 0x45d9f3b);
  }
  return [high, low];
}

function finish([mixedHigh, mixedLow]: Mixed): number {
  let [high, low] = [mixedHigh, mixedLow];
  high = Math.imul(high ^ (high >>> 16) ^ low, 0x21f0aaad);
  low = Math.imul(low ^ (low >>> 15) ^ (high >>> 7), 0x735a2d97);
  high ^= high >>> 15;
  return (high >>> 0) * 2 ** 16 + (low >>> 16);
}

/** The form in which the bridge and a person who searches write the same address. */
export function canonicalEmail(text: string): string {
  return text.trim().toLowerCase();
}

/** National numbers end with the same digits, with or without the country prefix. */
const phoneDigits = 9;
const minPhoneDigits = 7;

/** The last digits of a phone number, without an extension; undefined for a text that is none. */
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
export function readOrCreateJournalSecret(folder: string): string {
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

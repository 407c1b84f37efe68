/**
 * Placeholders for words and numbers: another word of the same length, the same one for the same word wherever it stands, in
 * whatever case or with whatever accents. Because every word is replaced on its own and everything between words stays, a
 * placeholder behaves in matching as the original does: trimmed, lower-cased, cut at a space or a dot, two texts are equal
 * afterwards when and only when they were before.
 */

import { createCipheriv, hash, hkdfSync } from 'node:crypto';
import { baseLetters } from '../../mapping/values/fold-text.ts';
import { normalizeUnicode } from '../../mapping/values/normalize-unicode.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz';
/** Up to this length a word's placeholder comes from a shuffled list of all words of that length, so that no two share one. */
const maxShuffledLength = 4;
/** Digits are replaced in groups of this many from the right, each by a shuffled list, so that no two numbers share one. */
const digitGroup = 6;
/** Longer runs of letters are no word; Unicode's normal forms of them may take quadratic time. */
const maxWordLength = 64;
const maxRemembered = 50_000;

const anyWord = /\p{L}[\p{L}\p{M}]*|\p{Nd}+/gu;
const asciiWord = /[A-Za-z]+|[0-9]+/g;
const plainLatin = /^[a-z]+$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII, which is faster to search
const onlyAscii = /^[\x00-\x7f]*$/;

export class Pseudonyms {
  readonly #key: string;
  readonly #lists = new Map<string, Uint32Array>();
  readonly #remembered = new Map<string, string>();

  /** @param secret with it, one can check whether a placeholder belongs to a known value. */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'enginy-bridge stand-ins', 32)).toString('hex');
  }

  /** Replaces every word and every number of the text. */
  text(text: string): string {
    return text.replace(onlyAscii.test(text) ? asciiWord : anyWord, (word) => this.#replaceWord(word));
  }

  #shuffled(kind: string, size: number): Uint32Array {
    const name = `${kind}/${size}`;
    const list = this.#lists.get(name) ?? shuffle(this.#key, name, size);
    this.#lists.set(name, list);
    return list;
  }

  #lowerWord(word: string): string {
    if (word.length > maxShuffledLength) return hashedWord(this.#key, word);
    const stand = this.#shuffled('letters', 26 ** word.length)[numberOf(word)] ?? 0;
    return [...word]
      .map((_letter, at) => alphabet.charAt(Math.floor(stand / 26 ** (word.length - 1 - at)) % 26))
      .join('');
  }

  /** Digits of the same number. */
  digits(run: string): string {
    const groups: string[] = [];
    for (let end = run.length; end > 0; end -= digitGroup) {
      const group = run.slice(Math.max(0, end - digitGroup), end);
      const stand = this.#shuffled('digits', 10 ** group.length)[Number(group)] ?? 0;
      groups.push(String(stand).padStart(group.length, '0'));
    }
    return groups.reverse().join('');
  }

  /** As {@link Pseudonyms.digits}, never with a zero at the front where there was none: a number stays a number. */
  wholeNumber(run: string): string {
    if (/^0+$/.test(run)) return run;
    const start = /^0*/.exec(run)?.[0] ?? '';
    let stand = this.digits(run.slice(start.length));
    // Continuing from a number that is not allowed keeps the mapping one-to-one.
    while (stand.startsWith('0')) stand = this.digits(stand);
    return start + stand;
  }

  #replaceWord(word: string): string {
    const first = word.charCodeAt(0);
    if (first >= 48 && first <= 57) return this.digits(word);
    return this.remember(word, () => {
      if (word.length > maxWordLength) return hashedWord(this.#key, word);
      if (plainLatin.test(word)) return sameCase(word, this.#lowerWord(word.toLowerCase()));
      return foreignWord(this.#key, word, (lower) => this.#lowerWord(lower));
    });
  }

  /** Computes each placeholder only once. */
  remember(name: string, make: () => string): string {
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    const created = make();
    this.#remembered.set(name, created);
    return created;
  }
}

/**
 * The word is hashed once; further letters come from the digest and a counter. SHA-512/256 is not open to length extension, so a key in
 * front of the text makes it a sound keyed digest (FIPS 180-4).
 */
function hashedWord(key: string, word: string, length = word.length): string {
  const own = hash('sha512-256', `${key}\u0000${word}`, 'hex');
  const letters: string[] = [];
  for (let block = 0; letters.length < length; block += 1) {
    const bytes = hash('sha512-256', `${key}\u0000${block}${own}`, 'buffer');
    // Two bytes a letter: the preference for the first letters of the alphabet is below one in two thousand.
    for (let at = 0; at < 32 && letters.length < length; at += 2) {
      letters.push(alphabet.charAt((bytes.readUInt16LE(at) * 26) >> 16));
    }
  }
  return letters.join('');
}

/** Fisher and Yates' shuffle of 0 … size-1, its random numbers from AES in counter mode. */
function shuffle(key: string, name: string, size: number): Uint32Array {
  const list = Uint32Array.from({ length: size }, (_unused, index) => index);
  const own = hash('sha512-256', `${key}\u0000list ${name}`, 'buffer');
  const stream = createCipheriv('aes-256-ctr', own, Buffer.alloc(16)).update(Buffer.alloc(size * 4));
  for (let at = size - 1; at > 0; at -= 1) {
    const other = Math.floor((stream.readUInt32LE(at * 4) / 2 ** 32) * (at + 1));
    const swapped = list[at] ?? 0;
    list[at] = list[other] ?? 0;
    list[other] = swapped;
  }
  return list;
}

/** Letters as digits of base 26. */
function numberOf(word: string): number {
  return [...word].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 97, 0);
}

/** @param lower as long as the original; both are plain Latin. */
function sameCase(original: string, lower: string): string {
  if (original === original.toLowerCase()) return lower;
  return lower.replace(/./g, (letter, at: number) => (original.charAt(at) < 'a' ? letter.toUpperCase() : letter));
}

/** Accents stay where they were, on other letters; other scripts get letters of their own. */
function foreignWord(key: string, word: string, latin: (lower: string) => string): string {
  const digitsOnly = normalizeUnicode(word, 'NFKC');
  if (/^\d+$/.test(digitsOnly)) return latin(digitsOnly.replace(/\d/g, (digit) => alphabet.charAt(Number(digit))));
  const spelled = [...word].map((letter) => spellOut(letter)).join('');
  const parts = [...normalizeUnicode(spelled, 'NFD')];
  const bases = parts.filter((part) => !/\p{M}/u.test(part));
  const base = bases.join('');
  const stands = plainLatin.test(base) ? [...sameCase(base, latin(base.toLowerCase()))] : otherScript(key, bases);
  let at = 0;
  const replaced = parts.map((part) => (/\p{M}/u.test(part) ? part : (stands[at++] ?? ''))).join('');
  return word === normalizeUnicode(word, 'NFC') ? composed(replaced) : replaced;
}

const accents = ['\u0301', '\u0300', '\u0302', '\u0308', '\u0303', '\u030c', '\u0307', '\u0304', '\u0327'];

/** Letters with accents as one character each, as addresses want them: where there is none, with another accent. */
function composed(text: string): string {
  return normalizeUnicode(text, 'NFC').replace(/(\p{L})(\p{M}+)/gu, (whole, letter: string) => {
    const found = accents
      .map((accent) => normalizeUnicode(letter + accent, 'NFC'))
      .find((one) => [...one].length === 1);
    return found ?? whole.slice(0, letter.length);
  });
}

function spellOut(letter: string): string {
  const spelled = baseLetters[letter.toLowerCase()];
  if (spelled === undefined) return letter;
  return letter === letter.toLowerCase() ? spelled : spelled.charAt(0).toUpperCase() + spelled.slice(1);
}

function otherScript(key: string, letters: readonly string[]): string[] {
  const stream = hashedWord(key, letters.join('').toLowerCase(), letters.length * 3);
  return letters.map((letter, at) => {
    const number = numberOf(stream.slice(at * 3, at * 3 + 3));
    // Without the accent that some letters have: a decomposed spelling must differ where that of the original does.
    const [stand = ''] = normalizeUnicode(neighbor(letter.toLowerCase(), number), 'NFD');
    return letter === letter.toLowerCase() ? stand : stand.toUpperCase();
  });
}

/** Another lower-case letter of the same alphabet: alphabets have blocks of their own (Unicode's code charts). */
function neighbor(letter: string, number: number): string {
  const code = letter.codePointAt(0) ?? 0;
  const size = code < 0x3000 ? 32 : 2 ** 12;
  for (let step = 0; step < size; step += 1) {
    const other = String.fromCodePoint(code - (code % size) + ((number + step) % size));
    const isLetter = /^[\p{Ll}\p{Lo}]$/u.test(other) && other.toLowerCase() === other;
    if (isLetter && normalizeUnicode(other, 'NFKD') === other && other.toUpperCase().length === other.length)
      return other;
  }
  return letter;
}

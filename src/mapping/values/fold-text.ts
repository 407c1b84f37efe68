import { normalizeUnicode } from './normalize-unicode.ts';

/** Letters that Unicode does not decompose into a base letter and an accent. */
export const baseLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŋ: 'n',
  ŧ: 't',
  ə: 'e',
};
/** The same, and the final sigma. */
const specialLetters: Readonly<Record<string, string>> = { ...baseLetters, ς: 'σ' };
const specialLetter = /[ßøæœłđðþıħŋŧəς]/g;

/** Folds text for comparing: lowercase, no accents, one kind of apostrophe and hyphen, single spaces. Undefined if nothing is left. */
export function foldText(text: string): string | undefined {
  const decomposed = normalizeUnicode(text.replace(/[’‘ʼ´`＇｀\u1fef]/g, "'"), 'NFKD')
    .toLowerCase()
    // The apostrophe of ŉ.
    .replaceAll('ʼ', "'")
    // Accents, vowel signs of Arabic and Hebrew, and signs of no width.
    .replace(
      /[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g,
      '',
    )
    .replace(/[‐‑‒–−]/g, '-')
    .replace(specialLetter, (letter) => specialLetters[letter] ?? letter);
  const folded = normalizeUnicode(decomposed, 'NFC').replace(/\s+/g, ' ').trim();
  return folded === '' ? undefined : folded;
}

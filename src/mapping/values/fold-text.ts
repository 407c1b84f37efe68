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
};
/** The same, and the final sigma. */
const specialLetters: Readonly<Record<string, string>> = { ...baseLetters, ς: 'σ' };
const specialLetter = /[ßøæœłđðþıħς]/g;

/** Folds text for comparing: lowercase, no accents, single spaces. Undefined if nothing is left. */
export function foldText(text: string): string | undefined {
  const decomposed = normalizeUnicode(text, 'NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(specialLetter, (letter) => specialLetters[letter] ?? letter);
  const folded = normalizeUnicode(decomposed, 'NFC').replace(/\s+/g, ' ').trim();
  return folded === '' ? undefined : folded;
}

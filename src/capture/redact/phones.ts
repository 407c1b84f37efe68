import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Pseudonyms } from './pseudonyms.ts';

/** How many of its last digits a telephone number loses: what comes before says country, region and kind. */
const replacedDigits = [6, 4, 3, 2] as const;
const EXTENSION = /(?:\s*(?:ext\.?|x|#|;ext=)\s*\d+)\s*$/i;

/** A text that is a telephone number and nothing else. */
export function looksLikePhone(text: string): boolean {
  const digits = text.replace(EXTENSION, '').replace(/\D/g, '').length;
  return digits >= 7 && digits <= 17 && /^\s*(?:tel:)?[+(]?[\d\s().\-/\u00a0]+(?:ext\.? ?\d+|x\d+)?\s*$/i.test(text);
}

/**
 * Another number of the same country and kind in the same spelling. The last six digits are replaced by themselves, so that all
 * spellings of one number (with prefix, without, digits alone) become spellings of one placeholder. Where a country has no number
 * of that form, as some small ones have not, fewer are.
 */
export function replacePhone(pseudonyms: Pseudonyms, text: string, defaultCountry: string | undefined): string {
  const extension = EXTENSION.exec(text)?.[0] ?? '';
  const number = text.slice(0, text.length - extension.length);
  const [most, ...fewer] = replacedDigits;
  let stand = replaceLast(pseudonyms, number, most);
  if (isValidIn(number, defaultCountry)) {
    for (const count of fewer) {
      if (isValidIn(stand, defaultCountry)) break;
      stand = replaceLast(pseudonyms, number, count);
    }
  }
  return stand + extension.replace(/\d+/, (digits) => pseudonyms.digits(digits));
}

function replaceLast(pseudonyms: Pseudonyms, text: string, most: number): string {
  const digits = text.replace(/\D/g, '');
  const count = digits.length > most ? most : Math.max(1, digits.length - 1);
  const stand = pseudonyms.digits(digits.slice(-count));
  let at = stand.length;
  return [...text]
    .reverse()
    .map((character) => (/\d/.test(character) && at > 0 ? stand.charAt(--at) : character))
    .reverse()
    .join('');
}

function isValidIn(text: string, country: string | undefined): boolean {
  const international = text
    .trim()
    .replace(/^tel:/i, '')
    .replace(/^00(?=[1-9])/, '+');
  // A configuration was checked to hold a country that the library knows.
  const options = country === undefined ? {} : { defaultCountry: country as CountryCode };
  return parsePhoneNumberFromString(international, options)?.isValid() === true;
}

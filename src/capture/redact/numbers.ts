/** Numbers, dates and phone numbers: what stays, and how the rest is replaced. Texts longer than a number are none of them. */
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { normalizeDatetime } from '../../mapping/values/date-text.ts';
import { isPlaceholderPhone } from '../../mapping/values/placeholders/placeholder-phone.ts';
import type { Pseudonyms } from './pseudonyms.ts';

const longest = 40;
const plainNumber = /^([+-]?)(\d{1,3}(?:[,.'’ \u00a0\u202f]\d{3})+|\d+)(?:([.,])(\d+))?$/;
/** Fewer digits make no phone number. */
export const shortestPhone = 7;
/** How many of its last digits a phone number loses: what comes before says country, region and kind. */
const replacedDigits = [6, 4, 3, 2] as const;
const phoneExtension = /(?:\s?(?:ext\.?|x|#|;ext=)\s?\d{1,8})\s*$/i;

/** True for digits with a sign, separators and a fraction, and nothing else. */
export function isNumber(text: string): boolean {
  return text.length <= longest && plainNumber.test(text.trim());
}

/** True for a date, a time or a timestamp. */
export function isDate(text: string): boolean {
  const trimmed = text.trim();
  if (text.length > longest || trimmed.length < 8 || !/\d{4}/.test(trimmed)) return false;
  // Nine to eleven digits may be a phone number as well as seconds.
  if (/^\d+$/.test(trimmed)) return trimmed.length === 13 && /^1[0-9]/.test(trimmed);
  if (/^\+?[\d ().]+$/.test(trimmed) && !/^\d{1,4}\.\d{1,2}\.\d{1,4}$/.test(trimmed)) return false;
  return typeof normalizeDatetime(trimmed) === 'string';
}

/** A text that is a phone number, or digits as long as one, and nothing else. */
export function looksLikePhone(text: string): boolean {
  if (text.length > longest) return false;
  const digits = digitsOf(text.replace(phoneExtension, '')).length;
  const isForm = /^(?:tel:)?[+(]?[\d\s().\-/\u00a0]+(?:ext\.? ?\d+|x\d+)?$/i.test(text.trim());
  return isForm && digits >= shortestPhone && digits <= 17;
}

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** Other digits in the same spelling; `1,200.50` and `1200.5` stay one number. */
export function replaceNumber(pseudonyms: Pseudonyms, text: string): string {
  const [, , whole = ''] = plainNumber.exec(text.trim()) ?? [];
  return text.replace(whole, () => respell(whole, pseudonyms.wholeNumber(digitsOf(whole))));
}

/**
 * Another number of the same country and kind in the same spelling. The last six digits are replaced by themselves, so that all
 * spellings of one number (with prefix, without, digits alone) become spellings of one placeholder. Where a country has no number
 * of that form, as some small ones have not, fewer are. A number that stands for none stays, so that a replay treats it likewise.
 */
export function replacePhone(pseudonyms: Pseudonyms, text: string, defaultCountry: string | undefined): string {
  const extension = phoneExtension.exec(text)?.[0] ?? '';
  const number = text.slice(0, text.length - extension.length);
  if (isPlaceholderPhone(number)) return text;
  const [most, ...fewer] = replacedDigits;
  let placeholder = replaceLast(pseudonyms, number, most);
  if (isValidIn(number, defaultCountry)) {
    for (const count of fewer) {
      if (isValidIn(placeholder, defaultCountry)) break;
      placeholder = replaceLast(pseudonyms, number, count);
    }
  }
  return placeholder + extension.replace(/\d+/, (digits) => pseudonyms.digits(digits));
}

function replaceLast(pseudonyms: Pseudonyms, text: string, most: number): string {
  const digits = digitsOf(text);
  const count = digits.length > most ? most : Math.max(1, digits.length - 1);
  return respell(text, digits.slice(0, -count) + pseudonyms.digits(digits.slice(-count)));
}

/** The text with other digits, as many as it has. */
function respell(text: string, digits: string): string {
  let at = 0;
  return text.replace(/\d/g, () => digits.charAt(at++));
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

import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Problem } from './problem.ts';

const NO_PREFIX: Problem = {
  problem: 'is not a telephone number that can be read without a country (DEFAULT_COUNTRY is not set)',
};
const NOT_A_NUMBER: Problem = { problem: 'is not a telephone number' };

/** True when telephone numbers of this ISO country can be read. */
export function isKnownCountry(code: string): boolean {
  return isSupportedCountry(code);
}

/**
 * E.164 (`+34600111222`), the one form in which telephone numbers are stored and compared; an extension stays behind it.
 * @param defaultCountry ISO code of the country in which a number without prefix is dialled.
 */
export function normalizePhone(text: string, defaultCountry: string | undefined): string | Problem {
  const country = defaultCountry !== undefined && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const parsed = parsePhone(text.trim().replace(/^tel:/i, ''), country);
  if (parsed === undefined || !parsed.isPossible()) return country === undefined ? NO_PREFIX : NOT_A_NUMBER;
  return parsed.ext === undefined ? parsed.number : `${parsed.number} ext. ${parsed.ext}`;
}

/** Spellings that a CRM or its search index is likely to hold: with `+`, digits alone, and without the country's code. */
export function phoneVariants(canonical: string): string[] {
  const number = canonical.replace(/ ext\. .*$/, '');
  const parsed = parsePhoneNumberFromString(number);
  const variants = [number, number.slice(1)];
  if (parsed !== undefined) variants.push(parsed.nationalNumber);
  return [...new Set(variants)];
}

function parsePhone(text: string, country: CountryCode | undefined) {
  // `00` is how most of the world writes `+`.
  if (country === undefined && /^00[1-9]/.test(text)) return parsePhoneNumberFromString(`+${text.slice(2)}`);
  return parsePhoneNumberFromString(text, country === undefined ? {} : { defaultCountry: country });
}

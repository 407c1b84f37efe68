import {
  type CountryCode,
  isSupportedCountry,
  Metadata,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';
import type { Locale } from '../locale.ts';
import { severalValues } from '../several-values.ts';
import { isPartialValue, isValueProblem, type PartialValue, type ValueProblem } from '../value-problem.ts';
import { findPhoneText, splitPhones } from './phone-text.ts';

const noPrefix: ValueProblem = {
  problem: 'is a phone number without a country prefix, and neither the record nor DEFAULT_COUNTRY names a country',
};
const notANumber: ValueProblem = { problem: 'is not a phone number' };
const twoNumbers: ValueProblem = { problem: 'can be read as two different phone numbers' };
const moreText = 'has more than a phone number; only the number was written';

/** True if phone numbers of this ISO country can be parsed. */
export function isKnownCountry(code: string): boolean {
  return isSupportedCountry(code);
}

/**
 * Parses a phone number to its canonical form, E.164 (`+34600111222`); an extension is appended. A number without a country prefix is
 * a number of the record's own country, or else of the default one. Of several numbers in one text the first is the value.
 */
export function normalizePhone(text: string, locale: Locale): string | PartialValue | ValueProblem {
  // A number that is none of the record's own country would be another person's in the default one.
  const country = [locale.recordCountry, locale.defaultCountry].find(isDialed);
  const plain = text.includes('/') ? undefined : readPlainNumber(text);
  if (plain !== undefined) return `+${plain.callingCode}${plain.national}`;
  const parts = splitPhones(text);
  const readings = parts.map((part) => readPhone(part, country));
  const values = readings.map((reading) => (isPartialValue(reading) ? reading.value : reading));
  const first = values.find((value) => typeof value === 'string');
  if (parts.length < 2 || first === undefined) return readPhone(text, country);
  return readings.every((reading) => reading === first) ? first : { value: first, warning: severalValues };
}

function isDialed(code: string | undefined): code is CountryCode {
  return code !== undefined && isSupportedCountry(code);
}

function readPhone(text: string, country: CountryCode | undefined): string | PartialValue | ValueProblem {
  const found = findPhoneText(text);
  if (found === undefined) return notANumber;
  const value = readNumber(withoutMobileDigit(found.number), country);
  if (typeof value !== 'string') return value;
  const number = found.extension === undefined ? value : `${value.replace(/ ext\. .*$/, '')} ext. ${found.extension}`;
  return found.hasMore ? { value: number, warning: moreText } : number;
}

function readNumber(number: string, country: CountryCode | undefined): string | ValueProblem {
  // After a complete number, a slash starts another number or an alternative ending: 600 111 222 / 223.
  if ((number.split('/', 1)[0] ?? '').replace(/\D/g, '').length > 7 && number.includes('/')) return notANumber;
  const plain = readPlainNumber(number);
  if (plain !== undefined) return `+${plain.callingCode}${plain.national}`;
  // Without two digits there is no number; the library would throw, which is slow.
  const parsed = /\d\D*\d/.test(number) ? parsePhone(number, country) : undefined;
  if (parsed === undefined) return country === undefined && /^[\d\s()./-]{5,}$/.test(number) ? noPrefix : notANumber;
  if (isValueProblem(parsed)) return parsed;
  // A number of only zeros loses one each time it is parsed.
  if (parsePhoneNumberFromString(parsed.number)?.number !== parsed.number) return notANumber;
  if (/^0+$/.test(parsed.nationalNumber)) return notANumber;
  return parsed.ext === undefined ? parsed.number : `${parsed.number} ext. ${parsed.ext}`;
}

/** Spellings that a CRM or its search index is likely to hold: with `+`, digits only, and without the calling code. */
export function phoneVariants(canonical: string): string[] {
  const [number = '', extension] = canonical.split(' ext. ');
  const national = readPlainNumber(number)?.national ?? parsePhoneNumberFromString(number)?.nationalNumber;
  if (national === undefined) return [number, number.slice(1)];
  // An index of digits appends those of the extension to the number.
  return [number, number.slice(1), national, ...(extension === undefined ? [] : [`${national}${extension}`])];
}

/** Mexico dropped the 1 between its calling code and mobile numbers in 2019; both forms mean the same number. */
function withoutMobileDigit(number: string): string {
  const digits = number.replace(/[\s().-]/g, '');
  return /^(?:\+|00)?521\d{10}$/.test(digits) ? digits.replace('521', '52') : number;
}

/** The one reading of a number: as it is written, or with `+` for `00`, or with a `+` that was dropped. */
function parsePhone(text: string, country: CountryCode | undefined): PhoneNumber | ValueProblem | undefined {
  const prefixed = withPlus(text);
  if (prefixed.startsWith('+')) return parseTrunk(prefixed);
  const national =
    country === undefined ? undefined : possible(parsePhoneNumberFromString(text, { defaultCountry: country }));
  const digits = text.replace(/[\s()./-]/g, '');
  // In most countries `00` means `+`.
  if (/^00[1-9]/.test(digits)) return national ?? possible(parsePhoneNumberFromString(`+${digits.slice(2)}`));
  const dropped = /^[1-9]\d{7,14}$/.test(digits) ? parsePhoneNumberFromString(`+${digits}`) : undefined;
  // Its calling code must be the first digits as they are grouped: `8 (495)` is not the 84 of Vietnam.
  const isGrouped = /^\D*(\d+)/.exec(text)?.[1]?.startsWith(dropped?.countryCallingCode ?? '') === true;
  const international = dropped?.isValid() === true && isGrouped ? dropped : undefined;
  if (international === undefined || national?.number === international.number) return national;
  const isOwn = national?.countryCallingCode === international.countryCallingCode;
  if (national === undefined || (isOwn && !national.isValid()))
    return digits.length > 10 || isOwn ? international : national;
  // Written as in the country itself, with its prefix: 089 1234567, but not 89 1234567. A number without a format is never written that
  // way.
  const written = national.isValid() ? national.formatNational() : '';
  if (/\D/.test(written) && written.replace(/\D/g, '') === digits) return national;
  if (isOwn) return international;
  // A shorter number has lost its 0 or 1, as in spreadsheets.
  if (digits.length < 11) return national;
  return national.isValid() && /\D/.test(written) ? twoNumbers : international;
}

/** A number with a calling code: `0` in brackets after it is only dialed within the country, but for a few where it is part of it. */
function parseTrunk(text: string): PhoneNumber | ValueProblem | undefined {
  if (!/\(0\)/.test(text)) return possible(parsePhoneNumberFromString(text));
  const readings = ['', '0'].map((zero) => possible(parsePhoneNumberFromString(text.replace(/\s*\(0\)\s*/, zero))));
  const valid = readings.filter((reading) => reading?.isValid());
  const [first = readings[0], second = first] = valid;
  return first?.number === second?.number ? first : twoNumbers;
}

/** A calling code before `(0)` needs no `+`; `++` and `+00` are one. */
function withPlus(text: string): string {
  const number = text.replace(/^\(\s*(?:\+|00)\s*(\d{1,3})\s*\)\s*/, '+$1 ').replace(/^\+[\s+]*(?:00)?/, '+');
  const [whole, code = ''] = /^(?:00\s*)?\(?([1-9]\d{0,2})\)?\s*(?=\(0\))/.exec(number) ?? [];
  return whole === undefined ? number : `+${code} ${number.slice(whole.length)}`;
}

function possible(number: PhoneNumber | undefined): PhoneNumber | undefined {
  return number?.isPossible() === true ? number : undefined;
}

/**
 * Calling codes whose national numbers need no further parsing if they do not start with 0 or 1 (national prefixes).
 * Most numbers are of this kind, and parsing them here takes a tenth of the time.
 */
const plainCodes: Readonly<Record<string, CountryCode>> = {
  1: 'US',
  31: 'NL',
  32: 'BE',
  33: 'FR',
  34: 'ES',
  41: 'CH',
  43: 'AT',
  44: 'GB',
  45: 'DK',
  46: 'SE',
  47: 'NO',
  48: 'PL',
  49: 'DE',
  61: 'AU',
  91: 'IN',
  351: 'PT',
  353: 'IE',
  358: 'FI',
};

/** Possible lengths of national numbers by calling code, from the library's metadata. */
const possibleLengths: ReadonlyMap<string, ReadonlySet<number>> = new Map(
  Object.entries(plainCodes).map(([callingCode, country]) => {
    const metadata = new Metadata();
    metadata.selectNumberingPlan(country);
    return [callingCode, new Set(metadata.numberingPlan?.possibleLengths())];
  }),
);

/** Parses a number with `+` and a calling code of the list above; undefined for numbers that the library must parse. */
function readPlainNumber(text: string): { readonly callingCode: string; readonly national: string } | undefined {
  if (!/^\+[1-9][\d .()/-]{6,22}$/.test(text) || text.includes('(0')) return undefined;
  const digits = text.replace(/\D/g, '');
  for (const length of [2, 3, 1]) {
    const callingCode = digits.slice(0, length);
    const lengths = possibleLengths.get(callingCode);
    if (lengths === undefined) continue;
    const national = digits.slice(length);
    return national >= '2' && lengths.has(national.length) ? { callingCode, national } : undefined;
  }
  return undefined;
}

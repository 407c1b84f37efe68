import {
  type CountryCode,
  isSupportedCountry,
  Metadata,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';
import type { Locale } from './locale.ts';
import { withPlainSigns } from './numbers/number-text.ts';
import { severalValues } from './several-values.ts';
import type { PartialValue, ValueProblem } from './value-problem.ts';

const noPrefix: ValueProblem = {
  problem: 'is a phone number without a country prefix, and neither the record nor DEFAULT_COUNTRY names a country',
};
const notANumber: ValueProblem = { problem: 'is not a phone number' };

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
  const countries = [locale.recordCountry, locale.defaultCountry].filter(isDialed).slice(0, 1);
  const read = (part: string) => readPhone(part, countries);
  const given = withPlainSigns(text).trim();
  const parts = given.split(between).filter((part) => part.trim() !== '');
  if (parts.length < 2) return read(given);
  const values = parts.map(read).filter((value) => typeof value === 'string');
  const [first] = values;
  // A slash or comma may also be part of one number.
  if (first === undefined || parts.some((part) => part.replace(/\D/g, '').length < 7)) return read(given);
  return values.length === parts.length && new Set(values).size === 1
    ? first
    : { value: first, warning: severalValues };
}

/** Between two numbers: never inside of one. */
const between = /[,;|\n\r\t]+|\s+\/\s*|\/\s*(?=\+)|\s+(?:or|and|oder|und|o|y|ou|et|e)\s+|(?<=\d)\s+(?=\+\d)/iu;

function isDialed(code: string | undefined): code is CountryCode {
  return code !== undefined && isSupportedCountry(code);
}

function readPhone(text: string, countries: readonly CountryCode[]): string | ValueProblem {
  const number = withoutMobileDigit(text.trim().replace(/^tel:/i, ''));
  // After a complete number, a slash starts another one or its end: 600 111 222 / 223.
  if ((number.split('/', 1)[0] ?? '').replace(/\D/g, '').length > 7 && number.includes('/')) return notANumber;
  const plain = readPlainNumber(number);
  if (plain !== undefined) return `+${plain.callingCode}${plain.national}`;
  // Without two digits there is no number; the library would throw, which is slow.
  const parsed = /\d\D*\d/.test(number) ? parsePhone(number, countries) : undefined;
  if (parsed === undefined) return countries.length === 0 && /^[\d\s()./-]{5,}$/.test(number) ? noPrefix : notANumber;
  // Numbers of zeros lose one each time they are parsed.
  if (parsePhoneNumberFromString(parsed.number)?.number !== parsed.number) return notANumber;
  return parsed.ext === undefined ? parsed.number : `${parsed.number} ext. ${parsed.ext}`;
}

/** Spellings that a CRM or its search index is likely to hold: with `+`, digits only, and without the calling code. */
export function phoneVariants(canonical: string): string[] {
  const number = canonical.replace(/ ext\. .*$/, '');
  const national = readPlainNumber(number)?.national ?? parsePhoneNumberFromString(number)?.nationalNumber;
  return national === undefined ? [number, number.slice(1)] : [number, number.slice(1), national];
}

/** Mexico dropped the 1 between its calling code and mobile numbers in 2019; both forms mean the same number. */
function withoutMobileDigit(number: string): string {
  const digits = number.replace(/[\s().-]/g, '');
  return /^(?:\+|00)521\d{10}$/.test(digits) ? digits.replace('521', '52') : number;
}

/** The one reading of a number: as it is written, or with `+` for `00`, or with a `+` that was dropped. */
function parsePhone(text: string, countries: readonly CountryCode[]): PhoneNumber | undefined {
  if (text.startsWith('+')) return possible(parsePhoneNumberFromString(text));
  const national = countries.map((defaultCountry) => parsePhoneNumberFromString(text, { defaultCountry }));
  // With two countries, the number must exist in one of them; with one, new ranges of numbers are accepted.
  const found =
    national.find((number) => number?.isValid()) ?? (countries.length === 1 ? possible(national[0]) : undefined);
  if (found !== undefined) return found;
  const digits = text.replace(/[\s()./-]/g, '');
  // In most countries `00` means `+`.
  if (/^00[1-9]/.test(digits)) return possible(parsePhoneNumberFromString(`+${digits.slice(2)}`));
  if (!/^[1-9]\d{10,14}$/.test(digits)) return undefined;
  const international = parsePhoneNumberFromString(`+${digits}`);
  return international?.isValid() === true ? international : undefined;
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

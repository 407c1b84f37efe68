import { type CountryCode, isSupportedCountry, Metadata, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { ValueProblem } from './value-problem.ts';

const noPrefix: ValueProblem = {
  problem: 'is a phone number without a country prefix, and DEFAULT_COUNTRY is not set',
};
const notANumber: ValueProblem = { problem: 'is not a phone number' };

/** True if phone numbers of this ISO country can be parsed. */
export function isKnownCountry(code: string): boolean {
  return isSupportedCountry(code);
}

/**
 * Parses a phone number to its canonical form, E.164 (`+34600111222`); an extension is appended.
 * @param defaultCountry ISO code of the country of numbers without a country prefix.
 */
export function normalizePhone(text: string, defaultCountry: string | undefined): string | ValueProblem {
  const number = text.trim().replace(/^tel:/i, '');
  const plain = readPlainNumber(number);
  if (plain !== undefined) return `+${plain.callingCode}${plain.national}`;
  const country = defaultCountry !== undefined && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  // Without two digits there is no number; the library would throw, which is slow.
  const parsed = /\d\D*\d/.test(number) ? parsePhone(number, country) : undefined;
  if (parsed === undefined || !parsed.isPossible()) return country === undefined ? noPrefix : notANumber;
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

function parsePhone(text: string, country: CountryCode | undefined) {
  // In most countries `00` means `+`.
  if (country === undefined && /^00[1-9]/.test(text)) return parsePhoneNumberFromString(`+${text.slice(2)}`);
  return parsePhoneNumberFromString(text, country === undefined ? {} : { defaultCountry: country });
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

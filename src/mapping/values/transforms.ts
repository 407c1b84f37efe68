import { companyNameVariants, foldCompanyName } from './company-name.ts';
import { normalizeDate, normalizeDatetime, normalizeYear } from './date-text.ts';
import { normalizeEmail } from './email-address.ts';
import { foldText } from './fold-text.ts';
import { isFreeMailDomain } from './free-mail-domains.ts';
import { firstName, lastName } from './full-name.ts';
import { linkedinUrlVariants, normalizeLinkedinUrl } from './linkedin-url.ts';
import { lowerBound, normalizeAmount, normalizeInteger, normalizeNumber } from './number-text.ts';
import { normalizePhone, phoneVariants } from './phone-number.ts';
import type { Problem } from './problem.ts';
import {
  domainVariants,
  normalizeDomain,
  normalizeDomainName,
  normalizeRootDomain,
  normalizeUrl,
} from './web-domain.ts';

/** What a transform may know beside the value. */
export interface TransformContext {
  /** ISO code of the country in which a telephone number without prefix is dialled. */
  readonly defaultCountry?: string;
}

/**
 * What a transform does to a value, which decides where it may be used:
 * - `canonical`: gives the one form in which such values are stored and compared;
 * - `comparing`: gives a form good for comparing only, since it drops what people want to read;
 * - `converting`: gives another value (a number, a date, one name of two);
 * - `cosmetic`: gives the same value, better looking.
 */
export type TransformRole = 'canonical' | 'comparing' | 'converting' | 'cosmetic';

interface TransformBase {
  /** One sentence for the reference page. */
  readonly summary: string;
  readonly role: TransformRole;
  readonly example: readonly [given: string, result: string];
  /** What stands behind the colon in `{ truncate: 100 }`; without it the transform is written as a bare name. */
  readonly argument?: { readonly summary: string; readonly isValid: (argument: string) => boolean };
}

/** Works on one text; each item of a list is transformed by itself. */
export interface TextTransform extends TransformBase {
  readonly takes: 'text';
  /** Texts of more characters are refused unread: nothing of the kind is that long, and reading them takes long. */
  readonly longest?: number;
  readonly apply: (
    value: string,
    context: TransformContext,
    argument: string,
  ) => string | readonly string[] | undefined | Problem;
  /** Lower-case spellings that a CRM is likely to hold, for a search; without it, the value itself. */
  readonly variants?: (canonical: string, given: string) => readonly string[];
  /** `tokens`: the value is found as words inside a longer one. */
  readonly search?: 'in' | 'tokens';
  /** Values that stand for many people and so identify nobody. */
  readonly isShared?: (canonical: string) => boolean;
}

/** Works on a whole list; a single text counts as a list of one. */
export interface ListTransform extends TransformBase {
  readonly takes: 'list';
  readonly apply: (values: readonly string[], argument: string) => string | readonly string[] | undefined;
}

export type Transform = TextTransform | ListTransform;

/** The closed table of transforms. Each is a pure function of its value; anything new goes in here with its test. */
export const transforms = {
  trim: {
    summary: 'Removes white space at both ends.',
    role: 'cosmetic',
    example: [' Ada ', 'Ada'],
    takes: 'text',
    apply: (value) => value.trim(),
  },
  one_line: {
    summary: 'Turns line breaks, tabs and runs of spaces into single spaces, and trims.',
    role: 'cosmetic',
    example: ['Ada\n  Lovelace ', 'Ada Lovelace'],
    takes: 'text',
    apply: toOneLine,
  },
  text: {
    summary: 'Keeps paragraphs but removes control characters and white space at the ends of lines.',
    role: 'cosmetic',
    example: ['Hello \r\nworld\u0000', 'Hello\nworld'],
    takes: 'text',
    apply: cleanText,
  },
  truncate: {
    summary: 'Cuts a text to a number of characters, the last of which becomes "…".',
    role: 'cosmetic',
    example: ['{ truncate: 6 }: Lovelace', 'Lovel…'],
    argument: { summary: 'a whole number from 1 to 65536', isValid: (text) => isWholeNumber(text, 1, 65_536) },
    takes: 'text',
    apply: (value, _context, argument) => truncate(value, Number(argument)),
  },
  lowercase: {
    summary: 'Writes all letters small.',
    role: 'cosmetic',
    example: ['ADA', 'ada'],
    takes: 'text',
    apply: (value) => value.trim().toLowerCase(),
  },
  uppercase: {
    summary: 'Writes all letters large.',
    role: 'cosmetic',
    example: ['es', 'ES'],
    takes: 'text',
    apply: (value) => value.trim().toUpperCase(),
    variants: (canonical) => [canonical.toLowerCase()],
  },
  fold: {
    summary: 'For comparing names: small letters, no accents, single spaces.',
    role: 'comparing',
    example: [' José  ÁLVAREZ', 'jose alvarez'],
    takes: 'text',
    longest: 1_000,
    apply: foldText,
    variants: (canonical, given) => [...new Set([given.trim().replace(/\s+/g, ' ').toLowerCase(), canonical])],
  },
  company_name: {
    summary: 'For comparing companies: no legal form (Inc., GmbH, S.L.), punctuation, accents or capitals.',
    role: 'comparing',
    example: ['Société Générale, S.A.', 'societe generale'],
    takes: 'text',
    longest: 1_000,
    apply: foldCompanyName,
    variants: companyNameVariants,
  },
  email: {
    summary: 'An e-mail address in small letters, without "mailto:" or a name around it.',
    role: 'canonical',
    example: ['Ada <Ada@Example.com>', 'ada@example.com'],
    takes: 'text',
    longest: 1_000,
    apply: normalizeEmail,
  },
  e164: {
    summary: 'A telephone number with its country; numbers without prefix are read as DEFAULT_COUNTRY.',
    role: 'canonical',
    example: ['+34 600 11 12 22', '+34600111222'],
    takes: 'text',
    longest: 100,
    apply: (value, context) => normalizePhone(value, context.defaultCountry),
    variants: phoneVariants,
  },
  linkedin_url: {
    summary: "A LinkedIn profile's or page's address in its one canonical form.",
    role: 'canonical',
    example: ['es.linkedin.com/in/Ada-L/?trk=x', 'https://www.linkedin.com/in/ada-l'],
    takes: 'text',
    longest: 2_000,
    apply: normalizeLinkedinUrl,
    variants: linkedinUrlVariants,
  },
  url: {
    summary: 'A web address with scheme and without a trailing slash.',
    role: 'canonical',
    example: ['Acme.com/', 'https://acme.com'],
    takes: 'text',
    longest: 2_000,
    apply: normalizeUrl,
  },
  domain: {
    summary: 'An internet domain: no scheme, "www.", path or port. As a match rule it ignores free-mail providers.',
    role: 'canonical',
    example: ['https://www.Acme.com/about', 'acme.com'],
    takes: 'text',
    longest: 2_000,
    apply: normalizeDomain,
    variants: domainVariants,
    isShared: isFreeMailDomain,
  },
  root_domain: {
    summary: 'As `domain`, and without subdomains.',
    role: 'canonical',
    example: ['shop.acme.co.uk', 'acme.co.uk'],
    takes: 'text',
    longest: 2_000,
    apply: normalizeRootDomain,
    variants: domainVariants,
    isShared: isFreeMailDomain,
  },
  domain_name: {
    summary: 'For comparing: a domain without its extension, so that acme.com and acme.es are one.',
    role: 'comparing',
    example: ['www.acme.co.uk', 'acme'],
    takes: 'text',
    longest: 2_000,
    apply: (value) => (isFreeMailDomain(asText(normalizeDomain(value))) ? SHARED_DOMAIN : normalizeDomainName(value)),
    variants: (canonical) => canonical.split('-').filter((word) => word !== ''),
    search: 'tokens',
  },
  number: {
    summary: 'A number in plain digits with one optional point; thousands separators are removed.',
    role: 'converting',
    example: ['1,234.50', '1234.5'],
    takes: 'text',
    longest: 100,
    apply: normalizeNumber,
  },
  integer: {
    summary: 'As `number`, but refuses fractions.',
    role: 'converting',
    example: ['10 000', '10000'],
    takes: 'text',
    longest: 100,
    apply: normalizeInteger,
  },
  amount: {
    summary: 'A sum of money as a number: signs of currency go, K, M and B are multiplied out.',
    role: 'converting',
    example: ['$5.2M', '5200000'],
    takes: 'text',
    longest: 100,
    apply: normalizeAmount,
  },
  lower_bound: {
    summary: 'The lower end of a range of numbers.',
    role: 'converting',
    example: ['51-200 employees', '51'],
    takes: 'text',
    longest: 100,
    apply: lowerBound,
  },
  boolean: {
    summary: 'true or false, also from yes, no, y, n, on, off, 1 and 0.',
    role: 'converting',
    example: ['Yes', 'true'],
    takes: 'text',
    longest: 100,
    apply: toBoolean,
  },
  iso_date: {
    summary: 'A day as YYYY-MM-DD.',
    role: 'converting',
    example: ['31 Jan 2026', '2026-01-31'],
    takes: 'text',
    longest: 100,
    apply: normalizeDate,
  },
  iso_datetime: {
    summary: 'A point in time as ISO 8601 in UTC.',
    role: 'converting',
    example: ['2026-01-31T10:00:00+01:00', '2026-01-31T09:00:00.000Z'],
    takes: 'text',
    longest: 100,
    apply: normalizeDatetime,
  },
  year: {
    summary: 'A year of four digits, also out of a date.',
    role: 'converting',
    example: ['2014-05-01', '2014'],
    takes: 'text',
    longest: 100,
    apply: normalizeYear,
  },
  first_name: {
    summary: 'The given names of a full name.',
    role: 'converting',
    example: ['Ludwig van Beethoven', 'Ludwig'],
    takes: 'text',
    longest: 500,
    apply: firstName,
  },
  last_name: {
    summary: 'The family name of a full name.',
    role: 'converting',
    example: ['Ludwig van Beethoven', 'van Beethoven'],
    takes: 'text',
    longest: 500,
    apply: lastName,
  },
  split: {
    summary: 'Makes a list of a text, cut at a separator.',
    role: 'converting',
    example: ["{ split: ',' }: a, b", 'a;b'],
    argument: { summary: 'the separator', isValid: (text) => text !== '' },
    takes: 'text',
    apply: (value, _context, argument) => nonEmpty(value.split(argument)),
  },
  take: {
    summary: 'One item of a list, counted from 1; negative numbers count from the end.',
    role: 'converting',
    example: ['{ take: 1 }: [a, b]', 'a'],
    argument: { summary: 'a whole number but not 0', isValid: (text) => /^-?[1-9]\d{0,3}$/.test(text) },
    takes: 'list',
    apply: (values, argument) => values.at(Number(argument) > 0 ? Number(argument) - 1 : Number(argument)),
  },
  unique: {
    summary: 'Drops repeated items of a list, regardless of case.',
    role: 'converting',
    example: ['[a, A, b]', 'a;b'],
    takes: 'list',
    apply: unique,
  },
  join: {
    summary: 'Makes one text of a list; without it a list is joined with ";", as fields with several options want it.',
    role: 'converting',
    example: ["{ join: ', ' }: [a, b]", 'a, b'],
    argument: { summary: 'what stands between the items', isValid: () => true },
    takes: 'list',
    apply: (values, argument) => values.join(argument),
  },
} as const satisfies Readonly<Record<string, Transform>>;

export type TransformName = keyof typeof transforms;

export const transformNames = Object.keys(transforms) as readonly TransformName[]; // Object.keys of a closed table

/** The transform of this name, or undefined; names such as `constructor` are no transforms. */
export function findTransform(name: string): Transform | undefined {
  return Object.hasOwn(transforms, name) ? transforms[name as TransformName] : undefined; // hasOwn has just shown it
}

const SHARED_DOMAIN: Problem = { problem: 'is the domain of a free-mail provider' };

function asText(value: string | Problem): string {
  return typeof value === 'string' ? value : '';
}

/** Most values are on one line already, and looking is faster than replacing. */
function toOneLine(value: string): string {
  return /[^\S ]|\p{Cc}|\s\s|^\s|\s$/u.test(value) ? value.replace(/[\s\p{Cc}]+/gu, ' ').trim() : value;
}

function cleanText(value: string): string {
  return value
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

function truncate(value: string, length: number): string {
  const characters = Array.from(value);
  return characters.length <= length ? value : `${characters.slice(0, length - 1).join('')}…`;
}

function toBoolean(value: string): string | Problem {
  const word = value.trim().toLowerCase();
  if (/^(true|yes|y|on|1)$/.test(word)) return 'true';
  return /^(false|no|n|off|0)$/.test(word) ? 'false' : { problem: 'is neither true nor false' };
}

function nonEmpty(values: readonly string[]): readonly string[] {
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

function unique(values: readonly string[]): readonly string[] {
  const seen = new Map(values.toReversed().map((value) => [value.toLowerCase(), value]));
  return [...new Set(values.map((value) => seen.get(value.toLowerCase()) ?? value))];
}

function isWholeNumber(text: string, least: number, most: number): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most;
}

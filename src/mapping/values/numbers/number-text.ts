import type { Locale } from '../locale.ts';
import type { ValueProblem } from '../value-problem.ts';

const notANumber: ValueProblem = { problem: 'is not a number' };
const twoNumbers: ValueProblem = { problem: 'can be read as two different numbers' };

/**
 * What exactly three digits after a single point or comma are, as in `1.234`:
 * - `decimals`: the text was printed by a program, which groups nothing;
 * - `group`: no value of this kind has three decimals;
 * - `unclear`: after a point both are possible, after a comma they are a group;
 * - `scaled`: before a word such as "million" both are possible.
 */
export type ThreeDigits = 'decimals' | 'group' | 'unclear' | 'scaled';

/** Parses a number to digits with an optional decimal point, as CRMs expect; `1,234.50` → `1234.5`. */
export function normalizeNumber(text: string, { isNumber }: Locale = {}): string | ValueProblem {
  return readNumber(text, isNumber === true ? 'decimals' : 'unclear');
}

/** Like {@link normalizeNumber}, but rejects fractions other than zero, so that `10.000` can only be ten thousand. */
export function normalizeInteger(text: string, { isNumber }: Locale = {}): string | ValueProblem {
  const digits = readNumber(text, isNumber === true ? 'decimals' : 'group');
  return typeof digits === 'string' && digits.includes('.') ? { problem: 'is not a whole number' } : digits;
}

/** More people than any company employs. */
const maxEmployees = 10_000_000;

/** Like {@link normalizeInteger}, for a number of people. */
export function normalizeEmployeeCount(text: string, locale: Locale = {}): string | ValueProblem {
  const digits = normalizeInteger(text, locale);
  if (typeof digits !== 'string' || (!digits.startsWith('-') && Number(digits) <= maxEmployees)) return digits;
  return { problem: 'is not a possible number of employees' };
}

/** Formats a JavaScript number as plain digits, never `1e+21`. Undefined for NaN and infinity. */
export function plainNumber(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const text = String(value === 0 ? 0 : value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '');
}

/**
 * Plain digits with one optional point. Groups may be separated by points, commas, apostrophes or any blank, in the Western or the
 * Indian way. A number that would be printed as `1.234` gets another decimal, `1.2340`, so that it can be read in one way only.
 */
export function readNumber(text: string, threeDigits: ThreeDigits): string | ValueProblem {
  const match = /^([-+]?)(\d[\d.,' ]*)$/.exec(withPlainSigns(text.trim()));
  const parts = match === null ? undefined : splitNumber(match[2] ?? '', threeDigits);
  if (parts === undefined) return notANumber;
  if (parts === 'unclear') return twoNumbers;
  const whole = parts.whole.replace(/^0+(?=\d)/, '');
  const fraction = parts.fraction.replace(/0+$/, '');
  const isZero = whole === '0' && fraction === '';
  const sign = match?.[1] === '-' && !isZero ? '-' : '';
  const isUnclear = threeDigits !== 'decimals' && fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}${isUnclear ? '0' : ''}`}`;
}

/** Digits of all scripts become `0` to `9`, blanks, apostrophes and signs one form each. */
export function withPlainSigns(text: string): string {
  if (/^[\d.,+-]*$/.test(text)) return text;
  return text
    .replace(/\p{Nd}/gu, (digit) => digitValue(digit))
    .replace(/[\p{Zs}\t]/gu, ' ')
    .replace(/['’ʼ‘`´٬]/g, "'")
    .replace(/[−﹣－]/g, '-')
    .replace(/[＋﹢]/g, '+')
    .replace(/[．]/g, '.')
    .replace(/[，٫]/g, ',');
}

/** The ten digits of a script are consecutive, and each block starts at a multiple of 16, or six after one. */
function digitValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 48;
  let zero = code;
  while (zero > code - 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}

interface NumberParts {
  readonly whole: string;
  readonly fraction: string;
}

const western = { ',': /^[1-9]\d{0,2}(?:,\d{3})+$/, '.': /^[1-9]\d{0,2}(?:\.\d{3})+$/ } as const;
const indian = /^[1-9]\d?(?:,\d{2})*,\d{3}$/;
const sparse = /^([1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+)(?:[.,](\d*))?$/;

function splitNumber(digits: string, threeDigits: ThreeDigits): NumberParts | 'unclear' | undefined {
  if (/[' ]/.test(digits)) {
    const match = sparse.exec(digits);
    return match === null ? undefined : { whole: (match[1] ?? '').replace(/[' ]/g, ''), fraction: match[2] ?? '' };
  }
  const [comma, point] = [digits.lastIndexOf(','), digits.lastIndexOf('.')];
  if (comma < 0 && point < 0) return { whole: digits, fraction: '' };
  const last = comma > point ? ',' : '.';
  const at = Math.max(comma, point);
  const [before, after] = [digits.slice(0, at), digits.slice(at + 1)];
  if (/^\d+$/.test(before)) return splitOnce({ before, after, sign: last }, threeDigits);
  const group = before.includes(last) ? last : last === ',' ? '.' : ',';
  const grouped = group === last ? digits : before;
  if (!western[group].test(grouped) && !(group === ',' && indian.test(grouped))) return undefined;
  return { whole: grouped.replaceAll(group, ''), fraction: group === last ? '' : after };
}

/** A number with a single separator, which may be of either kind. */
function splitOnce(
  { before, after, sign }: { readonly before: string; readonly after: string; readonly sign: ',' | '.' },
  threeDigits: ThreeDigits,
): NumberParts | 'unclear' {
  const decimals = { whole: before, fraction: after };
  if (after.length !== 3 || !/^[1-9]\d{0,2}$/.test(before)) return decimals;
  const isGroup = threeDigits === 'group' || (sign === ',' && threeDigits !== 'scaled');
  if (isGroup) return { whole: before + after, fraction: '' };
  return threeDigits === 'decimals' ? decimals : 'unclear';
}

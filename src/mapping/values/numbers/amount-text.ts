import magnitudes from '../../data/magnitudes.json' with { type: 'json' };
import { foldText } from '../fold-text.ts';
import type { Locale } from '../locale.ts';
import type { PartialValue, ValueProblem } from '../value-problem.ts';
import { type Currency, findCurrency } from './currency.ts';
import { readNumber, type ThreeDigits, withPlainSigns } from './number-text.ts';

const notAnAmount: ValueProblem = { problem: 'is not an amount of money' };
const twoAmounts: ValueProblem = { problem: 'can be read as two different amounts' };

/** Zeros by word. */
const zeros: ReadonlyMap<string, number> = new Map(
  Object.entries(magnitudes.words).flatMap(([count, words]) =>
    words.split(' ').map((word): [string, number] => [word, Number(count)]),
  ),
);
/** Words between the others: "5 millones de euros". */
const joining: ReadonlySet<string> = new Set(magnitudes.joining.split(' '));
const approximate: ReadonlySet<string> = new Set(magnitudes.approximate.split(' '));
/** Words that mean different numbers in different languages; the currency decides where possible. */
const zerosByCurrency: ReadonlyMap<string, Readonly<Record<string, number | null>>> = new Map(
  Object.entries(magnitudes.byCurrency),
);

/**
 * Parses an amount of money: `$5M` → `5000000`, `R$ 1.200.000` → `1200000`, `5 mil €` → `5000`. Ranges are rejected, and so is what has
 * two readings. An approximation is read with a warning.
 */
export function normalizeAmount(text: string, { isNumber }: Locale = {}): string | PartialValue | ValueProblem {
  if (isNumber === true) return readNumber(text, 'decimals');
  const match = /^([^\d]*?)([-+]?) ?(\d(?:[\d.,' ]*\d)?)([^\d]*)$/u.exec(
    // "500.000,-" is an amount without cents.
    withPlainSigns(text.trim()).replace(/(?<=\d)[.,][-–—]{1,2}(?=\D*$)/, ''),
  );
  if (match === null) return notAnAmount;
  const [, before = '', sign = '', digits = '', after = ''] = match;
  const words = readWords([...tokens(before), ...tokens(after)]);
  if (words === undefined) return notAnAmount;
  const places = wordZeros(words.magnitudes, words.currency);
  if (places === undefined) return notAnAmount;
  if (places === 'unclear') return twoAmounts;
  const number = readNumber(sign + digits, threeDigitsOf(words.currency, places));
  if (typeof number !== 'string') return number.problem === 'is not a number' ? notAnAmount : twoAmounts;
  const value = shiftPoint(number, places);
  return words.isApproximate ? { value, warning: 'is only approximate' } : value;
}

/** An amount of a known currency has as many decimals as the currency has, which is never three but for a few. */
function threeDigitsOf(currency: Currency | undefined, places: number): ThreeDigits {
  if (places > 0) return 'scaled';
  return currency === undefined || currency.decimals === 3 ? 'unclear' : 'group';
}

interface AmountWords {
  readonly magnitudes: readonly string[];
  readonly currency: Currency | undefined;
  readonly isApproximate: boolean;
}

/** Undefined if one of the words is of no known kind, or if there are several currencies. */
function readWords(words: readonly string[]): AmountWords | undefined {
  const found: string[] = [];
  const currencies: Currency[] = [];
  let isApproximate = false;
  for (const word of words) {
    const currency = findCurrency(word);
    const folded = (foldText(word) ?? '').replace(/\.+$/, '');
    const joined = /^(\p{L}+)([A-Z]{3})$/u.exec(word);
    const joinedCurrency = joined?.[2] === undefined ? undefined : findCurrency(joined[2]);
    if (found.length > 0 && joining.has(folded)) continue;
    if (currency !== undefined) currencies.push(currency);
    else if (word === '+' || approximate.has(folded)) isApproximate = true;
    // With a point, "mil." is short for millions in some languages.
    else if (zerosByCurrency.has(word.toLowerCase())) found.push(word.toLowerCase());
    else if (zeros.has(folded) || zerosByCurrency.has(folded)) found.push(folded);
    else if (joinedCurrency !== undefined && zeros.has((joined?.[1] ?? '').toLowerCase())) {
      found.push((joined?.[1] ?? '').toLowerCase());
      currencies.push(joinedCurrency);
    } else return undefined;
  }
  // "$5M USD" and "£1bn GBP" name the currency twice.
  const codes = new Set(
    currencies.map(({ code }) => code).filter((code, _index, all) => code !== '$' || !all.some(isDollar)),
  );
  if (codes.size > 1) return undefined;
  return { magnitudes: found, currency: currencies.find(({ code }) => codes.has(code)), isApproximate };
}

/** True for the code of a dollar. */
function isDollar(code: string): boolean {
  return /^(?:USD|CAD|AUD|NZD|SGD|HKD|TWD|MXN|ARS|CLP|COP)$/.test(code);
}

/** `US$`, `Mio.` and `€` are one token each, `M€` is two. */
function tokens(text: string): string[] {
  // "1M$" is a million dollars, "A$" is one sign.
  const spaced = text.replace(/[\p{L}]{1,2}\$s?/gu, (sign) =>
    findCurrency(sign) === undefined ? sign.replace('$', ' $') : sign,
  );
  return spaced.match(/[万萬亿億円元원]|[\p{L}\p{M}]{1,2}\$s?|[\p{L}\p{M}]+\.?|[^\s\p{L}]/gu) ?? [];
}

function wordZeros(words: readonly string[], currency: Currency | undefined): number | 'unclear' | undefined {
  const [first, second] = words;
  if (first === undefined) return 0;
  if (words.length > 2) return undefined;
  // "mil millones" and "thousand million" are a thousand millions, whatever "mil" means alone.
  if (second !== undefined)
    return (first === 'mil' || zeros.get(first) === 3) && zeros.get(second) === 6 ? 9 : undefined;
  const unclear = zerosByCurrency.get(first);
  if (unclear === undefined) return zeros.get(first);
  const code = currency?.code ?? '';
  const places = Object.hasOwn(unclear, code) ? unclear[code] : unclear['*'];
  return places ?? 'unclear';
}

function shiftPoint(digits: string, places: number): string {
  if (places === 0) return digits;
  const sign = digits.startsWith('-') ? '-' : '';
  const [whole = '0', fraction = ''] = digits.slice(sign.length).split('.');
  const moved = `${whole}${fraction.slice(0, places).padEnd(places, '0')}`;
  const shifted = readNumber(fraction.length > places ? `${moved}.${fraction.slice(places)}` : moved, 'decimals');
  // Three decimals would be read as a thousands group.
  return typeof shifted === 'string' ? `${sign}${shifted.replace(/^([1-9]\d{0,2}\.\d{3})$/, '$10')}` : digits;
}

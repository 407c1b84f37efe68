import type { Problem } from './problem.ts';

const NOT_A_NUMBER: Problem = { problem: 'is not a number' };
const MULTIPLIERS: Readonly<Record<string, number>> = {
  k: 3,
  thousand: 3,
  m: 6,
  mm: 6,
  mio: 6,
  mn: 6,
  mil: 6,
  million: 6,
  millions: 6,
  b: 9,
  bn: 9,
  billion: 9,
  billions: 9,
  t: 12,
  trillion: 12,
};

/** Digits with one optional point, as CRMs want them (no thousands separators); `1,234.50` → `1234.5`. */
export function normalizeNumber(text: string): string | Problem {
  const digits = readNumber(text);
  return digits ?? NOT_A_NUMBER;
}

/** As {@link normalizeNumber}, and nothing behind the point but zeros. */
export function normalizeInteger(text: string): string | Problem {
  const digits = readNumber(text);
  if (digits === undefined) return NOT_A_NUMBER;
  return digits.includes('.') ? { problem: 'is not a whole number' } : digits;
}

/** A sum of money: `$5M` → `5000000`, `€1.2 billion` → `1200000000`. A range is refused. */
export function normalizeAmount(text: string): string | Problem {
  const match =
    /^(?:[a-z]{2,3}\s+|~|about\s+)?[\p{Sc}]?\s*([-+]?[\d][\d.,\s'’]*)\s*([a-z]*)\.?\s*(?:[\p{Sc}]|usd|eur|gbp|chf|us\$)?\s*\+?$/iu.exec(
      text.trim(),
    );
  const digits = match?.[1] === undefined ? undefined : readNumber(match[1]);
  if (digits === undefined) return { problem: 'is not an amount of money' };
  const word = match?.[2]?.toLowerCase() ?? '';
  if (word === '' || /^(usd|eur|gbp|chf)$/.test(word)) return digits;
  const zeros = Object.hasOwn(MULTIPLIERS, word) ? MULTIPLIERS[word] : undefined;
  return zeros === undefined ? { problem: 'is not an amount of money' } : shiftPoint(digits, zeros);
}

/** The lower end of a range: `51-200` → `51`, `10,001+` → `10001`, `250` → `250`. */
export function lowerBound(text: string): string | Problem {
  const match = /^\D{0,12}?(\d[\d.,']*)\s*(?:[-–—+]|to\b|or more\b|employees\b|$)/i.exec(text.trim());
  return (match?.[1] === undefined ? undefined : readNumber(match[1])) ?? NOT_A_NUMBER;
}

/** A JavaScript number as plain digits: never `1e+21`. Not a number and infinity give undefined. */
export function plainNumber(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const text = String(value === 0 ? 0 : value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '');
}

function readNumber(text: string): string | undefined {
  let digits = text.trim().replace(/(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?!\d))/g, '');
  const comma = digits.lastIndexOf(',');
  const point = digits.lastIndexOf('.');
  if (comma >= 0 && point >= 0) {
    const [decimal, thousands] = comma > point ? ([',', '.'] as const) : (['.', ','] as const);
    const whole = digits.slice(0, digits.lastIndexOf(decimal));
    if (!isGrouped(whole, thousands)) return undefined;
    digits = `${whole.replaceAll(thousands, '')}.${digits.slice(digits.lastIndexOf(decimal) + 1)}`;
  } else if (comma >= 0) {
    digits = isGrouped(digits, ',') ? digits.replaceAll(',', '') : digits.replace(',', '.');
  } else if (digits.indexOf('.') !== point && isGrouped(digits, '.')) {
    digits = digits.replaceAll('.', '');
  }
  const match = /^([-+]?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(digits);
  if (match === null) return undefined;
  const [, sign, whole, fraction] = match;
  const isZero = whole === '0' && !fraction;
  return `${sign === '-' && !isZero ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}

function isGrouped(digits: string, separator: ',' | '.'): boolean {
  return separator === ',' ? /^[-+]?[1-9]\d{0,2}(,\d{3})+$/.test(digits) : /^[-+]?[1-9]\d{0,2}(\.\d{3})+$/.test(digits);
}

function shiftPoint(digits: string, places: number): string {
  const [whole = '0', fraction = ''] = digits.split('.');
  const moved = `${whole}${fraction.slice(0, places).padEnd(places, '0')}`;
  return readNumber(fraction.length > places ? `${moved}.${fraction.slice(places)}` : moved) ?? digits;
}

import type { ValueProblem } from './value-problem.ts';

const notANumber: ValueProblem = { problem: 'is not a number' };

/** Parses a number to digits with an optional decimal point, as CRMs expect; `1,234.50` → `1234.5`. */
export function normalizeNumber(text: string): string | ValueProblem {
  const digits = readNumber(text);
  return digits ?? notANumber;
}

/** Like {@link normalizeNumber}, but rejects fractions other than zero. */
export function normalizeInteger(text: string): string | ValueProblem {
  const digits = readNumber(text);
  if (digits === undefined) return notANumber;
  return digits.includes('.') ? { problem: 'is not a whole number' } : digits;
}

/** Formats a JavaScript number as plain digits, never `1e+21`. Undefined for NaN and infinity. */
export function plainNumber(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const text = String(value === 0 ? 0 : value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '').replace(/\.$/, '');
}

/** Plain digits with one optional point; undefined for a text that is not a number. */
export function readNumber(text: string): string | undefined {
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

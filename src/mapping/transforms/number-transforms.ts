import { normalizeAmount } from '../values/numbers/amount-text.ts';
import { normalizeBoolean } from '../values/boolean-text.ts';
import { lowerBound, normalizeEmployeeRange } from '../values/numbers/number-range.ts';
import { normalizeEmployeeCount, normalizeInteger, normalizeNumber } from '../values/numbers/number-text.ts';
import type { Transform } from './transform.ts';

/** Transforms that read numbers and booleans. */
export const numberTransforms = {
  number: {
    summary:
      'A number in plain digits with an optional decimal point; thousands separators are removed. `1.234` has two readings and is rejected.',
    role: 'converting',
    example: ['1,234.50', '1234.5'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: (value, locale) => normalizeNumber(value, locale),
  },
  integer: {
    summary: 'A whole number; `10.000` is ten thousand.',
    role: 'converting',
    example: ['10 000', '10000'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: (value, locale) => normalizeInteger(value, locale),
  },
  employee_count: {
    summary: 'A number of employees as a whole number; negative numbers and more than ten million are rejected.',
    role: 'converting',
    example: ['10.000', '10000'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: (value, locale) => normalizeEmployeeCount(value, locale),
  },
  amount: {
    summary:
      'An amount of money as a number: currencies are removed, and words such as K, Mio. and billion are multiplied out.',
    role: 'converting',
    example: ['$5.2M', '5200000'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: (value, locale) => normalizeAmount(value, locale),
  },
  lower_bound: {
    summary: 'The lower end of a range of numbers.',
    role: 'converting',
    example: ['51-200 employees', '51'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: lowerBound,
  },
  employee_range: {
    summary:
      'A number of employees, exact or a range, in one spelling for value maps: "10,001+" is 10001+, "Self-employed" is 1.',
    role: 'converting',
    example: ['51–200 employees', '51-200'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: normalizeEmployeeRange,
  },
  boolean: {
    summary: 'true or false; also accepts yes and no in common languages, y, n, on, off, 1 and 0.',
    role: 'converting',
    example: ['Yes', 'true'],
    accepts: 'text',
    maxLength: 100,
    isSingle: true,
    apply: normalizeBoolean,
  },
} as const satisfies Readonly<Record<string, Transform>>;

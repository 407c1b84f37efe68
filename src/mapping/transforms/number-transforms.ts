import { normalizeAmount } from '../values/amount-text.ts';
import { normalizeBoolean } from '../values/boolean-text.ts';
import { lowerBound } from '../values/number-range.ts';
import { normalizeInteger, normalizeNumber } from '../values/number-text.ts';
import type { Transform } from './transform.ts';

/** Transforms that read numbers and booleans. */
export const numberTransforms = {
  number: {
    summary: 'A number in plain digits with an optional decimal point; thousands separators are removed.',
    role: 'converting',
    example: ['1,234.50', '1234.5'],
    accepts: 'text',
    maxLength: 100,
    apply: normalizeNumber,
  },
  integer: {
    summary: 'Like `number`, but rejects fractions.',
    role: 'converting',
    example: ['10 000', '10000'],
    accepts: 'text',
    maxLength: 100,
    apply: normalizeInteger,
  },
  amount: {
    summary: 'An amount of money as a number: currency signs are removed, K, M and B are multiplied out.',
    role: 'converting',
    example: ['$5.2M', '5200000'],
    accepts: 'text',
    maxLength: 100,
    apply: normalizeAmount,
  },
  lower_bound: {
    summary: 'The lower end of a range of numbers.',
    role: 'converting',
    example: ['51-200 employees', '51'],
    accepts: 'text',
    maxLength: 100,
    apply: lowerBound,
  },
  boolean: {
    summary: 'true or false; also accepts yes, no, y, n, on, off, 1 and 0.',
    role: 'converting',
    example: ['Yes', 'true'],
    accepts: 'text',
    maxLength: 100,
    apply: normalizeBoolean,
  },
} as const satisfies Readonly<Record<string, Transform>>;

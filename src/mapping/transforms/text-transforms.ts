import { cleanText, toOneLine, truncate } from '../values/plain-text.ts';
import type { Transform } from './transform.ts';

/** Cosmetic transforms, for any text. */
export const textTransforms = {
  trim: {
    summary: 'Removes whitespace from both ends.',
    role: 'cosmetic',
    example: [' Ada ', 'Ada'],
    accepts: 'text',
    apply: (value) => value.trim(),
  },
  one_line: {
    summary: 'Replaces line breaks, tabs and runs of spaces with single spaces, and trims.',
    role: 'cosmetic',
    example: ['Ada\n  Lovelace ', 'Ada Lovelace'],
    accepts: 'text',
    apply: toOneLine,
  },
  text: {
    summary: 'Keeps paragraphs, but removes control characters and trailing whitespace.',
    role: 'cosmetic',
    example: ['Hello \r\nworld\u0000', 'Hello\nworld'],
    accepts: 'text',
    apply: cleanText,
  },
  truncate: {
    summary: 'Shortens text to a number of characters; the last one becomes "…".',
    role: 'cosmetic',
    example: ['{ truncate: 6 }: Lovelace', 'Lovel…'],
    argument: { summary: 'a whole number from 1 to 65536', isValid: (text) => isWholeNumber(text, 1, 65_536) },
    accepts: 'text',
    apply: (value, _context, argument) => truncate(value, Number(argument)),
  },
  lowercase: {
    summary: 'Converts to lowercase.',
    role: 'cosmetic',
    example: ['ADA', 'ada'],
    accepts: 'text',
    apply: (value) => value.trim().toLowerCase(),
  },
  uppercase: {
    summary: 'Converts to uppercase.',
    role: 'cosmetic',
    example: ['es', 'ES'],
    accepts: 'text',
    apply: (value) => value.trim().toUpperCase(),
  },
} as const satisfies Readonly<Record<string, Transform>>;

function isWholeNumber(text: string, min: number, max: number): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max;
}

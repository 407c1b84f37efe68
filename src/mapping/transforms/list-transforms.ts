import { splitQuoted, uniqueTexts } from '../values/text-list.ts';
import type { Transform } from './transform.ts';

/** Transforms that create a list or work on a whole list. */
export const listTransforms = {
  split: {
    summary: 'Splits text into a list at a separator that is not inside double quotes.',
    role: 'converting',
    example: ["{ split: ',' }: a, b", 'a;b'],
    argument: { summary: 'the separator', isValid: (text) => text !== '' },
    accepts: 'text',
    apply: (value, _context, argument) => splitQuoted(value, argument),
  },
  take: {
    summary: 'One item of a list, counted from 1; negative numbers count from the end.',
    role: 'converting',
    example: ['{ take: 1 }: [a, b]', 'a'],
    argument: { summary: 'a whole number other than 0', isValid: (text) => /^-?[1-9]\d{0,3}$/.test(text) },
    accepts: 'list',
    apply: (values, argument) => values.at(Number(argument) > 0 ? Number(argument) - 1 : Number(argument)),
  },
  unique: {
    summary: 'Removes repeated items from a list (case does not matter).',
    role: 'converting',
    example: ['[a, A, b]', 'a;b'],
    accepts: 'list',
    apply: uniqueTexts,
  },
  join: {
    summary: 'Joins a list into one text; otherwise lists are joined with ";", as multiple-select properties expect.',
    role: 'converting',
    example: ["{ join: ', ' }: [a, b]", 'a, b'],
    argument: { summary: 'the text between the items', isValid: () => true },
    accepts: 'list',
    apply: (values, argument) => values.join(argument),
  },
} as const satisfies Readonly<Record<string, Transform>>;

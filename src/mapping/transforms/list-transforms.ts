import { splitText, uniqueTexts } from '../values/text-list.ts';
import type { Transform } from './transform.ts';

/** Transforms that make lists, or work on a whole list. */
export const listTransforms = {
  split: {
    summary: 'Makes a list of a text, cut at a separator.',
    role: 'converting',
    example: ["{ split: ',' }: a, b", 'a;b'],
    argument: { summary: 'the separator', isValid: (text) => text !== '' },
    accepts: 'text',
    apply: (value, _context, argument) => splitText(value, argument),
  },
  take: {
    summary: 'One item of a list, counted from 1; negative numbers count from the end.',
    role: 'converting',
    example: ['{ take: 1 }: [a, b]', 'a'],
    argument: { summary: 'a whole number but not 0', isValid: (text) => /^-?[1-9]\d{0,3}$/.test(text) },
    accepts: 'list',
    apply: (values, argument) => values.at(Number(argument) > 0 ? Number(argument) - 1 : Number(argument)),
  },
  unique: {
    summary: 'Drops repeated items of a list, regardless of case.',
    role: 'converting',
    example: ['[a, A, b]', 'a;b'],
    accepts: 'list',
    apply: uniqueTexts,
  },
  join: {
    summary: 'Makes one text of a list; without it a list is joined with ";", as fields with several options want it.',
    role: 'converting',
    example: ["{ join: ', ' }: [a, b]", 'a, b'],
    argument: { summary: 'what stands between the items', isValid: () => true },
    accepts: 'list',
    apply: (values, argument) => values.join(argument),
  },
} as const satisfies Readonly<Record<string, Transform>>;

import { isValueProblem, type PartialValue, type ValueProblem } from './value-problem.ts';

/** The warning about a text or list with several values, for a property of one value. */
export const severalValues = 'has several values; only the first usable one was written';

/** The same where the rest is no value. */
const moreText = 'has more than a value; only the usable part was written';

/** Between two values in one text: a comma, a semicolon, a bar, a line break, or a slash or word between blanks. */
const separators = /[,;|\n\r\t]+|\s+(?:\/|&|\+|or|and|oder|und|o|y|u|ou|et|e)\s+/iu;
const maxParts = 20;

/**
 * What may stand before the first value: nothing, or a sign that separates. A word before it may belong to it: the
 * `smith@acme.com` of `john smith@acme.com` is another person's address.
 */
const boundary = /(?:^|,\s|[^\p{L}\p{N}\p{M}\s,.'’_-])\s*$/u;

/**
 * Reads a text that may hold several values. The first usable one is the value, with a warning if there is more.
 *
 * @param options.needsAll true where single words of a sentence could be read as values.
 */
export function readFirstValue(
  text: string,
  read: (part: string) => string | ValueProblem,
  { needsAll }: { readonly needsAll: boolean },
): string | PartialValue | ValueProblem {
  const whole = read(text);
  if (!isValueProblem(whole)) return whole;
  for (const pattern of [separators, /[\s,;|]+/u]) {
    const parts = text.split(pattern, maxParts).filter((part) => part.trim() !== '');
    if (parts.length < 2) continue;
    const values = parts.map(read).filter((value) => typeof value === 'string');
    const [first] = values;
    if (first === undefined || (needsAll && values.length < parts.length)) continue;
    const firstPart = parts.find((part) => !isValueProblem(read(part))) ?? '';
    if (!boundary.test(text.slice(0, text.indexOf(firstPart)))) continue;
    // The same value in two spellings is one value.
    if (values.length === parts.length && new Set(values).size === 1) return first;
    return { value: first, warning: new Set(values).size === 1 ? moreText : severalValues };
  }
  return whole;
}

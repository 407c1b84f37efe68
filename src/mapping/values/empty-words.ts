import { longestOf } from './longest-of.ts';

/** How the words that mean "no value" are recognised: in any case, only as they are listed, or not at all. */
export type EmptyWordCase = 'any_case' | 'exact' | 'never';

/** Recognises texts that say that there is no value, such as `N/A`. */
export function createEmptyWordTest(words: readonly string[], wordCase: EmptyWordCase): EmptyWordTest {
  if (wordCase === 'never') return () => false;
  const known = tests[wordCase].get(words);
  if (known !== undefined) return known;
  const fold = (text: string) => (wordCase === 'exact' ? text.trim() : text.trim().toLowerCase());
  const listed = new Set(words.map(fold));
  // Where a dash means nothing, so do several, and other signs that only fill a place.
  const isFiller = (text: string) => listed.has('-') && fillers.test(text);
  const longest = longestOf(words);
  const isEmpty = (text: string) =>
    text.length <= longest + 20 && (listed.has(fold(text)) || isFiller(text) || listed.has(fold(bare(text))));
  const test = (value: string | readonly string[]) =>
    typeof value === 'string' ? isEmpty(value) : value.every(isEmpty);
  tests[wordCase].set(words, test);
  return test;
}

/** Dashes, points, bullets, empty brackets, and signs without width; not `!!!`, which is a name. */
const fillers = /^[\s\p{Pd}\p{Cf}._•·{}[\]()]+$/u;

/** The word in `“N/A”` and `n/a.`. */
function bare(text: string): string {
  return text.replace(/^[\s"'“”„«»‘’]+|[\s"'“”„«»‘’.]+$/gu, '');
}

/** The list of a mapping file serves all of its rows and records. */
const tests = {
  any_case: new WeakMap<readonly string[], EmptyWordTest>(),
  exact: new WeakMap<readonly string[], EmptyWordTest>(),
};

type EmptyWordTest = (value: string | readonly string[]) => boolean;

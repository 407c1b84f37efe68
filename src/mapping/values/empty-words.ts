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
  const longest = longestOf(words);
  const isEmpty = (text: string) => text.length <= longest + 20 && listed.has(fold(text));
  const test = (value: string | readonly string[]) =>
    typeof value === 'string' ? isEmpty(value) : value.every(isEmpty);
  tests[wordCase].set(words, test);
  return test;
}

/** The list of a mapping file serves all of its rows and records. */
const tests = {
  any_case: new WeakMap<readonly string[], EmptyWordTest>(),
  exact: new WeakMap<readonly string[], EmptyWordTest>(),
};

type EmptyWordTest = (value: string | readonly string[]) => boolean;

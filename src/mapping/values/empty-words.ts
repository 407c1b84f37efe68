import { longestOf } from './longest-of.ts';
import { normalizeUnicode } from './normalize-unicode.ts';

/** How the words that mean "no value" are recognized: in any case, only as they are listed, or not at all. */
export type EmptyWordCase = 'any_case' | 'exact' | 'never';

/**
 * Recognizes texts that say that there is no value, such as `N/A`, and variables that a template did not replace.
 *
 * @param isProse false for numbers, codes, options and fields of unknown kind: there `0` and `NA` (North America) are values.
 */
export function createEmptyWordTest(
  words: readonly string[],
  wordCase: EmptyWordCase,
  isProse: boolean,
): EmptyWordTest {
  if (wordCase === 'never') return () => false;
  const cache = tests[wordCase][isProse ? 'prose' : 'other'];
  const known = cache.get(words);
  if (known !== undefined) return known;
  const fold = (text: string) => (wordCase === 'exact' ? oneForm(text) : foldWord(text));
  const listed = new Set(words.filter((word) => isProse || !codes.has(word.toLowerCase())).map(fold));
  const longest = longestOf(words);
  // "Null" is a name, but "N/a" is none, in whatever case.
  const inAnyCase = new Set(words.filter(isNoName).map(foldWord));
  const isListed = (text: string) => listed.has(fold(text)) || (isNoName(text) && inAnyCase.has(foldWord(text)));
  const isWord = (text: string) => isListed(text) || isListed(bare(text));
  // Where a dash means "no value", so do several dashes and other filler characters.
  const isFiller = (text: string) => listed.has('-') && (fillers.test(text) || variables.test(text));
  // "N/A, N/A" and "null null"
  const isRepeated = (text: string) => {
    const parts = text.split(/\s*[,;|]\s*|\s+/).filter((part) => part !== '');
    return parts.length > 1 && parts.length < 5 && parts.every(isWord);
  };
  const isEmpty = (text: string) =>
    (text.length <= 4 * longest + 20 && (isWord(text) || isRepeated(text))) ||
    (text.length <= longestFiller && isFiller(text));
  const test = (value: string | readonly string[]) =>
    typeof value === 'string' ? isEmpty(value) : value.every(isEmpty);
  cache.set(words, test);
  return test;
}

/** Two words, or a character that names do not have; initials have points, too: `N. A.` */
function isNoName(word: string): boolean {
  return /[\s/\\#()<>[\]]/.test(word) && !word.includes('.');
}

/** Words of the list that are values where texts are not prose. */
const codes: ReadonlySet<string> = new Set(['0', 'na']);

const longestFiller = 200;

/** Dashes, points, bullets, quotes, empty brackets, and signs without width; not `!!!`, which is a name. */
const fillers = /^[\s\p{Pd}\p{Cf}\u2800\u3164._•·{}[\]()<>|*=~/\\,;:?¿"'“”„«»‘’]+$/u;

/** One or several variables: `{{title}}`, `${title}`, `<%= title %>`, `[[title]]`, `*|TITLE|*`, `%%title%%`, `{first_name}`. */
const variables =
  /^(?:\s*(?:\{\{[^{}]*\}\}|\$\{[^{}]*\}|<%[^<>]*%>|\[\[[^[\]]*\]\]|\*\|[^*|]*\|\*|%%?[a-z_][\w.-]*%%?|\{[a-z_][\w.-]*\}))+\s*$/i;

/** Without signs of no width, and with one kind of each letter, slash and blank. */
function oneForm(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text;
  return normalizeUnicode(text, 'NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[⁄∕]/g, '/')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The same in any case, and with any sign between the words: `not_available`. */
function foldWord(text: string): string {
  return oneForm(text)
    .toLowerCase()
    .replace(/(?<=\p{L})[_-](?=\p{L})/gu, ' ');
}

/** The word in `“N/A”` and `n/a.`. */
function bare(text: string): string {
  return text.replace(/^[\s"'“”„«»‘’]+|[\s"'“”„«»‘’.]+$/gu, '');
}

/** The list of a mapping file serves all of its rows and records. */
const tests = { any_case: caches(), exact: caches() };

function caches() {
  return {
    prose: new WeakMap<readonly string[], EmptyWordTest>(),
    other: new WeakMap<readonly string[], EmptyWordTest>(),
  };
}

type EmptyWordTest = (value: string | readonly string[]) => boolean;

import { foldText } from './fold-text.ts';
import { normalizeUnicode } from './normalize-unicode.ts';
import { normalizeEmployeeRange } from './numbers/number-range.ts';
import { withPlainSigns } from './numbers/number-text.ts';

/** An option of a CRM property. */
export interface Option {
  readonly value: string;
  readonly label: string;
  readonly isHidden?: boolean;
}

/** Words between others that are ignored when matching labels, in common languages. */
const stopWords = new Set(['and', 'or', 'of', 'the', 'und', 'et', 'y', 'e', 'og', 'och', 'en']);

/**
 * Creates a function that finds the option for a text: by exact value or label, or else regardless of case, accents, punctuation
 * between words and stop words ("Hospital & Health Care" is `HOSPITAL_HEALTH_CARE`). Signs beside a letter or digit count ("C++" is
 * not "C"), and digits stay apart ("1-5" is not "15"). It returns the option's value, or undefined if no option matches or several
 * match equally well. Visible options take precedence over hidden ones.
 */
export function createOptionMatcher(options: readonly Option[]): (text: string) => string | undefined {
  const tables = [
    options.filter((option) => option.isHidden !== true),
    options.filter((option) => option.isHidden),
  ].map(indexOptions);
  return (text) => {
    const exact = text.trim();
    if (exact === '') return undefined;
    for (const { values, labels } of tables) {
      if (values.has(exact)) return exact;
      const found = single(labels.get(exact));
      if (found !== undefined) return found;
    }
    if (exact.length > maxLooseLength) return undefined;
    // With the same letters and accents, in another case: "resume" is "Resume" and not "Résumé".
    for (const { sameLetters } of tables) {
      const found = single(sameLetters.get(letters(exact)));
      if (found !== undefined) return found;
    }
    const [whole, withoutStopWords] = looseForms(exact);
    for (const { forms, shortForms, ranges } of tables) {
      const found =
        single(forms.get(whole)) ?? single(shortForms.get(withoutStopWords)) ?? single(ranges.get(rangeForm(exact)));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** No option is longer; a longer text matches only as it is. */
const maxLooseLength = 1_000;

function indexOptions(options: readonly Option[]) {
  const labels = new Map<string, Set<string>>();
  const sameLetters = new Map<string, Set<string>>();
  const forms = new Map<string, Set<string>>();
  const shortForms = new Map<string, Set<string>>();
  const ranges = new Map<string, Set<string>>();
  for (const { value, label } of options) {
    add(labels, label.trim(), value);
    for (const text of [value, label]) add(sameLetters, letters(text), value);
    for (const range of [rangeForm(value), rangeForm(label)]) add(ranges, range, value);
    for (const [whole, withoutStopWords] of [looseForms(value), looseForms(label)]) {
      add(forms, whole, value);
      add(shortForms, withoutStopWords, value);
    }
  }
  return { values: new Set(options.map((option) => option.value)), labels, sameLetters, forms, shortForms, ranges };
}

function letters(text: string): string {
  return normalizeUnicode(text.trim(), 'NFC').toLowerCase();
}

/** "51-200 employees" and "51–200" are one range; empty for any other text. */
function rangeForm(text: string): string {
  const range = normalizeEmployeeRange(text);
  return typeof range === 'string' && /\d[-+]/.test(range) ? range : '';
}

/** A form that ends up empty matches nothing. */
function add(index: Map<string, Set<string>>, key: string, value: string): void {
  if (key !== '') index.set(key, (index.get(key) ?? new Set()).add(value));
}

function single(values: ReadonlySet<string> | undefined): string | undefined {
  return values?.size === 1 ? [...values][0] : undefined;
}

/** The text as it is compared: with all of its words, and without those that only join others. */
function looseForms(text: string): readonly [whole: string, withoutStopWords: string] {
  const tokens = readTokens(text);
  const isWord = (token: string | undefined) => token !== undefined && /[\p{L}\p{N}]/u.test(token);
  const kept = tokens.filter(
    (token, index) => !(stopWords.has(token) && isWord(tokens[index - 1]) && isWord(tokens[index + 1])),
  );
  return [joinTokens(tokens), joinTokens(kept)];
}

/** Between two numbers: all range signs get one spelling. */
const rangeSign = '~';

/** A number, a word, or a sign that carries meaning. Everything else separates. */
const token =
  /\d+(?:[.,]\d+)*|[\p{L}\p{M}]+|\p{N}+|(?<![+#<>≤≥=%@*~^$€£¥±!?])[+#<>≤≥=%@*~^$€£¥±!?]+(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}][+#]{0,4})[+#<>≤≥=%@*~^$€£¥±!?]|(?<![\p{L}\p{N}]\s?)-(?=\p{N})|(?<=[\p{L}\p{N}])-(?![\p{L}\p{N}\s])/gu;

function readTokens(text: string): string[] {
  const folded = (foldText(withPlainSigns(text)) ?? '')
    // 1,001 and 1'001 are 1001; a point may also be a decimal point.
    .replace(
      /(?<![\d.,])([1-9]\d{0,2})((?:,\d{3})+)(?![\d.,])/g,
      (_all, first: string, rest: string) => first + rest.replaceAll(',', ''),
    )
    .replace(/(?<=\d)\s*(?:[-–—‑‐]|\b(?:to|bis|a|al|until|till)\b)\s*(?=\d)/g, ` ${rangeSign}`)
    .replace(/([<>≤≥±+$€£¥])\s+(?=\d)/g, '$1')
    .replace(/\s+([+#-])$/, '$1')
    // "C ++" is C++, and "- 1" is not 1.
    .replace(/\s+(\+\+|#)(?=\s|$)/g, '$1')
    .replace(/^-\s+(?=\d)/, '-')
    .replace(/(?<=\d)\s+(?=[%+$€£¥])/g, '');
  return folded.match(token) ?? [];
}

/** Words are joined, so that "E-Learning" is "elearning"; two numbers keep a sign between them. */
function joinTokens(tokens: readonly string[]): string {
  return tokens.reduce(
    (joined, next) => (/\d$/.test(joined) && /^\d/.test(next) ? `${joined}_${next}` : joined + next),
    '',
  );
}

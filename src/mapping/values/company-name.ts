import data from '../data/legal-forms.json' with { type: 'json' };
import { foldText } from './fold-text.ts';

const always: ReadonlySet<string> = new Set(data.forms.split(' '));
/** Forms that are a word of a name where they are written like one: `Siemens AG`, but `Precision Ag`. */
const notCapitalized: ReadonlySet<string> = new Set(data.notCapitalized.split(' '));
/** Forms that are also words of a name ("Spa", "Co"): legal forms where they are written like one. */
const asWritten: ReadonlySet<string> = new Set(data.asWritten.split(' '));
const withPoints: ReadonlySet<string> = new Set(data.withPoints.split(' '));
const afterAnd: ReadonlySet<string> = new Set(data.afterAnd.split(' '));

/** Forms of several words, most of them longer than a letter. */
const phrases: ReadonlySet<string> = new Set(data.phrases.split('|'));

/** All legal forms at the end of company names, folded. */
export const legalForms: ReadonlySet<string> = new Set([...always, ...withPoints, ...afterAnd]);

/** The most common forms, appended to the bare name in searches; a search body is limited to 3,000 characters. */
const searchedForms = data.searched.split('|');

/** Less common ones: for names that the CRM holds under none of the others. */
const nextForms = data.searchedNext.split('|');

/** Characters of the longest text that is read as a company name. */
export const maxCompanyName = 1_000;

/**
 * Folds a company name for comparing: no legal form at the end, no punctuation, no accents, no case.
 * `Société Générale, S.A.` → `societe generale`. A name that consists of a legal form only is kept. Undefined if nothing is left, or if
 * the text is longer than any name.
 */
export function foldCompanyName(text: string): string | undefined {
  if (text.length > maxCompanyName) return undefined;
  // Text in brackets is not part of the name, unless there is nothing else.
  const bare = withoutBrackets(text);
  const name = /[\p{L}\p{N}]/u.test(bare) ? bare : text;
  const isOneCase = name === name.toUpperCase() || name === name.toLowerCase();
  const words = name.split(/[\s,;]+/).flatMap((token) => wordsOf(token, isOneCase));
  if (words.length === 0) return foldText(text);
  return withoutLegalForm(words)
    .map(({ word }) => word)
    .join(' ');
}

/** Lowercase spellings that a CRM is likely to hold, the given one first. */
export function companyNameVariants(canonical: string, given: string): string[] {
  const lower = given.trim().replace(/\s+/g, ' ').toLowerCase();
  // A name without letters and digits ("!!!") would be read as the legal form after it.
  const forms = /[\p{L}\p{N}]/u.test(canonical) ? searchedForms : [];
  // The CRM holds "L'Oréal S.A." and "AT&T Inc." with their signs and accents.
  const ending = forms.find((form) => lower.endsWith(form) && lower.length > form.length) ?? '';
  const signed = lower.slice(0, lower.length - ending.length);
  const names = [...new Set([canonical, signed])];
  // A name in brackets alone would be read as the legal form behind them.
  const open = names.filter((name) => /[\p{L}\p{N}]/u.test(withoutBrackets(name)));
  return [...new Set([lower, ...names, ...forms.flatMap((form) => open.map((name) => name + form))])];
}

/** Further lowercase spellings, for names that no spelling of {@link companyNameVariants} finds: `acme b.v.`. */
export function furtherCompanyNames(canonical: string): string[] {
  return /[\p{L}\p{N}]/u.test(canonical) ? nextForms.map((form) => canonical + form) : [];
}

interface NameWord {
  /** Folded. */
  readonly word: string;
  /** Written as an abbreviation: `S.p.A.`, `A/S`, a single letter with a point. */
  readonly hasPoints: boolean;
  /** Written as a legal form is: `SpA`, not `Spa`. In a name of capital or small letters alone this says nothing. */
  readonly isWrittenAsForm: boolean;
  /** One capital letter and small ones after it: `Ag`. */
  readonly isCapitalized: boolean;
}

/** From a bracket to the next that closes. A pattern would look for the end again from each bracket of an unclosed run. */
function withoutBrackets(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let open = text.indexOf('('); open >= 0; open = text.indexOf('(', from)) {
    const close = text.indexOf(')', open);
    if (close < 0) break;
    parts.push(text.slice(from, open));
    from = close + 1;
  }
  return [...parts, text.slice(from)].join(' ');
}

function wordsOf(token: string, isOneCase: boolean): NameWord[] {
  const hasPoints = /^\p{L}(?:[./]\p{L})+\.?$|^\p{L}\.$/u.test(token) || /^\p{L}{1,4}\.$/u.test(token);
  const isWrittenAsForm = !isOneCase && asWritten.has(token.replace(/\.$/, ''));
  const isCapitalized = /^\p{Lu}\p{Ll}+$/u.test(token);
  const words = (foldText(token) ?? '')
    .replace(/['’`´]/g, '')
    // `s.l.` is one word, `booking.com` is two.
    .replace(/(?<=(?<![\p{L}\p{N}])[\p{L}\p{N}])\.(?=[\s,]|$|[\p{L}\p{N}](?![\p{L}\p{N}]))/gu, '')
    .replace(/&|\+/g, ' and ')
    .split(/[^\p{L}\p{N}\p{M}]+/u);
  return words.filter((word) => word !== '').map((word) => ({ word, hasPoints, isWrittenAsForm, isCapitalized }));
}

function withoutLegalForm(words: readonly NameWord[]): readonly NameWord[] {
  let length = words.length;
  for (let count = formLength(words, length); count > 0; count = formLength(words, length)) length -= count;
  return words.slice(0, length);
}

/** How many of the first `length` words are a legal form at their end, or a dangling "and"; 0 if they end in neither. */
function formLength(words: readonly NameWord[], length: number): number {
  if (length > 1 && words[length - 1]?.word === 'and') return 1;
  const counts = [5, 4, 3, 2, 1].filter((count) => count < length);
  return counts.find((count) => isLegalForm(words.slice(length - count, length), words[length - count - 1])) ?? 0;
}

function isLegalForm(tail: readonly NameWord[], before: NameWord | undefined): boolean {
  if (phrases.has(tail.map(({ word }) => word).join(' '))) return true;
  if (tail.length > 1 && tail.some(({ word }) => word.length !== 1)) return false;
  const form = tail.map(({ word }) => word).join('');
  if (always.has(form)) return !(notCapitalized.has(form) && tail.every(({ isCapitalized }) => isCapitalized));
  if (afterAnd.has(form) && before !== undefined && ['and', 'y', 'et', 'und'].includes(before.word)) return true;
  if (!withPoints.has(form)) return false;
  return tail.every(({ hasPoints, isWrittenAsForm }) => hasPoints || isWrittenAsForm);
}

import data from '../data/legal-forms.json' with { type: 'json' };
import { foldText } from './fold-text.ts';
import { normalizeUnicode } from './normalize-unicode.ts';

const always: ReadonlySet<string> = new Set(data.forms.split(' '));
/** Forms that may also be a word of a name, depending on how they are written: `Siemens AG`, but `Precision Ag`. */
const notCapitalized: ReadonlySet<string> = new Set(data.notCapitalized.split(' '));
/** Forms that are also words of a name ("Spa", "Co"): legal forms where they are written like one. */
const asWritten: ReadonlySet<string> = new Set(data.asWritten.split(' '));
const withPoints: ReadonlySet<string> = new Set(data.withPoints.split(' '));
const afterAnd: ReadonlySet<string> = new Set(data.afterAnd.split(' '));

/** Forms of several words. */
const phrases: ReadonlySet<string> = new Set(data.phrases.split('|'));

/** Forms before a name, in any case, as they are written here, or with points. */
const before: ReadonlySet<string> = new Set(data.before.split(' '));
const beforeAsWritten: ReadonlySet<string> = new Set(data.beforeAsWritten.split(' '));
const beforeWithPoints: ReadonlySet<string> = new Set(data.beforeWithPoints.split(' '));

/** Forms that are written without a blank before or behind the name: `株式会社`. */
const joined = new RegExp(`^(?:${data.joined})|(?:${data.joined})$`, 'gu');

/** Spellings of related forms, `~` for the name: a company called `Zed Ltd.` may be `Zed Limited` in the CRM. */
const families: readonly (readonly string[])[] = data.families.map((family) => family.split('|'));
const familiesByScript = Object.entries(data.familiesByScript).map(([script, family]) => ({
  letters: new RegExp(
    script === 'Han' ? '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]' : `\\p{Script=${script}}`,
    'u',
  ),
  family: family.split('|'),
}));

/** All legal forms of company names, folded, and the words of those that are searched for. */
export const legalForms: ReadonlySet<string> = new Set([
  ...[...always, ...withPoints, ...afterAnd, ...before, ...beforeWithPoints],
  ...data.families
    .flatMap((family) => family.split(/[|~\s,]+/))
    .map((word) => foldText(word.replace(/[./()]/g, '')) ?? ''),
]);

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
  // One character may stand for a whole legal form: `㍿` for `株式会社`.
  const spelled = normalizeUnicode(text, 'NFKC');
  // Text in brackets is not part of the name, unless there is nothing else.
  const bare = withoutBrackets(spelled);
  const given = /[\p{L}\p{N}]/u.test(bare) ? bare : spelled;
  const name = withoutJoined(given);
  const isOneCase = name === name.toUpperCase() || name === name.toLowerCase();
  const words = name.split(/[\s,;]+/).flatMap((token) => wordsOf(token, isOneCase));
  if (words.length === 0) return foldText(spelled);
  return withoutFormBefore(withoutLegalForm(words))
    .map(({ word }) => word)
    .join(' ');
}

/** True for Latin words without a legal form among them. Beside other names a form may not be read as one: `Zed (`, `Zed and`, `AG ab`. */
function isPlain(name: string): boolean {
  const words = name.split(/[ .'-]+/);
  return words.every(
    (word) => /^[\p{Script=Latin}\p{N}]{2,}$/u.test(word) && !legalForms.has(word) && !/^(?:and|und)$/.test(word),
  );
}

/** Lowercase spellings that a CRM is likely to hold, the given one first. */
export function companyNameVariants(canonical: string, given: string): string[] {
  const lower = given.trim().replace(/\s+/g, ' ').toLowerCase();
  const script = familiesByScript.find(({ letters }) => letters.test(canonical));
  // The CRM holds "L'Oréal S.A." and "AT&T Inc." with their signs and accents.
  const own = findFamily(script === undefined ? [plainForms, ...families] : [script.family], lower, canonical);
  const forms = script?.family ?? [...plainForms, ...(own?.family ?? [])];
  const names = [...new Set([canonical, own?.name ?? lower])];
  const spelled = forms.flatMap((form) => names.map((name) => form.replace('~', () => name)));
  const spellings = [...names, ...spelled];
  const readable = names.every(isPlain) ? spellings : spellings.filter((each) => foldCompanyName(each) === canonical);
  return [...new Set([lower, ...readable])];
}

/** The most common forms, as families are written. */
const plainForms = searchedForms.map((form) => `~${form}`);

/** Related forms would make the spellings of a longer name fill a search of its own. */
const maxRelated = 60;

/** The name without the form that it is written with, and the forms related to that one. */
function findFamily(all: readonly (readonly string[])[], lower: string, canonical: string) {
  let found: { readonly name: string; readonly family: readonly string[] } | undefined;
  for (const family of all) {
    for (const spelling of family) {
      const [start = '', end = ''] = spelling.split('~');
      const isIn = lower.startsWith(start) && lower.endsWith(end) && lower.length > start.length + end.length;
      const name = isIn ? lower.slice(start.length, lower.length - end.length) : undefined;
      if (name === undefined || name.length > (found?.name.length ?? lower.length)) continue;
      const isWhole = name !== '' && foldCompanyName(name) === canonical;
      if (isWhole) found = { name, family: lower.length > maxRelated ? [] : family };
    }
  }
  return found;
}

/** Further lowercase spellings, for names that no spelling of {@link companyNameVariants} finds: `acme b.v.`. */
export function furtherCompanyNames(canonical: string): string[] {
  const isLatin = !familiesByScript.some(({ letters }) => letters.test(canonical));
  return isLatin && /[\p{L}\p{N}]/u.test(canonical) ? nextForms.map((form) => canonical + form) : [];
}

interface NameWord {
  /** Folded. */
  readonly word: string;
  /** Written as an abbreviation: `S.p.A.`, `A/S`, a single letter with a point. */
  readonly hasPoints: boolean;
  /** Written like a legal form: `SpA`, not `Spa`. In a name that is all uppercase or all lowercase this says nothing. */
  readonly isWrittenAsForm: boolean;
  /** One capital letter and small ones after it: `Ag`. */
  readonly isCapitalized: boolean;
  /** As it was written, for the forms that stand before a name. */
  readonly token: string;
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
  return words
    .filter((word) => word !== '')
    .map((word) => ({ word, hasPoints, isWrittenAsForm, isCapitalized, token }));
}

function withoutLegalForm(words: readonly NameWord[]): readonly NameWord[] {
  let length = words.length;
  for (let count = formLength(words, length); count > 0; count = formLength(words, length)) length -= count;
  return words.slice(0, length);
}

/** A name that consists of such a form is kept. */
function withoutJoined(name: string): string {
  const rest = name.trim().replace(joined, '').trim();
  return /[\p{L}\p{N}]/u.test(rest) ? rest : name;
}

function withoutFormBefore(words: readonly NameWord[]): readonly NameWord[] {
  const [first, second] = words;
  if (first === undefined || second === undefined) return words;
  const isForm =
    before.has(first.word) || beforeAsWritten.has(first.token) || (first.hasPoints && beforeWithPoints.has(first.word));
  return isForm ? words.slice(1) : words;
}

/** How many of the first `length` words are a legal form at their end, or a dangling "and"; 0 if they end in neither. */
function formLength(words: readonly NameWord[], length: number): number {
  const last = words[length - 1]?.word ?? '';
  if (length > 1 && (last === 'and' || (last === 'und' && length < words.length))) return 1;
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

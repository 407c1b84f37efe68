import words from '../data/name-words.json' with { type: 'json' };
import type { ValueProblem } from './value-problem.ts';

/** Particles, which belong to the family name after them. */
export const nameParticles: ReadonlySet<string> = new Set(words.particles.split(' '));
/** Titles before a name. Words that are also first names ("Don", "Ing") are titles only with a point. */
export const nameTitles = new RegExp(
  `^(?:(?:(?:${anyOf(words.titles)})\\.?|(?:${anyOf(words.dottedTitles)})\\.)\\s+)+`,
  'iu',
);
/** Generations and degrees after a name. */
export const nameSuffixes = /(?:[\s,]+(?:jr|sr|ii|iii|iv|phd|ph\.d|md|mba|msc|esq|cpa)\.?)+$/i;

const generations: ReadonlySet<string> = new Set(words.generations.split(' '));
const credentials: ReadonlySet<string> = new Set(words.credentials.split(' '));
const lowerCredentials: ReadonlySet<string> = new Set([...credentials].map((word) => word.toLowerCase()));
const pronoun = `(?:${anyOf(words.pronouns)})`;
const pronouns = new RegExp(`\\s+${pronoun}(?:\\s*/\\s*${pronoun})+\\s*$`, 'iu');

const unclear: ValueProblem = { problem: 'is a name whose parts are not clear' };

/** The alternatives of a pattern. */
function anyOf(list: string): string {
  return list.replaceAll('.', '\\.').replaceAll(' ', '|');
}

interface NameParts {
  readonly first: string | undefined;
  readonly last: string | undefined;
}

/** The given names in a full name: all words before the family name. A single word is a given name. */
export function firstName(fullName: string): string | ValueProblem | undefined {
  const parts = splitFullName(fullName);
  return 'problem' in parts ? parts : parts.first;
}

/** The family name in a full name: the last word and the particles before it (`van`, `de la`). */
export function lastName(fullName: string): string | ValueProblem | undefined {
  const parts = splitFullName(fullName);
  return 'problem' in parts ? parts : parts.last;
}

/**
 * Takes a full name apart. What is no part of it is dropped: titles, degrees and certificates, pronouns, nicknames in brackets,
 * pictures, and everything after a bar or dash. `Smith, John` is John Smith.
 */
function splitFullName(fullName: string): NameParts | ValueProblem {
  const name = bareName(fullName);
  if (name === '' && fullName.trim() !== '') return unclear;
  const isShouted = name === name.toUpperCase();
  const [start = '', ...rest] = name.split(',').map((part) => part.trim());
  const others = rest.filter(
    (part) =>
      part !== '' &&
      !(isCredentials(part, isShouted) && !(wordsOf(start).length === 1 && isGivenName(part))) &&
      `${part} `.replace(nameTitles, '') !== '',
  );
  // One word before a dash may be half of a double name, and a slash may join two.
  if (/[/|;&]/.test(start) || (wordsOf(start).length < 2 && /\S\s+[-–—/|]\s+\S/.test(fullName) && rest.length === 0))
    return unclear;
  const main = withoutSuffixes(start.replace(nameTitles, ''), isShouted);
  const [given] = others;
  if (given === undefined) return splitWords(main);
  // "Smith, John" and "García López, María José" start with the family name, "Jane Doe, Founder" does not.
  if (others.length > 1 || main === '') return unclear;
  const isFamilyName = wordsOf(main).filter((word) => !nameParticles.has(word.toLowerCase())).length < 2;
  if (!isFamilyName) return unclear;
  return { first: withoutSuffixes(given.replace(nameTitles, ''), isShouted), last: main };
}

function bareName(fullName: string): string {
  const name = fullName
    .replace(/\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\ufe0f|\u200d|\u20e3/gu, ' ')
    .replace(/\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}|<[^<>]*>|["“”„«»][^"“”„«»]*["“”„«»]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  // A bar, dash or slash between blanks ends the name.
  const [before = ''] = name.split(/\s*[|•·●★☆►~]\s*|\s+#|\s+[-–—/@]\s+/u).filter((part) => part.trim() !== '');
  return before.replace(pronouns, '').trim();
}

function isCredentials(part: string, isShouted: boolean): boolean {
  return wordsOf(part).every((word) => isSuffix(word) || (!isShouted && isAcronym(word)));
}

/** A single word that is written as a name is, not as a degree: the "Ma" of `Vu, Ma`. */
function isGivenName(part: string): boolean {
  return /^\p{Lu}\p{Ll}+$/u.test(part) && !credentials.has(part) && !generations.has(part.toLowerCase());
}

/** Two capital letters or more: `RN`, `M.Ed.`, `LEED-AP`. */
function isAcronym(word: string): boolean {
  return (word.match(/\p{Lu}/gu) ?? []).length >= 2 && word.length <= 12;
}

function isSuffix(word: string): boolean {
  const bare = word.replace(/[.]/g, '').toLowerCase();
  return generations.has(bare) || lowerCredentials.has(bare);
}

/** Without a comma, degrees count only as they are written, since "Ma" and "Do" are family names; two words are left at least. */
function withoutSuffixes(name: string, isShouted: boolean): string {
  const parts = wordsOf(name);
  while (parts.length > 2) {
    const word = parts.at(-1) ?? '';
    const bare = word.replace(/[.]/g, '');
    const isDotted = word.includes('.') && lowerCredentials.has(bare.toLowerCase());
    if (!generations.has(bare.toLowerCase()) && !isDotted && (isShouted || !credentials.has(bare))) break;
    parts.pop();
  }
  return parts.join(' ');
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function splitWords(name: string): NameParts {
  const parts = wordsOf(name);
  if (parts.length < 2) return { first: parts[0], last: undefined };
  let start = parts.length - 1;
  while (start > 1 && nameParticles.has((parts[start - 1] ?? '').toLowerCase())) start -= 1;
  return { first: parts.slice(0, start).join(' '), last: parts.slice(start).join(' ') };
}

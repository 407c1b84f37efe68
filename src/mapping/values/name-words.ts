import words from '../data/name-words.json' with { type: 'json' };
import { foldText } from './fold-text.ts';

/** Particles, which belong to the family name after them. */
export const nameParticles: ReadonlySet<string> = new Set(words.particles.split(' '));

/** Particles that begin a family name, however long it is: `bin Salman Al Saud`. "Ben" is also a first name. */
export function isPatronymic(word: string): boolean {
  return patronymics.has(word === 'Ben' ? '' : word.toLowerCase());
}

/** Common Spanish and Portuguese family names: people have two of them, and none of these is a given name. */
export function isFamilyName(word: string): boolean {
  return familyNames.has(foldText(word) ?? '');
}

/** Words that are half of a name: `Abdul Rahman`. */
export function isBinder(word: string): boolean {
  return binders.has(word.toLowerCase());
}

/**
 * Titles before a name. Words that are also first names ("Don", "Nat", "Emer") are titles only with a point; "med" and "rer nat" also
 * behind another title, "PD" before one.
 */
export const leadingTitles = new RegExp(
  `^(?:pd\\s+(?=(?:dr|prof)\\b))?(?:${title()}\\s+(?:(?:${anyOf(words.wordsAfterTitles)})\\s+)*)+`,
  'iu',
);
/** Titles after a name, where short titles have a point. */
export const isTitle = new RegExp(`^${title()}$`, 'iu');
/** Titles that stand before a given name: "Sir Ian". */
export const titlesOfGivenNames = new RegExp(`^(?:${anyOf(words.titlesOfGivenNames)})\\.?\\s`, 'iu');

const familyNames: ReadonlySet<string> = new Set(words.familyNames.split(' '));
const patronymics: ReadonlySet<string> = new Set(words.patronymics.split(' '));
const binders: ReadonlySet<string> = new Set(words.binders.split(' '));
const generations: ReadonlySet<string> = new Set(words.generations.split(' '));
const credentials: ReadonlySet<string> = new Set(words.credentials.split(' '));
const lowerCredentials: ReadonlySet<string> = new Set([...credentials].map((word) => word.toLowerCase()));
const jobs: ReadonlySet<string> = new Set(words.jobs.split(' '));
const pronoun = `(?:${anyOf(words.pronouns)})`;
/** `she/her` at the end of a name. */
export const pronouns = new RegExp(`\\s+${pronoun}(?:\\s*/\\s*${pronoun})+\\s*$`, 'iu');

function title(): string {
  return `(?:(?:${anyOf(words.titles)})\\.?|(?:${anyOf(words.dottedTitles)})\\.)`;
}

/** The alternatives of a pattern. */
function anyOf(list: string): string {
  return list.replaceAll('.', '\\.').replaceAll(' ', '|');
}

/** A generation (`Jr.`, `III`, `XIV`) in a name that is not all capital letters. */
export function isGeneration(word: string, isShouted: boolean): boolean {
  return generations.has(undotted(word).toLowerCase()) || (!isShouted && /^[IVX]{2,}$/.test(word));
}

/** A degree or certificate as it is written, or with points, in any case. */
export function isCredential(word: string): boolean {
  const bare = undotted(word);
  return credentials.has(bare) || (word.includes('.') && lowerCredentials.has(bare.toLowerCase()));
}

/** The same in any case. */
export function isCredentialInAnyCase(word: string): boolean {
  return lowerCredentials.has(undotted(word).toLowerCase());
}

/** An abbreviated position: `CEO`. */
export function isJob(word: string): boolean {
  return jobs.has(word);
}

function undotted(word: string): string {
  return word.replaceAll('.', '');
}

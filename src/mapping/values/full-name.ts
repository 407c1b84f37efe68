import {
  isBinder,
  isCredential,
  isCredentialInAnyCase,
  isFamilyName,
  isGeneration,
  isJob,
  isPatronymic,
  isTitle,
  leadingTitles,
  nameParticles,
  pronouns,
  titlesOfGivenNames,
} from './name-words.ts';
import { normalizeUnicode } from './normalize-unicode.ts';
import type { ValueProblem } from './value-problem.ts';

const unclear: ValueProblem = { problem: 'is a name whose parts are not clear' };

interface NameParts {
  readonly first: string | undefined;
  readonly last: string | undefined;
}

/** The given names in a full name: all words before the family name. A single word is a given name. */
export function firstName(fullName: string): string | ValueProblem | undefined {
  const parts = splitFullName(fullName);
  return 'problem' in parts ? parts : parts.first;
}

/** The family name in a full name: the last word and the particles before it (`van`, `de la`), or two Spanish family names. */
export function lastName(fullName: string): string | ValueProblem | undefined {
  const parts = splitFullName(fullName);
  return 'problem' in parts ? parts : parts.last;
}

/** True where a slash is followed by what may be another full name: `Ana Ruiz / Juan Pérez`. After other signs, headlines are usual. */
export function mayNameTwoPeople(fullName: string): boolean {
  const [, second = ''] = /\s\/\s+(\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+){1,3})\s*$/u.exec(fullName) ?? [];
  return second !== '' && !wordsOf(second).some(isJob);
}

/**
 * Splits a full name. Whatever is not part of it is dropped: titles, degrees and certificates, pronouns, nicknames in brackets, emoji, and
 * everything after a bar or dash. `Smith, John` is John Smith. A name that can be split in two ways is a problem.
 */
function splitFullName(fullName: string): NameParts | ValueProblem {
  const name = bareName(fullName);
  if (fullName.trim() !== '' && `${name} `.replace(leadingTitles, '').trim() === '') return unclear;
  const isShouted = name === name.toUpperCase();
  const [start = '', ...rest] = name.split(',').map((part) => part.trim());
  const isOneName = hasOneName(start);
  // "Smith, JP": initials, or a degree that is not known.
  if (isOneName && !isShouted && rest.some((part) => wordsOf(part).some(isUnknownAcronym))) return unclear;
  const others = rest.filter(
    (part) =>
      part !== '' &&
      !(isSuffixes(part, isShouted) && !(isOneName && isGivenName(part))) &&
      `${part} `.replace(leadingTitles, '') !== '',
  );
  // One word before a dash may be half of a double name, and a slash may join two.
  if (/[/|;:&@_]/.test(start) || (wordsOf(start).length < 2 && /\S\s+[-–—/|]\s+\S/.test(fullName) && rest.length === 0))
    return unclear;
  if (wordsOf(start).length < 2 && rest.length === 0 && isHalfInBrackets(fullName)) return unclear;
  const bare = start.replace(leadingTitles, '');
  const [given] = others;
  if (given === undefined) {
    const main = withoutSuffixes(bare, { isShouted, least: 2 });
    if (main === undefined) return unclear;
    // "Mr Smith" has no given name.
    if (bare !== start && wordsOf(main).length === 1)
      return titlesOfGivenNames.test(start) ? unclear : { first: undefined, last: main };
    return splitWords(main, isShouted);
  }
  const main = withoutSuffixes(bare, { isShouted, least: 1 });
  if (others.length > 1 || main === undefined || main === '') return unclear;
  return invert(main, withoutSuffixes(given.replace(leadingTitles, ''), { isShouted, least: 1 }));
}

/** "Smith, John" and "de la Cruz, María José" start with the family name, "Jane Doe, Founder" does not. */
function invert(family: string, given: string | undefined): NameParts | ValueProblem {
  if (!hasOneName(family) || given === undefined) return unclear;
  // "Gogh, Vincent van": what belongs before the family name stands at the end.
  const words = wordsOf(given);
  let end = words.length;
  while (end > 1 && nameParticles.has(words[end - 1] ?? '')) end -= 1;
  return { first: words.slice(0, end).join(' '), last: [...words.slice(end), family].join(' ') };
}

/** "(Jane) Doe" and "Jane (Doe)": with one word left, the brackets may hold the other name. */
function isHalfInBrackets(fullName: string): boolean {
  const [, inside = ''] = /[([]([^()[\]]*)[)\]]/.exec(fullName) ?? [];
  return /\p{L}/u.test(inside) && !pronouns.test(` ${inside}`);
}

function bareName(fullName: string): string {
  const name = withoutPictures(fullName)
    // Letters of another style: 𝐉𝐚𝐧𝐞.
    .replace(/[\u{1d400}-\u{1d7ff}]+/gu, (letters) => normalizeUnicode(letters, 'NFKC'))
    // Other signs (✓ ♪), but not those that separate.
    .replace(/(?![●★☆►])\p{So}/gu, ' ')
    .replace(
      /\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}|<[^<>]*>|["“”„«»][^"“”„«»]*["“”„«»]|(?<=\s)['‘][^'’‘]*['’](?=\s)/gu,
      ' ',
    )
    .replace(/^((?:dr|prof|mr|mrs|ms|sr|sra|ing|lic)\.)(?!ssa\s)(?=\p{L}{2})/iu, '$1 ')
    .replace(/[\u200b\u2060\ufeff\u00ad]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  // A bar, dash or slash between blanks ends the name, and so does "at Acme".
  const [before = ''] = name
    .split(/\s*[|•●★☆►~→⇒»]\s*|\s+·\s*|·\s+|\s+#|\s+[-–—/@]\s+|\s+@(?=\S)|\s+(?:at|bei|chez|née?|geb\.?|geborene)\s+/u)
    .filter((part) => part.trim() !== '');
  return before.replace(pronouns, '').trim();
}

const pictures = /(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\ufe0f|\u200d|\u20e3)+/gu;

/** An emoji after a first and last name ends the name: `Jane Doe ✨ Marketing`. */
function withoutPictures(fullName: string): string {
  return fullName.replace(pictures, (_picture, at: number) => {
    const before = fullName.slice(0, at).replace(pictures, ' ').replace(/\s/g, ' ');
    return wordsOf(before).length < 2 ? ' ' : ' | ';
  });
}

function isSuffixes(part: string, isShouted: boolean): boolean {
  const words = wordsOf(part);
  const isDegree = (word: string) =>
    isGeneration(word, isShouted) || isCredentialInAnyCase(word) || (!isShouted && isAcronym(word));
  return words.every(isDegree) || isSpacedDegree(words);
}

/** `Ph. D.` and `M. Sc.` */
function isSpacedDegree(words: readonly string[]): boolean {
  return words.length === 2 && words.every((word) => word.endsWith('.')) && isCredential(words.join(''));
}

/** One word, with the particles before it: `Cruz`, `de la Cruz`. */
function hasOneName(name: string): boolean {
  return wordsOf(name).filter((word) => !nameParticles.has(word.toLowerCase())).length < 2;
}

/** A single word that is written like a name, not like a degree: the "Ma" of `Vu, Ma`, and `DeShawn`. */
function isGivenName(part: string): boolean {
  return /^(?:\p{Lu}\p{Ll}+)+$/u.test(part) && !isCredential(part) && !isGeneration(part, false);
}

/** Two capital letters or more: `RN`, `M.Ed.`, `LEED-AP`; not `Hans-Peter`. */
function isAcronym(word: string): boolean {
  const isDoubleName = /^\p{Lu}\p{Ll}+(?:[-'’]\p{Lu}\p{Ll}+)+$/u.test(word);
  return !isDoubleName && (word.match(/\p{Lu}/gu) ?? []).length >= 2 && word.length <= 12;
}

function isUnknownAcronym(word: string): boolean {
  const isKnown = isCredentialInAnyCase(word) || isGeneration(word, false) || isJob(word) || isTitle.test(word);
  return isAcronym(word) && !isKnown && !isGivenName(word);
}

/**
 * Without a comma, degrees count only as they are written, since "Ma" and "Do" are family names. In a name of capital letters alone,
 * they count if they have no vowel; with one, the name is unclear.
 * @param options.least at least this many words are left.
 */
function withoutSuffixes(
  name: string,
  { isShouted, least }: { readonly isShouted: boolean; readonly least: number },
): string | undefined {
  const parts = wordsOf(name);
  while (parts.length > least) {
    const word = parts.at(-1) ?? '';
    if (parts.length > least + 1 && isSpacedDegree(parts.slice(-2))) {
      parts.splice(-2);
      continue;
    }
    const isRegnal = /^[IVX]{2,}$/.test(word) && !isShouted && parts.length > 1;
    const isDegree = isShouted ? isCredentialInAnyCase(word) : isCredential(word) || isJob(word);
    if (isDegree && isShouted && !word.includes('.') && /[AEIOUY]/.test(word)) return undefined;
    if (!isGeneration(word, isShouted) && !isRegnal && !isDegree && !isTitleBehind(word)) break;
    parts.pop();
  }
  if (parts.length === 2 && /^[IVX]{2,}$/.test(parts[1] ?? '') && !isShouted) parts.pop();
  // "CEO John Smith"
  if (!isShouted && parts.length > 2 && isJob(parts[0] ?? '')) parts.shift();
  return parts.join(' ');
}

/** A title, which is not part of a name: "Jane Doe Dr." */
function isTitleBehind(word: string): boolean {
  return isTitle.test(word) && (word.includes('.') || /^(?:dr|prof)$/i.test(word));
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function splitWords(name: string, isShouted: boolean): NameParts | ValueProblem {
  const parts = wordsOf(name);
  const [first = ''] = parts;
  if (parts.length < 2) return /[@_\d]|\p{L}\.\p{L}/u.test(first) ? unclear : { first: parts[0], last: undefined };
  if (isUnclear(parts, isShouted)) return unclear;
  // "van Gogh" and "van der Berg" have no given name, "Van Morrison" has.
  if (parts.slice(0, -1).every((word) => nameParticles.has(word))) return { first: undefined, last: name };
  if (parts.every((word) => familyFirst.test(word))) return eastAsian(parts);
  const start = familyStart(parts);
  if (start === undefined) return unclear;
  return { first: parts.slice(0, start).join(' '), last: parts.slice(start).join(' ') };
}

const familyFirst = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー々]+$/u;

/** In Chinese, Japanese and Korean the family name comes first, but not in foreign names, which Japanese spells in Katakana. */
function eastAsian(parts: readonly string[]): NameParts | ValueProblem {
  const [family = '', given = ''] = parts;
  const isForeign = parts.some((word) => /^[\p{Script=Katakana}ー]+$/u.test(word));
  return parts.length === 2 && !isForeign ? { first: given, last: family } : unclear;
}

function isUnclear(parts: readonly string[], isShouted: boolean): boolean {
  const [first = '', second = ''] = parts;
  const last = parts.at(-1) ?? '';
  // "Smith J.", "Jane de", "John Smith 2"
  if (/^\p{Script=Latin}\.?$|^\p{N}/u.test(last) || nameParticles.has(last)) return true;
  // "DOE John" may be a family name in front, or half of a given one.
  if (!isShouted && /^\p{Lu}{3,}$/u.test(first) && parts.some((word) => /\p{Ll}/u.test(word))) return true;
  // "and Mrs. John Smith" follows a title.
  if (isConjunction(first) || (parts.length > 2 && isConjunction(second))) return true;
  return (
    parts.length === 2 &&
    (isBinder(first) ||
      (/^\p{Script=Arabic}/u.test(first) && isPatronymic(first)) ||
      (nameParticles.has(first) && second === second.toLowerCase()))
  );
}

function isConjunction(word: string | undefined): boolean {
  return word !== undefined && /^(?:y|i|e|and|und|et|og|och|en|o|or|oder|ou|with|con|mit|avec|vs\.?|\+)$/.test(word);
}

/** Where the family name starts; undefined where that is not clear. */
function familyStart(parts: readonly string[]): number | undefined {
  const patronymic = parts.findIndex((word, index) => index > 0 && isPatronymic(word));
  if (patronymic > 0) return patronymic;
  let start = parts.length - 1;
  // "Ortega y Gasset" is one family name, "Ana López y Juan Ruiz" are two people.
  const conjunction = parts.findIndex(isConjunction);
  if (conjunction > 1 && conjunction === start - 1 && /^[yi]$/.test(parts[conjunction] ?? '')) start -= 2;
  else if (conjunction > 0) return undefined;
  const bindsLast = (word: string) => nameParticles.has(word.toLowerCase().replace(/\.$/, '')) || isBinder(word);
  while (start > 1 && bindsLast(parts[start - 1] ?? '')) start -= 1;
  // "Gabriel García Márquez" and "Ana Pérez de la Fuente" have two family names.
  if (start > 1 && conjunction < 0 && isFamilyName(parts[start - 1] ?? '')) {
    start -= 1;
    while (start > 1 && bindsLast(parts[start - 1] ?? '')) start -= 1;
  }
  // "Miguel de Cervantes Saavedra", "María de los Ángeles López": a particle further in front may be part of either.
  return parts.slice(1, start).some((word) => word === word.toLowerCase() && nameParticles.has(word))
    ? undefined
    : start;
}

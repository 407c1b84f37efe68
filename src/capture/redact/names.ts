/** Placeholders for names: taken apart as the bridge does it. Words that matching reads (`van der`, `GmbH`) stay. */
import { foldCompanyName, legalForms } from '../../mapping/values/company-name.ts';
import { firstName, lastName } from '../../mapping/values/full-name.ts';
import { nameParticles } from '../../mapping/values/name-words.ts';
import { isPlaceholderCompany } from '../../mapping/values/placeholders/placeholder-company.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** A longer text is no name; patterns for names may take quadratic time. */
const maxNameLength = 200;
/** Particles that are no name by themselves; one of them replaces the others (`Le`, `Ben`). */
const plainParticles = new Set('van von der den de del della ter ten zu zum zur bin ibn'.split(' '));

export function replaceName(pseudonyms: Pseudonyms, name: string, kind: 'person' | 'family name' | 'company'): string {
  if (name.length > maxNameLength) return pseudonyms.text(name);
  if (kind === 'company') return replaceCompanyName(pseudonyms, name);
  return kind === 'person' ? replacePersonName(pseudonyms, name) : replaceFamilyName(pseudonyms, name);
}

/** A given name, or a full name without its titles and degrees. */
function replacePersonName(pseudonyms: Pseudonyms, name: string): string {
  const first = firstName(name);
  const last = lastName(name);
  // A name whose parts are not clear stays unclear: what is between its words stays.
  if (typeof last === 'string' && first === undefined) return `Mr ${replaceFamilyName(pseudonyms, last)}`;
  if (typeof first !== 'string' || first === '' || typeof last === 'object') return pseudonyms.text(name);
  const given = pseudonyms.text(first);
  return last === undefined ? given : `${given} ${replaceFamilyName(pseudonyms, last)}`;
}

function replaceFamilyName(pseudonyms: Pseudonyms, name: string): string {
  const words = name.trim().split(/\s+/).length;
  return replaceWords(name, /\S+/g, (word, position) => {
    if (position > 1 && /^[yi]$/.test(word)) return word;
    if (position === words || !nameParticles.has(word.toLowerCase())) return pseudonyms.text(word);
    return plainParticles.has(word.toLowerCase()) ? word : 'de';
  });
}

function replaceCompanyName(pseudonyms: Pseudonyms, name: string): string {
  // No company's: a replay must see what was sent, in order to decide the same.
  if (isPlaceholderCompany(foldCompanyName(name) ?? '')) return name;
  return replaceWords(name, /[^\s,]+/g, (word, position) => {
    const bare = word
      .slice(0, 20)
      .toLowerCase()
      .replace(/[.()/]/g, '');
    return position > 1 && word.length <= 20 && legalForms.has(bare) ? word : pseudonyms.text(word);
  });
}

/** @param replace is called with each word and its position, from 1. */
function replaceWords(name: string, words: RegExp, replace: (word: string, position: number) => string): string {
  let position = 0;
  return name.replace(words, (word) => replace(word, ++position));
}

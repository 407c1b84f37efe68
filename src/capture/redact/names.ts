/** Placeholders for names: the pseudonyms that people and companies share (`van der`, `Dr.`, `GmbH`) stay, since matching reads them. */
import { legalForms } from '../../mapping/values/company-name.ts';
import { nameParticles, nameSuffixes, nameTitles } from '../../mapping/values/full-name.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** @param isFamilyName a particle at the front belongs to the name that follows. */
export function replacePersonName(pseudonyms: Pseudonyms, name: string, isFamilyName: boolean): string {
  const title = nameTitles.exec(name.trimStart())?.[0] ?? '';
  const start = name.length - name.trimStart().length + title.length;
  const suffix = nameSuffixes.exec(name.slice(start))?.[0] ?? '';
  const end = name.length - suffix.length;
  const middle = name.slice(start, end);
  const count = middle.trim().split(/\s+/).length;
  let position = 0;
  const replaced = middle.replace(/\S+/g, (word) => {
    position += 1;
    const isBefore = position < count && (position > 1 || isFamilyName);
    return isBefore && nameParticles.has(word.toLowerCase()) ? word : pseudonyms.text(word);
  });
  return name.slice(0, start) + replaced + name.slice(end);
}

export function replaceCompanyName(pseudonyms: Pseudonyms, name: string): string {
  let position = 0;
  return name.replace(/[^\s,]+/g, (word) => {
    position += 1;
    const bare = word.toLowerCase().replace(/[.()]/g, '');
    return position > 1 && legalForms.has(bare) ? word : pseudonyms.text(word);
  });
}

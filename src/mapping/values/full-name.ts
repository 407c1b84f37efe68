/** Particles, which belong to the family name after them. */
export const nameParticles: ReadonlySet<string> = new Set(
  'van von der den de del della di da do dos das du la le las los el al bin ibn ben ter ten zu zum zur'.split(' '),
);
export const nameTitles = /^(?:(?:mr|mrs|ms|miss|dr|prof|ing|sir|herr|frau|don|doña|sr|sra)\.?\s+)+/i;
export const nameSuffixes = /(?:[\s,]+(?:jr|sr|ii|iii|iv|phd|ph\.d|md|mba|msc|esq|cpa)\.?)+$/i;

/** The given names in a full name: all words before the family name. A single word is a given name. */
export function firstName(fullName: string): string | undefined {
  return splitFullName(fullName).first;
}

/** The family name in a full name: the last word and the particles before it (`van`, `de la`). */
export function lastName(fullName: string): string | undefined {
  return splitFullName(fullName).last;
}

function splitFullName(fullName: string): { first: string | undefined; last: string | undefined } {
  const name = fullName.replace(/\s+/g, ' ').trim().replace(nameTitles, '').replace(nameSuffixes, '');
  const inverted = /^([^,]+), ([^,]+)$/.exec(name);
  if (inverted !== null) return { first: inverted[2], last: inverted[1] };
  const words = name.split(' ').filter((word) => word !== '' && word !== ',');
  if (words.length < 2) return { first: words[0], last: undefined };
  let start = words.length - 1;
  while (start > 1 && nameParticles.has((words[start - 1] ?? '').toLowerCase())) start -= 1;
  return { first: words.slice(0, start).join(' '), last: words.slice(start).join(' ') };
}

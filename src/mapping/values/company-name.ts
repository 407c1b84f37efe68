import { foldText } from './fold-text.ts';

/** Legal forms at the end of company names, folded. */
export const legalForms: ReadonlySet<string> = new Set(
  (
    'inc incorporated corp corporation co company llc llp lp ltd limited plc pllc pc gmbh mbh ag kg ohg gbr ug se ' +
    'sa sas sasu sarl eurl sl slu sll slp sau scoop spa srl srls sapa snc bv nv vof cv sprl bvba vzw ab oy oyj as asa aps ' +
    'doo dd kft zrt nyrt bt sro spol zoo ooo oao zao pao tov kk gk pte pty pvt sdn bhd jsc pjsc lda ltda eireli ' +
    'me cia cvba saoc llc-fz fze dmcc holding holdings'
  ).split(' '),
);

/** The most common forms, appended to the bare name in searches; a search body is limited to 3,000 characters. */
const searchedForms = [' inc', ' inc.', ', inc.', ' ltd', ' llc', ' gmbh', ' s.l.', ' s.a.', ' ag', ' sas'];

/**
 * Folds a company name for comparing: no legal form at the end, no punctuation, no accents, no case.
 * `Société Générale, S.A.` → `societe generale`. A name that consists of a legal form only is kept.
 */
export function foldCompanyName(text: string): string | undefined {
  // Text in brackets is not part of the name, unless there is nothing else.
  const bare = text.replace(/\([^)]*\)/g, ' ');
  const words = foldText(/[\p{L}\p{N}]/u.test(bare) ? bare : text)
    ?.replace(/['’`´]/g, '')
    // `s.l.` is one word, `booking.com` is two.
    .replace(/(?<=(?<![\p{L}\p{N}])[\p{L}\p{N}])\.(?=[\s,]|$|[\p{L}\p{N}](?![\p{L}\p{N}]))/gu, '')
    .replace(/&|\+/g, ' and ')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
    .split(' ');
  if (words === undefined || words[0] === '') return foldText(text);
  return withoutLegalForm(words).join(' ');
}

/** Lowercase spellings that a CRM is likely to hold, the given one first. */
export function companyNameVariants(canonical: string, given: string): string[] {
  const lower = given.trim().replace(/\s+/g, ' ').toLowerCase();
  // A name without letters and digits ("!!!") would be read as the legal form after it.
  const forms = /[\p{L}\p{N}]/u.test(canonical) ? searchedForms : [];
  return [...new Set([lower, canonical, ...forms.map((form) => canonical + form)])];
}

function withoutLegalForm(words: readonly string[]): readonly string[] {
  if (words.length > 1 && words.at(-1) === 'and') return withoutLegalForm(words.slice(0, -1));
  for (let letters = 4; letters >= 1; letters -= 1) {
    const tail = words.slice(-letters);
    const isSpelledOut = letters === 1 || tail.every((word) => word.length === 1);
    if (letters < words.length && isSpelledOut && legalForms.has(tail.join(''))) {
      return withoutLegalForm(words.slice(0, -letters));
    }
  }
  return words;
}

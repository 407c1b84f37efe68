import { companyNameVariants, foldCompanyName, furtherCompanyNames, maxCompanyName } from '../values/company-name.ts';
import { isPlaceholderCompany } from '../values/placeholders/placeholder-company.ts';
import { foldText } from '../values/fold-text.ts';
import { firstName, lastName, mayNameTwoPeople } from '../values/full-name.ts';
import type { Transform } from './transform.ts';

/** Transforms of names of people and companies. */
export const nameTransforms = {
  fold: {
    summary: 'For comparing names: lowercase, no accents, single spaces.',
    role: 'comparing',
    example: [' José  ÁLVAREZ', 'jose alvarez'],
    accepts: 'text',
    maxLength: 1_000,
    apply: foldText,
    ignoresAccents: true,
    variants: (canonical, given) =>
      [...new Set([given.trim().replace(/\s+/g, ' ').toLowerCase(), canonical])].filter(
        (text) => foldText(text) === canonical,
      ),
  },
  company_name: {
    summary: 'For comparing company names: removes legal forms (Inc., GmbH, S.L.), punctuation, accents and case.',
    role: 'comparing',
    example: ['Société Générale, S.A.', 'societe generale'],
    accepts: 'text',
    maxLength: maxCompanyName,
    apply: foldCompanyName,
    isShared: isPlaceholderCompany,
    ignoresAccents: true,
    variants: companyNameVariants,
    furtherVariants: furtherCompanyNames,
  },
  first_name: {
    summary: 'The given names in a full name, without titles, degrees, pronouns and emoji.',
    role: 'converting',
    example: ['Ludwig van Beethoven', 'Ludwig'],
    accepts: 'text',
    maxLength: 500,
    isSingle: true,
    // A contact must have a name: if its parts are not clear and there is no first name, the whole name becomes the first name.
    keepsUnreadable: true,
    apply: (value) => {
      const read = firstName(value);
      return typeof read === 'string' && mayNameTwoPeople(value) ? { value: read, warning: twoPeople } : read;
    },
  },
  last_name: {
    summary: 'The family name in a full name; "Smith, John" is understood.',
    role: 'converting',
    example: ['Ludwig van Beethoven', 'van Beethoven'],
    accepts: 'text',
    maxLength: 500,
    isSingle: true,
    apply: lastName,
  },
} as const satisfies Readonly<Record<string, Transform>>;

const twoPeople = 'may name two people; only the first was written';

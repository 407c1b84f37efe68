import { createHash } from 'node:crypto';
import anyAscii from 'any-ascii';

/** What a CRM allows as the internal name of a custom property; letters, digits and underscores, a letter first, are understood. */
export interface PropertyRules {
  /** Characters. */
  readonly longestName: number;
  /** Beginnings of names that the CRM keeps for itself. */
  readonly reservedPrefixes: readonly string[];
  /** Characters of a text value. */
  readonly longestText: number;
}

/** Stands before names that could not stand alone. */
const namePrefix = 'enginy_';
/** More of a field's name than this changes nothing in the property's but its hash. */
const maxRead = 500;

/**
 * The name of the property for a field of Enginy: `campaignOpens` → `campaign_opens`, `Größe` → `grosse`, `2nd` → `enginy_2nd`.
 * Other scripts are written in Latin letters; where nothing is left the name is a hash. The same field always gives the same name,
 * but several fields may share one: {@link ownPropertyName} tells them apart.
 */
export function propertyName(field: string, rules: PropertyRules): string {
  const words = toWords(field);
  if (words === '') return ownPropertyName(field, rules);
  const name = allowed(words, rules);
  const isWhole = name.length <= rules.longestName && field.length <= maxRead;
  return isWhole ? name : ownPropertyName(field, rules);
}

/** A name that no other field gets: as {@link propertyName}, with a hash of the field behind it. */
export function ownPropertyName(field: string, rules: PropertyRules): string {
  const words = toWords(field) || 'field';
  const suffix = `_${fieldKey(field)}`;
  const name = allowed(words, rules).slice(0, rules.longestName - suffix.length);
  return `${name.replace(/_+$/, '')}${suffix}`;
}

/** Eight digits that stand for a field; spellings that look the same (Unicode's composed and decomposed forms) share them. */
export function fieldKey(field: string): string {
  return createHash('sha256').update(field.normalize('NFC')).digest('hex').slice(0, 8);
}

/** Lower-case words of letters and digits, joined by underscores. */
function toWords(field: string): string {
  return anyAscii(field.slice(0, maxRead).toWellFormed())
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function allowed(words: string, rules: PropertyRules): string {
  const isAllowed = /^[a-z]/.test(words) && !rules.reservedPrefixes.some((prefix) => words.startsWith(prefix));
  return isAllowed ? words : `${namePrefix}${words}`;
}

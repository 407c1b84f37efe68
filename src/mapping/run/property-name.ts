import { createHash } from 'node:crypto';
import anyAscii from 'any-ascii';
import { normalizeUnicode } from '../values/normalize-unicode.ts';

/** A CRM's limits for custom properties, besides names of letters, digits and underscores that start with a letter. */
export interface PropertyRules {
  /** Characters. */
  readonly maxNameLength: number;
  /** Prefixes that the CRM reserves. */
  readonly reservedPrefixes: readonly string[];
  /** Characters of a text value. */
  readonly maxTextLength: number;
}

/** Prefix for names that are not allowed on their own. */
const namePrefix = 'enginy_';
/** Characters of a field's name that go into the property's name; longer names only differ in their hash. */
const maxRead = 500;

/**
 * The name of the property for a field of Enginy: `campaignOpens` → `campaign_opens`, `Größe` → `grosse`, `2nd` → `enginy_2nd`.
 * Other scripts are transliterated to Latin letters; if nothing is left, the name is a hash. The same field always gives the same
 * name, but several fields may share one: {@link hashedPropertyName} gives each its own.
 */
export function propertyName(field: string, rules: PropertyRules): string {
  const words = toWords(field);
  if (words === '') return hashedPropertyName(field, rules);
  const name = allowed(words, rules);
  const isWhole = name.length <= rules.maxNameLength && field.length <= maxRead && field.isWellFormed();
  return isWhole ? name : hashedPropertyName(field, rules);
}

/** A name that no other field gets: like {@link propertyName}, with a hash of the field as suffix. */
export function hashedPropertyName(field: string, rules: PropertyRules): string {
  const words = toWords(field) || 'field';
  const suffix = `_${fieldKey(field)}`;
  const name = allowed(words, rules).slice(0, rules.maxNameLength - suffix.length);
  return `${name.replace(/_+$/, '')}${suffix}`;
}

/** Eight hex digits that identify a field; composed and decomposed Unicode forms give the same key. */
export function fieldKey(field: string): string {
  // Half characters have no bytes of their own: escaped, they stay apart.
  const name = field.isWellFormed() ? normalizeUnicode(field, 'NFC') : JSON.stringify(field);
  return createHash('sha256').update(name).digest('hex').slice(0, 8);
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

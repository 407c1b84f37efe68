import { hash } from 'node:crypto';
import { normalizeUnicode } from '../values/normalize-unicode.ts';
import { compileMapping } from './compile-mapping.ts';
import type { MatchClause } from './compile-match-rule.ts';
import type { MatchKey } from './match-keys.ts';
import type { Mapping } from '../schema/record-mapping.ts';

type Properties = Readonly<Record<string, string | null>>;

/** True for rules that compare more loosely than the CRM's search: a search for `Cafe` does not find `Café`. */
export function dependsOnSpelling(mapping: Mapping, rule: number): boolean {
  return compileMapping(mapping).rules[rule]?.searchPair.ignoresAccents === true;
}

/** Equal for keys that are searched for in the same spellings. */
export function spellingOf({ clauses }: Pick<MatchKey, 'clauses'>): string {
  return JSON.stringify(clauses);
}

/** A short mark of the same; empty for rules where the spelling makes no difference. */
export function spellingMark(mapping: Mapping, key: MatchKey): string {
  return dependsOnSpelling(mapping, key.rule) ? hash('sha256', spellingOf(key), 'base64url').slice(0, 16) : '';
}

/** True if a search for the key finds a record with these properties: by its usual spellings, or else by further ones. */
export function isFoundBySearch({ clauses, wordClauses }: MatchKey, properties: Properties): boolean {
  return [...clauses, ...wordClauses].some((clause) => isFoundBy(clause, properties));
}

/** The same by the usual spellings alone. */
export function isFoundAsUsual({ clauses }: MatchKey, properties: Properties): boolean {
  return clauses.some((clause) => isFoundBy(clause, properties));
}

/** Blanks and the composition of accents make no difference here: what the CRM's search has found must not be lost. */
function isFoundBy(clause: MatchClause, properties: Properties): boolean {
  const held = oneForm(properties[clause.property] ?? '');
  if ('in' in clause) return clause.in.some((spelling) => oneForm(spelling) === held);
  const words = held.split(/[^\p{L}\p{N}\p{M}]+/u);
  return clause.tokens.every((token) => words.includes(token));
}

function oneForm(text: string): string {
  return normalizeUnicode(text, 'NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

import { compileMapping } from '../mapping/run/compile-mapping.ts';
import type { PairReader } from '../mapping/run/compile-match-rule.ts';
import { matchKeys } from '../mapping/run/match-keys.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { type EnginyRecord, readField, toFieldValue } from '../mapping/values/field-value.ts';

/** What one match rule does with a record. The names are those of `explain --json`. */
export type KeyExplanation =
  | {
      readonly rule: string;
      /** The canonical value that is compared; the parts of a rule with several pairs in their order. */
      readonly looksFor: readonly string[];
      /** What a search looks for in each property: any of several spellings, or all of several words (one spelling). */
      readonly search: readonly {
        readonly property: string;
        readonly asks: readonly string[];
        readonly spellings: number;
      }[];
      /** How many spellings are searched for where these find no record. */
      readonly further: number;
      /** True if a record that holds the value with other accents is found with the identity index only. */
      readonly missesAccents?: true;
      /** The property by which the CRM's store can be read instead, if the property is unique there. */
      readonly store?: string;
      /** Whether it is unique; absent without a CRM. */
      readonly isRead?: boolean;
      /** Whether the identity index answers the rule, in words; absent without an account. */
      readonly index?: string;
    }
  | { readonly rule: string; readonly skipped: string };

/** Explains every rule in order; a rule without a usable value is skipped. */
export function explainKeys(mapping: Mapping, record: EnginyRecord): KeyExplanation[] {
  const keys = matchKeys(mapping, record);
  return compileMapping(mapping).rules.map(({ name, pairs, searchPair }, index): KeyExplanation => {
    const key = keys.find(({ rule }) => rule === index);
    if (key === undefined) return { rule: name, skipped: reasonOf(pairs, record) };
    return {
      rule: name,
      looksFor: key.value.split('\u0000'),
      search: key.clauses.map((clause) =>
        'in' in clause
          ? { property: clause.property, asks: clause.in, spellings: clause.in.length }
          : { property: clause.property, asks: clause.tokens, spellings: 1 },
      ),
      further: key.wordClauses.reduce((sum, clause) => sum + ('in' in clause ? clause.in.length : 1), 0),
      ...(searchPair.ignoresAccents && { missesAccents: true }),
      ...(key.store !== undefined && { store: key.store.property }),
    };
  });
}

/** The properties that are searched, each with the number of spellings if they are several: `email`, `phone (4 spellings)`. */
export function searchedProperties({ search }: Extract<KeyExplanation, { readonly search: unknown }>): string[] {
  return search.map(({ property, spellings }) => (spellings === 1 ? property : `${property} (${spellings} spellings)`));
}

/** A rule is skipped because of the first of its fields that has no value to compare. */
function reasonOf(pairs: readonly PairReader[], record: EnginyRecord): string {
  const field = pairs.find((pair) => pair.readRecord(record) === undefined)?.field ?? '';
  const isSent = toFieldValue(readField(record, field)) !== undefined;
  return isSent
    ? `${field} cannot be used: it is not readable, or many records share it`
    : `${field} is empty or missing`;
}

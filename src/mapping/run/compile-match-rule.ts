import type { Mapping, MatchPair } from '../schema/record-mapping.ts';
import { createEmptyWordTest } from '../values/empty-words.ts';
import {
  type EnginyRecord,
  type FieldValue,
  isStructure,
  readField,
  toFieldValue,
  toText,
} from '../values/field-value.ts';
import { isBroken } from '../values/plain-text.ts';
import { createRecordLocale, readsName } from './record-locale.ts';
import { type ChainRun, compileChain, type TransformChain } from './transform-chain.ts';

/** A search filter that finds candidates by lowercase values: one of several spellings, or words within a longer text. */
export type MatchClause =
  | { readonly property: string; readonly in: readonly string[] }
  | { readonly property: string; readonly tokens: readonly string[] };

/** A compiled pair of a match rule. */
export interface PairReader {
  readonly field: string;
  readonly property: string;
  /** All properties that may hold the value. */
  readonly properties: readonly string[];
  /** False for forms that are for comparing only: records cannot be read by them. */
  readonly isStored: boolean;
  /** True for values that belong to one person or company only. */
  readonly identifies: boolean;
  /** True if searches may miss a record that holds the value with other accents. */
  readonly ignoresAccents: boolean;
  /** False for two values of different kinds, which may both belong to one record. */
  areDifferent(one: string, other: string): boolean;
  /** The record's value in canonical form and as given; undefined if it cannot identify a record. */
  readRecord(record: EnginyRecord): { readonly canonical: string; readonly given: string } | undefined;
  /** The canonical forms of everything that the record sends in the field; a list has several. */
  readAll(record: EnginyRecord): readonly string[];
  /** False for a value in canonical form that is never written, such as the domain of a site builder's customer. */
  canBeWritten(canonical: string, record: EnginyRecord): boolean;
  /** The canonical forms of all values of a candidate for this pair. */
  readCandidate(properties: Readonly<Record<string, string | null>>): readonly string[];
  clauses(canonical: string, given: string): readonly MatchClause[];
  /** For records that the clauses do not find: the words of the value, in every property that may hold it, and less likely spellings. */
  wordClauses(canonical: string): readonly MatchClause[];
}

export interface MatchRuleReader {
  readonly name: string;
  readonly pairs: readonly PairReader[];
  /** The pair that searches use. */
  readonly searchPair: PairReader;
}

/** Compiles a match rule. Incomplete rules do not get here: lint-match.ts rejects the file. */
export function compileMatchRule(mapping: Mapping, rule: Mapping['match']['rules'][number]): MatchRuleReader {
  if (rule === 'identity') {
    if (mapping.identity === undefined) throw new Error('the rule "identity" needs an identity section');
    const pair = {
      ...compilePair(mapping, { enginy: mapping.identity.enginy, crm: mapping.identity.crm, also: [], transform: [] }),
      identifies: true,
    };
    return { name: 'identity', pairs: [pair], searchPair: pair };
  }
  const written = rule.all ?? [singlePair(rule)];
  const pairs = written.map((pair) => compilePair(mapping, pair));
  const searchPair = pairs.find((pair) => pair.property === rule.search_by) ?? pairs[0];
  if (searchPair === undefined) throw new Error('a match rule needs a pair');
  return { name: pairs.map((pair) => pair.field).join('+'), pairs, searchPair };
}

function singlePair(rule: Exclude<Mapping['match']['rules'][number], 'identity'>): MatchPair {
  const { enginy, crm, also, search, transform } = rule;
  if (enginy === undefined || crm === undefined) throw new Error('a match rule needs both sides');
  return search === undefined ? { enginy, crm, also, transform } : { enginy, crm, also, search, transform };
}

/** Compiles one pair of a rule. */
export function compilePair(mapping: Mapping, pair: MatchPair): PairReader {
  const chain = compileChain(pair.transform, mapping.locale);
  const form = chain.form;
  const properties = [pair.crm, ...pair.also];
  const localeOf = createRecordLocale(mapping.locale, [pair.transform]);
  const canonicalOf = (given: string, run?: ChainRun) =>
    toCanonical(chain, given, { object: mapping.object, locale: mapping.locale, run });
  const nameProperty = readsName(pair.transform) ? nameOf(mapping) : undefined;
  const isPlaceholder = createEmptyWordTest(mapping.write.empty_words, 'exact', true);
  return {
    field: pair.enginy,
    property: pair.crm,
    properties,
    isStored: form?.role !== 'comparing',
    identifies: form?.identifies === true,
    ignoresAccents: form?.ignoresAccents === true,
    areDifferent: form?.areDifferent ?? ((one, other) => one !== other),
    readAll: (record) => {
      const value = sentValue(readField(record, pair.enginy));
      const texts = typeof value === 'string' ? [value] : (value ?? []);
      return texts.flatMap((text) => canonicalOf(text) ?? []);
    },
    readRecord: (record) => {
      const sent = readField(record, pair.enginy);
      const value = sentValue(sent) ?? [];
      const run = { locale: localeOf(record, sent) };
      // The first usable item of a list is the one that is written.
      for (const given of typeof value === 'string' ? [value] : value) {
        const canonical = isPlaceholder(given) ? undefined : canonicalOf(given, run);
        if (canonical !== undefined) return { canonical, given };
      }
      return undefined;
    },
    canBeWritten: (canonical, record) =>
      canonicalOf(canonical, { locale: { ...localeOf(record, undefined), isWriting: true } }) !== undefined,
    readCandidate: (held) => {
      const canonicals = new Set<string>();
      const recordName = nameProperty === undefined ? undefined : held[nameProperty];
      const run = typeof recordName === 'string' ? { locale: { ...mapping.locale, recordName } } : undefined;
      for (const property of properties) {
        const value = Object.hasOwn(held, property) ? held[property] : undefined;
        if (value === undefined || value === null) continue;
        // A semicolon may be part of a name; in other properties, and in canonical values, it separates several values.
        const isList = value.includes(';') && (property !== pair.crm || form?.role === 'canonical');
        for (const part of isList ? [value, ...value.split(';')] : [value]) {
          const canonical = canonicalOf(part, run);
          if (canonical !== undefined) canonicals.add(canonical);
        }
      }
      return [...canonicals];
    },
    ...clausesOf(form, { properties, searched: pair.search ?? properties }),
  };
}

/** The property that holds the name of a company. */
function nameOf({ write }: Mapping): string {
  return write.fields.find(({ enginy }) => enginy === 'name')?.crm ?? 'name';
}

interface SearchedProperties {
  /** All that may hold the value. */
  readonly properties: readonly string[];
  /** Those by which the CRM finds it. */
  readonly searched: readonly string[];
}

/** How records with a canonical value are searched for. */
function clausesOf(
  form: TransformChain['form'],
  { properties, searched }: SearchedProperties,
): Pick<PairReader, 'clauses' | 'wordClauses'> {
  return {
    clauses: (canonical, given) => {
      const words = form?.variants?.(canonical, given) ?? [canonical.toLowerCase()];
      const usual = searched.map((property): MatchClause => {
        return form?.search === 'tokens' ? { property, tokens: words } : { property, in: words };
      });
      if (form?.isSearchedAsGiven?.(canonical) !== true) return usual;
      const spellings = [...new Set([given.trim().toLowerCase(), canonical])];
      return [...usual, ...properties.map((property) => ({ property, in: spellings }))];
    },
    wordClauses: (canonical) => {
      const sets = form?.words?.(canonical) ?? [];
      const further = form?.furtherVariants?.(canonical) ?? [];
      return [
        ...properties.flatMap((property) => sets.map((tokens) => ({ property, tokens }))),
        ...(further.length === 0 ? [] : searched.map((property) => ({ property, in: further }))),
      ];
    },
  };
}

/** An object identifies no record, however its text would read. */
function sentValue(sent: unknown): FieldValue | undefined {
  return isStructure(sent) ? undefined : toFieldValue(sent);
}

/** Undefined also for a value that identifies no record of the kind. */
function toCanonical(
  chain: TransformChain,
  given: string,
  { object, locale, run }: Pick<Mapping, 'object' | 'locale'> & { readonly run: ChainRun | undefined },
): string | undefined {
  if (isBroken(given)) return undefined;
  const result = chain.run(given.trim(), run);
  if (result === undefined || (typeof result !== 'string' && !Array.isArray(result))) return undefined;
  const canonical = toText(result);
  return canonical === '' || chain.form?.isShared?.(canonical, object, run?.locale ?? locale) === true
    ? undefined
    : canonical;
}

import type { Mapping } from '../schema/record-mapping.ts';
import type { EnginyRecord } from '../values/field-value.ts';
import { compileMapping } from './compile-mapping.ts';
import type { MatchClause, MatchRuleReader } from './compile-match-rule.ts';

/** Where a key comes from. */
interface KeySource {
  readonly reader: MatchRuleReader;
  readonly rule: number;
  readonly value: string;
}

/** What finds the candidates of a key. */
interface KeyClauses {
  /** Each clause may find candidates, which {@link candidateKeys} verifies. */
  readonly clauses: readonly MatchClause[];
  /** Clauses for values in unusual spellings and in further properties, to search when the usual ones find no record. */
  readonly wordClauses: readonly MatchClause[];
}

/**
 * The value by which one match rule looks up one record. Most keys are never searched for: their clauses are put together when they are.
 * A class, because a request may have forty thousand keys, and objects with getters of their own take ten times the memory.
 */
export class MatchKey implements KeyClauses {
  /** Index of the rule in the mapping. */
  readonly rule: number;
  /** Canonical; the parts of a rule with several pairs are joined by `\u0000`. */
  readonly value: string;
  /** For rules with a single pair: the value to read records by, if the CRM can read by that property. */
  readonly store: { readonly property: string; readonly value: string } | undefined;
  readonly #reader: MatchRuleReader;
  readonly #canonical: string;
  readonly #given: string;
  #clauses: readonly MatchClause[] | undefined;
  #wordClauses: readonly MatchClause[] | undefined;

  constructor({ reader, rule, value }: KeySource, canonical: string, given: string) {
    const { pairs, searchPair } = reader;
    this.rule = rule;
    this.value = value;
    this.store = pairs.length === 1 && searchPair.isStored ? { property: searchPair.property, value } : undefined;
    this.#reader = reader;
    this.#canonical = canonical;
    this.#given = given;
  }

  /** For logs: `email`, `identity`, `firstName+lastName+company`. */
  get name(): string {
    return this.#reader.name;
  }

  get clauses(): KeyClauses['clauses'] {
    this.#clauses ??= this.#reader.searchPair.clauses(this.#canonical, this.#given);
    return this.#clauses;
  }

  get wordClauses(): KeyClauses['wordClauses'] {
    this.#wordClauses ??= this.#reader.searchPair.wordClauses(this.#canonical);
    return this.#wordClauses;
  }

  /** The same key without the clauses of properties that are not among these. */
  within(properties: ReadonlySet<string>): MatchKey {
    const isKnown = ({ property }: MatchClause) => properties.has(property);
    const { clauses, wordClauses } = this;
    if (clauses.every(isKnown) && wordClauses.every(isKnown)) return this;
    return this.with({ clauses: clauses.filter(isKnown), wordClauses: wordClauses.filter(isKnown) });
  }

  /** The same key, found by other clauses. */
  with({ clauses = this.clauses, wordClauses = this.wordClauses }: Partial<KeyClauses>): MatchKey {
    const { rule, value } = this;
    const key = new MatchKey({ reader: this.#reader, rule, value }, this.#canonical, this.#given);
    key.#clauses = clauses;
    key.#wordClauses = wordClauses;
    return key;
  }
}

/** A name for a key among those of one mapping. */
export function keyName({ rule, value }: Pick<MatchKey, 'rule' | 'value'>): string {
  return `${rule}\u0001${value}`;
}

/** The keys, each once. */
export function distinctKeys(keys: readonly MatchKey[]): readonly MatchKey[] {
  return [...new Map(keys.map((key) => [keyName(key), key])).values()];
}

const separator = '\u0000';
/** Limits the combinations of values of one candidate, for records with very many values. */
const maxCombinations = 1000;

/** A create needs the keys of a record several times, and computing them takes as long as the rest of its work. */
const keysOfRecords = new WeakMap<Mapping, WeakMap<EnginyRecord, readonly MatchKey[]>>();

/** The match keys of a record, in the order of the rules. A rule is skipped if its Enginy value is empty, unusable or shared. */
export function matchKeys(mapping: Mapping, record: EnginyRecord): readonly MatchKey[] {
  const ofRecords = keysOfRecords.get(mapping) ?? new WeakMap<EnginyRecord, readonly MatchKey[]>();
  keysOfRecords.set(mapping, ofRecords);
  const known = ofRecords.get(record);
  if (known !== undefined) return known;
  const read = compileMapping(mapping).rules.flatMap((reader, rule) => readKey(reader, rule, record) ?? []);
  // A list that grew has room for more than it holds; the copy has not.
  const keys = [...read];
  ofRecords.set(record, keys);
  return keys;
}

function readKey(reader: MatchRuleReader, rule: number, record: EnginyRecord): MatchKey | undefined {
  const { pairs, searchPair } = reader;
  const values: string[] = [];
  let given = '';
  let canonical = '';
  for (const pair of pairs) {
    const read = pair.readRecord(record);
    if (read === undefined) return undefined;
    values.push(read.canonical);
    if (pair === searchPair) ({ canonical, given } = read);
  }
  return new MatchKey({ reader, rule, value: values.join(separator) }, canonical, given);
}

/**
 * All canonical values of a candidate for one rule: the candidate holds a key of that rule if the list contains the
 * key's value. Includes the properties of `also`, and several values in one property.
 */
export function candidateKeys(
  mapping: Mapping,
  rule: number,
  properties: Readonly<Record<string, string | null>>,
): string[] {
  const reader = compileMapping(mapping).rules[rule];
  if (reader === undefined) throw new RangeError(`the mapping has no match rule ${rule}`);
  let combinations = [''];
  reader.pairs.forEach((pair, index) => {
    const held = pair.readCandidate(properties);
    combinations = combinations
      .flatMap((before) => held.map((value) => (index === 0 ? value : before + separator + value)))
      .slice(0, maxCombinations);
  });
  return combinations;
}

/** The key of a value as it is written to the property of a rule with one pair; undefined if it cannot identify a record. */
export function keyOfValue(mapping: Mapping, rule: number, text: string): MatchKey | undefined {
  const reader = compileMapping(mapping).rules[rule];
  if (reader === undefined) throw new RangeError(`the mapping has no match rule ${rule}`);
  const { searchPair } = reader;
  const [value] = searchPair.readCandidate({ [searchPair.property]: text });
  return value === undefined ? undefined : new MatchKey({ reader, rule, value }, value, text);
}

/** Positions of the rules whose value belongs to one person or company only: email, LinkedIn URL, domain. */
export function identifyingRules(mapping: Mapping): readonly number[] {
  return compileMapping(mapping).rules.flatMap(({ pairs }, rule) => {
    const [pair, second] = pairs;
    const isIdentity = mapping.match.rules[rule] === 'identity';
    return pair?.identifies === true && pair.isStored && second === undefined && !isIdentity ? [rule] : [];
  });
}

/** The property that a rule with one pair reads. */
export function identifyingProperty(mapping: Mapping, rule: number): string | undefined {
  const written = mapping.match.rules[rule];
  return written === undefined || written === 'identity' ? undefined : written.crm;
}

/** The keys of a record that belong to one person or company only, besides Enginy's id. */
export function identifyingKeys(mapping: Mapping, record: EnginyRecord): MatchKey[] {
  const rules = identifyingRules(mapping);
  return matchKeys(mapping, record).filter(({ rule }) => rules.includes(rule));
}

/**
 * Those keys whose value the record will hold. A value that is not written, such as the domain of a site builder's customer, leads to a
 * record that holds it already, but later requests do not find the created record by it.
 */
export function writtenKeys(mapping: Mapping, record: EnginyRecord): MatchKey[] {
  const { rules } = compileMapping(mapping);
  return identifyingKeys(mapping, record).filter(
    ({ rule, value }) => rules[rule]?.searchPair.canBeWritten(value, record) === true,
  );
}

/** One reason why a candidate that a rule found is another person or company. */
export interface Difference {
  /** The field that differs, as `unless_differs` names it. */
  readonly name: string;
  /** What the candidate holds instead: personal data, not for logs. */
  readonly held: readonly string[];
}

/**
 * The first thing that speaks against a candidate of a rule, by the rule's `unless_differs`. Nothing does if a value agrees
 * that belongs to one person or company only: people change jobs, and companies their domain.
 */
export function findDifference(
  mapping: Mapping,
  rule: number,
  { record, candidate }: { readonly record: EnginyRecord; readonly candidate: Readonly<Record<string, string | null>> },
): Difference | undefined {
  const readers = compileMapping(mapping).evidence[rule] ?? [];
  const results = readers.map((reader) => ({ reader, result: reader.compare(record, candidate) }));
  if (results.some(({ reader, result }) => reader.identifies && result === 'agrees')) return undefined;
  for (const { reader, result } of results) {
    if (result !== undefined && result !== 'agrees') return { name: reader.name, held: result.held };
  }
  return undefined;
}

/** All CRM properties needed to verify candidates and to serve `return`, without repeats. */
export function propertiesToRead(mapping: Mapping): string[] {
  const { rules, evidence, returns } = compileMapping(mapping);
  return [
    ...new Set([
      ...(mapping.identity === undefined ? [] : [mapping.identity.crm]),
      ...rules.flatMap((rule) => rule.pairs.flatMap((pair) => pair.properties)),
      ...evidence.flatMap((readers) => readers.flatMap(({ properties }) => properties)),
      ...returns.flatMap((row) => row.properties),
    ]),
  ];
}

/** The properties that hold the values of the match rules, without repeats. */
export function propertiesOfRules(mapping: Mapping): string[] {
  return [...new Set(compileMapping(mapping).rules.flatMap(({ pairs }) => pairs.flatMap((pair) => pair.properties)))];
}

import type { Crm, CrmProblem, CrmRecord, ReadOutcome } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { candidateKeys, type MatchKey, matchKeys, propertiesToRead } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { lookupIn } from '../lookup.ts';
import { problemFromRead } from '../problem.ts';
import type { RequestScope } from '../request-scope.ts';
import type { CandidateSearch, Candidates } from './candidate-search.ts';
import type { RecordIdCache } from './record-id-cache.ts';

export interface MatchDeps {
  readonly crm: Crm;
  readonly idCache: RecordIdCache;
  readonly candidateSearch: CandidateSearch;
  readonly log: Logger;
}

export type MatchOutcome =
  | { readonly record: CrmRecord; readonly rule: string }
  | 'no match'
  /** Several records match, and the mapping does not say which one to choose. */
  | { readonly rule: string; readonly matchingIds: readonly string[] }
  | { readonly problem: CrmProblem };

export interface MatchScope extends MatchDeps, RequestScope {}

/**
 * Finds which records exist in the CRM: rule after rule, all records that are still open together. Stores that can be read by
 * a unique property are read; otherwise remembered ids come first, then search. Every match is verified on freshly read values.
 * @returns one outcome per record, in order. A failed lookup is a problem of its record, never "no match".
 */
export async function matchRecords(
  scope: MatchScope,
  records: readonly EnginyRecord[],
): Promise<readonly MatchOutcome[]> {
  const slices: Promise<readonly MatchOutcome[]>[] = [];
  for (let start = 0; start < records.length; start += sliceSize) {
    slices.push(matchSlice(scope, records.slice(start, start + sliceSize)));
  }
  return (await Promise.all(slices)).flat();
}

/** Large requests are matched in slices, so that one slice searches while the next one is still read from the store. */
const sliceSize = 1_000;

async function matchSlice(scope: MatchScope, records: readonly EnginyRecord[]): Promise<readonly MatchOutcome[]> {
  const subjects = records.map((record): Subject => ({ record, keys: matchKeys(scope.mapping, record) }));
  for (let rule = 0; rule < scope.mapping.match.rules.length; rule += 1) {
    const byValue = groupByValue(subjects, rule);
    if (byValue.size === 0) continue;
    const keys = [...byValue.values()].map(({ key }) => key);
    for (const [value, outcome] of await applyRule({ ...scope, rule }, keys)) {
      if (outcome === 'no match') continue;
      for (const subject of byValue.get(value)?.subjects ?? []) subject.outcome = outcome;
    }
  }
  return subjects.map((subject) => {
    const { keys, outcome = 'no match' } = subject;
    if (outcome !== 'no match' && 'record' in outcome) rememberMatch(scope, keys, outcome.record);
    logOutcome(scope, subject);
    return outcome;
  });
}

/** A record to match; open until it has an outcome. */
interface Subject {
  readonly record: EnginyRecord;
  readonly keys: readonly MatchKey[];
  outcome?: MatchOutcome;
}

/** @returns for each value of the open records under this rule: its key, and the records that share it. */
function groupByValue(subjects: readonly Subject[], rule: number) {
  const groups = new Map<string, { readonly key: MatchKey; readonly subjects: Subject[] }>();
  for (const subject of subjects) {
    const key = subject.keys.find((one) => one.rule === rule);
    if (key === undefined || subject.outcome !== undefined) continue;
    const group = groups.get(key.value);
    if (group === undefined) groups.set(key.value, { key, subjects: [subject] });
    else group.subjects.push(subject);
  }
  return groups;
}

interface RuleScope extends MatchScope {
  /** Position of the rule in the mapping. */
  readonly rule: number;
}

async function applyRule(scope: RuleScope, keys: readonly MatchKey[]): Promise<ReadonlyMap<string, MatchOutcome>> {
  const stored = keys.filter((key) => key.store !== undefined);
  const property = stored[0]?.store?.property;
  try {
    if (property !== undefined && (await scope.crm.canReadBy(objectTypeOf(scope), property, scope.context))) {
      return await readStore(scope, property, stored);
    }
  } catch (error) {
    const problem = problemFromRead(error);
    return new Map(keys.map(({ value }) => [value, { problem }]));
  }
  return await searchIndex(scope, await findable(scope, keys));
}

/**
 * Drops clauses whose property the portal does not have: no record can hold a value there, and the CRM would refuse the whole
 * search. A key without clauses then has no match.
 */
async function findable(scope: MatchScope, keys: readonly MatchKey[]): Promise<readonly MatchKey[]> {
  const names = await readNames(scope);
  if (names === undefined) return keys;
  return keys.map((key) => {
    const clauses = key.clauses.filter(({ property }) => names.has(property));
    return clauses.length === key.clauses.length ? key : { ...key, clauses };
  });
}

/** Undefined where the CRM does not show its definitions: then everything is searched, and the CRM's answer decides. */
async function readNames(scope: MatchScope): Promise<ReadonlySet<string> | undefined> {
  try {
    const definitions = await scope.crm.readProperties(objectTypeOf(scope), scope.context);
    return new Set(definitions.map(({ name }) => name));
  } catch (error) {
    scope.log.debug({ requestId: scope.context.requestId, problem: problemFromRead(error).kind }, 'no definitions');
    return undefined;
  }
}

/** A unique property leads to one record or none, so nothing is left to decide. */
async function readStore(
  scope: MatchScope,
  property: string,
  keys: readonly MatchKey[],
): Promise<Map<string, MatchOutcome>> {
  const asked = keys.map((key) => key.store?.value ?? key.value);
  const read = await scope.crm.readBy(
    objectTypeOf(scope),
    property,
    asked,
    propertiesToRead(scope.mapping),
    scope.context,
  );
  return new Map(
    keys.map((key, index): [string, MatchOutcome] => {
      const lookup = lookupIn(read, asked[index] ?? key.value);
      if (lookup === 'missing') return [key.value, 'no match'];
      return [key.value, 'record' in lookup ? { record: lookup.record, rule: key.name } : lookup];
    }),
  );
}

/** Remembered ids first; what they do not prove goes to the search. */
async function searchIndex(scope: RuleScope, keys: readonly MatchKey[]): Promise<Map<string, MatchOutcome>> {
  const remembered = new Map<string, readonly string[]>();
  for (const key of keys) {
    const id = scope.idCache.get(objectTypeOf(scope), key);
    if (id !== undefined) remembered.set(key.value, [id]);
  }
  const outcomes = new Map<string, MatchOutcome>();
  for (const [value, outcome] of await verify(scope, keys, remembered)) {
    if (outcome !== 'no match') outcomes.set(value, outcome);
  }
  const open: MatchKey[] = [];
  for (const key of keys) {
    if (outcomes.has(key.value)) continue;
    if (remembered.has(key.value)) scope.idCache.forget(objectTypeOf(scope), key);
    if (key.clauses.length === 0) outcomes.set(key.value, 'no match');
    else open.push(key);
  }
  if (open.length === 0) return outcomes;

  const candidates = new Map<string, readonly string[]>();
  for (const [value, found] of await findCandidates(scope, open)) {
    if ('problem' in found) outcomes.set(value, found);
    else candidates.set(value, found.ids);
  }
  for (const [value, outcome] of await verify(scope, open, candidates)) outcomes.set(value, outcome);
  return outcomes;
}

function findCandidates(scope: RuleScope, keys: readonly MatchKey[]): Promise<ReadonlyMap<string, Candidates>> {
  const { mapping, rule } = scope;
  const search = {
    objectType: objectTypeOf(scope),
    version: mapping.hash,
    keys,
    valuesOf: (record: CrmRecord) => candidateKeys(mapping, rule, record.properties),
    properties: propertiesToRead(mapping),
  };
  return scope.candidateSearch.find(search, scope.context);
}

/**
 * Reads the candidates fresh by id and keeps those that still hold the value; merged ones count as their survivor.
 * @returns one outcome per value that has an entry in `idsByValue`.
 */
async function verify(
  scope: RuleScope,
  keys: readonly MatchKey[],
  idsByValue: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, MatchOutcome>> {
  const { mapping, rule } = scope;
  const ids = [...new Set(keys.flatMap(({ value }) => idsByValue.get(value) ?? []))];
  const read = ids.length === 0 ? nothingRead : await readFresh(scope, ids);
  const outcomes = new Map<string, MatchOutcome>();
  for (const key of keys) {
    const candidates = idsByValue.get(key.value);
    if (candidates === undefined) continue;
    const lookups = candidates.map((id) => lookupIn(read, id)).filter((lookup) => lookup !== 'missing');
    const failed = lookups.find((lookup) => 'problem' in lookup);
    const records = lookups.flatMap((lookup) => ('record' in lookup ? [lookup.record] : []));
    const holders = records.filter(({ properties }) => candidateKeys(mapping, rule, properties).includes(key.value));
    const distinct = new Map(holders.map((record) => [record.id, record]));
    outcomes.set(key.value, failed ?? decide(mapping, key, [...distinct.values()]));
  }
  return outcomes;
}

const nothingRead: ReadOutcome = { found: new Map(), missing: new Set(), failed: new Map() };

async function readFresh(scope: MatchScope, ids: readonly string[]): Promise<ReadOutcome> {
  try {
    return await scope.crm.readByIds(objectTypeOf(scope), ids, propertiesToRead(scope.mapping), scope.context);
  } catch (error) {
    const problem = problemFromRead(error);
    return { ...nothingRead, failed: new Map(ids.map((id) => [id, problem])) };
  }
}

function decide(mapping: Mapping, key: MatchKey, holders: readonly CrmRecord[]): MatchOutcome {
  const [only, second] = holders;
  if (only === undefined) return 'no match';
  if (second === undefined) return { record: only, rule: key.name };
  if (mapping.match.if_several === 'error') {
    return { rule: key.name, matchingIds: holders.map(({ id }) => id).sort() };
  }
  const byAge = [...holders].sort((a, b) => compareAge(a, b));
  const chosen = mapping.match.if_several === 'oldest' ? byAge[0] : byAge.at(-1);
  return { record: chosen ?? only, rule: key.name };
}

/** By creation date; where the CRM gives none, by id, which grows with time in the CRMs we know. */
function compareAge(a: CrmRecord, b: CrmRecord): number {
  const dates = (a.createdAt ?? '').localeCompare(b.createdAt ?? '');
  return dates !== 0 ? dates : a.id.localeCompare(b.id, 'en', { numeric: true });
}

/** Only keys whose value the record holds: another rule's value may belong to another record. */
function rememberMatch(scope: MatchScope, keys: readonly MatchKey[], record: CrmRecord): void {
  const held = keys.filter((key) => candidateKeys(scope.mapping, key.rule, record.properties).includes(key.value));
  scope.idCache.remember(objectTypeOf(scope), held, record.id);
}

function objectTypeOf(scope: MatchScope): string {
  return scope.mapping.target.objectType;
}

function logOutcome({ log, mapping, context }: MatchScope, { record, keys, outcome }: Subject): void {
  const facts = {
    requestId: context.requestId,
    object: mapping.object,
    externalId: record.externalId,
    rulesTried: keys.map(({ name }) => name),
  };
  if (outcome === undefined || outcome === 'no match') log.debug(facts, 'no rule matched');
  else if ('record' in outcome) log.debug({ ...facts, rule: outcome.rule, crmId: outcome.record.id }, 'matched');
  else if ('matchingIds' in outcome) {
    log.info({ ...facts, rule: outcome.rule, matchingIds: outcome.matchingIds }, 'several records match');
  } else log.debug({ ...facts, problem: outcome.problem.kind }, 'lookup failed');
}

import type { CallContext, Crm, CrmProblem, CrmRecord, ReadOutcome } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { candidateKeys, type MatchKey, matchKeys, propertiesToRead } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { problemFromRead } from '../problem.ts';
import type { CandidateSearch } from './candidate-search.ts';
import type { RecordIdCache } from './record-id-cache.ts';

export interface MatchDeps {
  readonly crm: Crm;
  readonly ids: RecordIdCache;
  readonly candidates: CandidateSearch;
  readonly log: Logger;
}

export type MatchOutcome =
  | { readonly record: CrmRecord; readonly rule: string }
  | 'no match'
  /** Several records hold the value, and the mapping does not say which one counts. */
  | { readonly rule: string; readonly candidateIds: readonly string[] }
  | { readonly problem: CrmProblem };

/**
 * Finds which records exist in the CRM: rule after rule, all records that are still open together. Stores that can be read by
 * a unique property are read; the rest is remembered ids first, then search. Every match is verified on values read fresh.
 * @returns one outcome per record, in order. A look-up that failed is a problem of its record, never "no match".
 */
export async function matchRecords(
  deps: MatchDeps,
  mapping: Mapping,
  records: readonly EnginyRecord[],
  context: CallContext,
): Promise<readonly MatchOutcome[]> {
  const slices: Promise<readonly MatchOutcome[]>[] = [];
  for (let start = 0; start < records.length; start += sliceSize) {
    slices.push(matchSlice(deps, mapping, records.slice(start, start + sliceSize), context));
  }
  return (await Promise.all(slices)).flat();
}

/** Large requests are matched in slices, so that one slice searches while the next one is still read from the store. */
const sliceSize = 1_000;

async function matchSlice(
  deps: MatchDeps,
  mapping: Mapping,
  records: readonly EnginyRecord[],
  context: CallContext,
): Promise<readonly MatchOutcome[]> {
  const keysOfRecords = records.map((record) => matchKeys(mapping, record));
  const outcomes = new Array<MatchOutcome | undefined>(records.length);
  const step = { ...deps, mapping, properties: propertiesToRead(mapping), context };

  for (let rule = 0; rule < mapping.match.rules.length; rule += 1) {
    const recordsByValue = new Map<string, number[]>();
    const keys: MatchKey[] = [];
    keysOfRecords.forEach((keysOfRecord, index) => {
      const key = keysOfRecord.find((candidate) => candidate.rule === rule);
      if (key === undefined || outcomes[index] !== undefined) return;
      const sharing = recordsByValue.get(key.value);
      if (sharing !== undefined) sharing.push(index);
      else {
        recordsByValue.set(key.value, [index]);
        keys.push(key);
      }
    });
    if (keys.length === 0) continue;
    for (const [value, outcome] of await applyRule(step, rule, keys)) {
      if (outcome === 'no match') continue;
      for (const index of recordsByValue.get(value) ?? []) outcomes[index] = outcome;
    }
  }

  return records.map((record, index) => {
    const outcome = outcomes[index];
    const keys = keysOfRecords[index] ?? [];
    if (outcome !== undefined && outcome !== 'no match' && 'record' in outcome) {
      rememberMatch(step, keys, outcome.record);
    }
    logOutcome(deps.log, mapping, record, context, keys, outcome);
    return outcome ?? 'no match';
  });
}

interface Step extends MatchDeps {
  readonly mapping: Mapping;
  readonly properties: readonly string[];
  readonly context: CallContext;
}

async function applyRule(
  step: Step,
  rule: number,
  keys: readonly MatchKey[],
): Promise<ReadonlyMap<string, MatchOutcome>> {
  const stored = keys.filter((key) => key.store !== undefined);
  const property = stored[0]?.store?.property;
  try {
    if (property !== undefined && (await step.crm.canReadBy(objectTypeOf(step), property, step.context))) {
      return await readStore(step, property, stored);
    }
  } catch (error) {
    const problem = problemFromRead(error);
    return new Map(keys.map(({ value }) => [value, { problem }]));
  }
  return await searchIndex(step, rule, await findable(step, keys));
}

/**
 * Leaves out the clauses whose property the portal does not have: nothing can hold a value there, and the CRM would refuse the
 * whole search. A key without clauses then has no match.
 */
async function findable(step: Step, keys: readonly MatchKey[]): Promise<readonly MatchKey[]> {
  const names = await readNames(step);
  if (names === undefined) return keys;
  return keys.map((key) => {
    const clauses = key.clauses.filter(({ property }) => names.has(property));
    return clauses.length === key.clauses.length ? key : { ...key, clauses };
  });
}

/** Undefined where the CRM does not tell: then everything is searched, and the CRM's own answer decides. */
async function readNames(step: Step): Promise<ReadonlySet<string> | undefined> {
  try {
    const definitions = await step.crm.readProperties(objectTypeOf(step), step.context);
    return new Set(definitions.map(({ name }) => name));
  } catch (error) {
    step.log.debug({ requestId: step.context.requestId, problem: problemFromRead(error).kind }, 'no definitions');
    return undefined;
  }
}

/** A unique property leads to one record or none, so nothing is left to decide. */
async function readStore(step: Step, property: string, keys: readonly MatchKey[]): Promise<Map<string, MatchOutcome>> {
  const asked = keys.map((key) => key.store?.value ?? key.value);
  const read = await step.crm.readBy(objectTypeOf(step), property, asked, step.properties, step.context);
  return new Map(
    keys.map((key, index): [string, MatchOutcome] => {
      const value = asked[index] ?? key.value;
      const record = read.found.get(value);
      if (record !== undefined) return [key.value, { record, rule: key.name }];
      if (read.missing.has(value)) return [key.value, 'no match'];
      return [key.value, { problem: read.failed.get(value) ?? unaccounted }];
    }),
  );
}

const unaccounted: CrmProblem = { kind: 'unavailable', message: 'the answer left this value out' };

/** Remembered ids first; what they do not prove goes to the search. */
async function searchIndex(step: Step, rule: number, keys: readonly MatchKey[]): Promise<Map<string, MatchOutcome>> {
  const remembered = new Map<string, readonly string[]>();
  for (const key of keys) {
    const id = step.ids.get(objectTypeOf(step), key);
    if (id !== undefined) remembered.set(key.value, [id]);
  }
  const outcomes = new Map<string, MatchOutcome>();
  const known = keys.filter((key) => remembered.has(key.value));
  for (const [value, outcome] of await verify(step, rule, known, remembered)) {
    if (outcome !== 'no match') outcomes.set(value, outcome);
  }
  const open: MatchKey[] = [];
  for (const key of keys) {
    if (outcomes.has(key.value)) continue;
    if (remembered.has(key.value)) step.ids.forget(objectTypeOf(step), key);
    if (key.clauses.length === 0) outcomes.set(key.value, 'no match');
    else open.push(key);
  }
  if (open.length === 0) return outcomes;

  const search = {
    objectType: objectTypeOf(step),
    version: step.mapping.hash,
    keys: open,
    valuesOf: (record: CrmRecord) => candidateKeys(step.mapping, rule, record.properties),
    properties: step.properties,
  };
  const candidates = new Map<string, readonly string[]>();
  for (const [value, found] of await step.candidates.find(search, step.context)) {
    if ('problem' in found) outcomes.set(value, found);
    else candidates.set(value, found.ids);
  }
  const searched = open.filter((key) => candidates.has(key.value));
  for (const [value, outcome] of await verify(step, rule, searched, candidates)) outcomes.set(value, outcome);
  return outcomes;
}

/** Reads the candidates fresh by id and keeps those that still hold the value; merged ones count as their survivor. */
async function verify(
  step: Step,
  rule: number,
  keys: readonly MatchKey[],
  idsByValue: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, MatchOutcome>> {
  const ids = [...new Set(keys.flatMap((key) => idsByValue.get(key.value) ?? []))];
  const read = ids.length === 0 ? nothingRead : await readFresh(step, ids);
  return new Map(
    keys.map((key): [string, MatchOutcome] => {
      const holders = new Map<string, CrmRecord>();
      for (const id of idsByValue.get(key.value) ?? []) {
        const record = read.found.get(id);
        if (record === undefined) {
          const problem = read.failed.get(id) ?? (read.missing.has(id) ? undefined : unaccounted);
          if (problem !== undefined) return [key.value, { problem }];
        } else if (candidateKeys(step.mapping, rule, record.properties).includes(key.value)) {
          holders.set(record.id, record);
        }
      }
      return [key.value, decide(step.mapping, key, [...holders.values()])];
    }),
  );
}

const nothingRead: ReadOutcome = { found: new Map(), missing: new Set(), failed: new Map() };

async function readFresh(step: Step, ids: readonly string[]): Promise<ReadOutcome> {
  try {
    return await step.crm.readByIds(objectTypeOf(step), ids, step.properties, step.context);
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
    return { rule: key.name, candidateIds: holders.map(({ id }) => id).sort() };
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

/** Only keys whose value the record really holds: another rule's value may belong to another record. */
function rememberMatch(step: Step, keys: readonly MatchKey[], record: CrmRecord): void {
  const held = keys.filter((key) => candidateKeys(step.mapping, key.rule, record.properties).includes(key.value));
  step.ids.remember(objectTypeOf(step), held, record.id);
}

function objectTypeOf(step: Step): string {
  return step.mapping.target.objectType;
}

function logOutcome(
  log: Logger,
  mapping: Mapping,
  record: EnginyRecord | undefined,
  context: CallContext,
  keys: readonly MatchKey[],
  outcome: MatchOutcome | undefined,
): void {
  const facts = {
    requestId: context.requestId,
    object: mapping.object,
    externalId: record?.externalId,
    rulesTried: keys.map(({ name }) => name),
  };
  if (outcome === undefined || outcome === 'no match') log.debug(facts, 'no rule matched');
  else if ('record' in outcome) log.debug({ ...facts, rule: outcome.rule, crmId: outcome.record.id }, 'matched');
  else if ('candidateIds' in outcome) {
    log.info({ ...facts, rule: outcome.rule, candidateIds: outcome.candidateIds }, 'several records match');
  } else log.debug({ ...facts, problem: outcome.problem.kind }, 'look-up failed');
}

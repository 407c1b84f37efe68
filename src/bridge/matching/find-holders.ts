import { problemOfError } from '../../crm/crm-problem.ts';
import type { CrmRecord } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { spellingMark } from '../../mapping/run/found-by-search.ts';
import { candidateKeys, type MatchKey, propertiesToRead } from '../../mapping/run/match-keys.ts';
import type { CrmParts } from '../lookups/batching-crm.ts';
import type { IdentityIndex } from '../identity-index.ts';
import { lookupIn } from '../lookups/lookup-outcome.ts';
import {
  type Holders,
  holdersIn,
  inSpellingsOf,
  isUnfound,
  nothingProposed,
  preferUsual,
  type ProposedHolders,
  type ProposedRecords,
  readFresh,
  type VerifiedHolders,
} from '../lookups/proposed-records.ts';
import { nextTurn } from '../../next-turn.ts';
import { targetTypeOf, type RequestScope } from '../request-scope.ts';
import type { CandidateSearch, Candidates } from './candidate-search.ts';
import type { RecordIdCache, RememberedIds } from './record-id-cache.ts';
import {
  isTrusted,
  type SearchAllowance,
  type SearchBudget,
  type SearchPolicy,
  searchByWords,
} from './search-policy.ts';

export interface MatchDeps extends CrmParts {
  readonly idCache: RecordIdCache;
  readonly candidateSearch: CandidateSearch;
  /** Undefined if it is switched off. */
  readonly identityIndex?: IdentityIndex | undefined;
  /** How many searches one request may make beyond the usual ones. */
  readonly extraSearches: number;
  readonly searchAllowance: SearchAllowance;
  readonly log: Logger;
}

export interface RuleScope extends MatchDeps, RequestScope {
  /** What the identity index proposed for the request. */
  readonly proposed?: ProposedRecords;
  /** Position of the rule in the mapping. */
  readonly rule: number;
  readonly searches: SearchPolicy;
  /** Shared by all rules and slices of a request. */
  readonly budget: SearchBudget;
  /** True if no caller waits for what is found. */
  readonly isAfterAnswer?: boolean;
}

/**
 * Finds the records that hold the keys of one rule. What the identity index knows completely is not searched for. Stores that can be
 * read by a unique property are read; for the others, what a search finds and what the process remembers count alike. Every record is
 * verified on freshly read values.
 * @returns one entry per value of the keys.
 */
export async function findHolders(scope: RuleScope, keys: readonly MatchKey[]): Promise<ReadonlyMap<string, Holders>> {
  let holders = new Map<string, Holders>();
  try {
    const property = await readableProperty(scope, keys);
    holders = await findIndexed(scope, keys, property !== undefined);
    const open = keys.filter(({ value }) => !holders.has(value));
    if (open.length === 0) return holders;
    const found =
      property === undefined
        ? await searchIndex(scope, await findable(scope, open))
        : await readStore(scope, property, open);
    for (const key of open) {
      const result = found.get(key.value) ?? { records: [] };
      holders.set(key.value, property === undefined ? preferUsual(key, result) : result);
    }
    return holders;
  } catch (error) {
    const problem = problemOfError(error, 'unavailable');
    return new Map(keys.map(({ value }) => [value, holders.get(value) ?? { problem }]));
  }
}

/** The unique property by which the records of a rule are read; undefined for a rule that is searched. */
async function readableProperty(scope: RuleScope, keys: readonly MatchKey[]): Promise<string | undefined> {
  const property = keys.find(({ store }) => store !== undefined)?.store?.property;
  if (property === undefined) return undefined;
  return (await scope.crm.canReadBy(targetTypeOf(scope), property, scope.context)) ? property : undefined;
}

/** Values that one call reads from the store. */
const keysPerRead = 100;

/**
 * The holders that the index knows. If the store can be read, it decides about values that no record seems to hold. The exception are
 * Enginy's ids, if there are more than one call reads: the bridge writes them itself, so the index knows them before a search does.
 */
async function findIndexed(
  scope: RuleScope,
  keys: readonly MatchKey[],
  isStored: boolean,
): Promise<Map<string, Holders>> {
  const { proposed = nothingProposed, mapping, rule } = scope;
  const answers = new Map<string, Holders>();
  const proposals = await proposed.holdersOf(keys);
  const countOf = ({ holders }: ProposedHolders) => ('records' in holders ? holders.records.length : undefined);
  const absent = [...proposals.values()].filter((each) => countOf(each) === 0);
  const trustsAbsence = mapping.match.rules[rule] === 'identity' && absent.length > keysPerRead;
  for (const key of keys) {
    const answer = proposals.get(key.value);
    if (answer === undefined) continue;
    const { holders, candidates, byIndex, mayLackWrites } = answer;
    const isAbsent = trustsAbsence && !mayLackWrites && countOf(answer) === 0;
    if (isStored && countOf(answer) !== 1 && !isAbsent) continue;
    const found = isStored ? holders : preferUsual(key, holders, true);
    answers.set(key.value, { ...found, byIndex });
    if (!isStored && 'records' in holders) settle(scope, key, { candidates, records: holders.records });
  }
  return answers;
}

/**
 * Drops clauses whose property the portal does not have: no record can hold a value there, and the CRM would refuse the whole
 * search. A key without clauses then has no match.
 */
async function findable(scope: RuleScope, keys: readonly MatchKey[]): Promise<readonly MatchKey[]> {
  const names = await readNames(scope);
  return names === undefined ? keys : keys.map((key) => key.within(names));
}

/** Undefined if the CRM does not show its definitions: then all properties are searched, and the CRM decides. */
async function readNames(scope: RuleScope): Promise<ReadonlySet<string> | undefined> {
  try {
    const definitions = await scope.crm.readProperties(targetTypeOf(scope), scope.context);
    return new Set(definitions.map(({ name }) => name));
  } catch (error) {
    scope.log.debug(
      { requestId: scope.context.requestId, problem: problemOfError(error, 'unavailable').kind },
      'no definitions',
    );
    return undefined;
  }
}

/** A unique property leads to one record or none. */
async function readStore(scope: RuleScope, property: string, keys: readonly MatchKey[]): Promise<Map<string, Holders>> {
  const { lookupCrm, mapping, context } = scope;
  const asked = keys.map((key) => key.store?.value ?? key.value);
  const read = await lookupCrm.readBy(
    { objectType: targetTypeOf(scope), property, values: asked },
    propertiesToRead(mapping),
    context,
  );
  return new Map(
    keys.map((key, index): [string, Holders] => {
      const lookup = lookupIn(read, asked[index] ?? key.value);
      if (lookup === 'missing') return [key.value, { records: [] }];
      return [key.value, 'record' in lookup ? { records: [lookup.record] } : lookup];
    }),
  );
}

/**
 * Searches for the keys, except where the policy trusts what is remembered and those records still hold the key. What was written
 * since the search, or is not shown by it yet, is remembered and counts like a search result.
 */
async function searchIndex(scope: RuleScope, keys: readonly MatchKey[]): Promise<Map<string, Holders>> {
  await scope.idCache.prefetch(targetTypeOf(scope), keys);
  const remembered = new Map(keys.map((key) => [key.value, scope.idCache.get(targetTypeOf(scope), key)]));
  const holders = await findTrusted(scope, keys, remembered);
  const open: MatchKey[] = [];
  for (const key of keys) {
    if (holders.has(key.value)) continue;
    if (key.clauses.length === 0) holders.set(key.value, { records: [] });
    else open.push(key);
  }
  if (open.length === 0) return holders;
  const startedAt = performance.now();
  const hints = (key: MatchKey) => [...(scope.proposed?.idsOf(key) ?? []), ...(remembered.get(key.value)?.ids ?? [])];
  const candidates = new Map<string, readonly string[]>(open.map((key) => [key.value, [...new Set(hints(key))]]));
  const propose = (found: ReadonlyMap<string, Candidates>) => {
    for (const [value, result] of found) {
      if ('problem' in result) holders.set(value, result);
      else candidates.set(value, [...new Set([...result.ids, ...(candidates.get(value) ?? [])])]);
    }
  };
  // Slices of a large request that waited for the same answer go on one by one.
  if (open.length > 100) await nextTurn();
  propose(await findCandidates(scope, open));
  const verified = await verify(scope, open, candidates);
  const unfound = open.filter((key) => !holders.has(key.value) && isUnfound(key, verified.get(key.value)));
  const byWords = await searchByWords(scope, unfound, (chosen, context) =>
    findCandidates({ ...scope, context }, chosen, 'words'),
  );
  if (byWords.size > 0) {
    propose(byWords);
    const searched = open.filter(({ value }) => byWords.has(value));
    for (const [value, found] of await verify(scope, searched, candidates)) verified.set(value, found);
  }
  const incomplete = new Set(unfound.filter(({ value }) => !byWords.has(value)));
  for (const key of open) {
    const found = verified.get(key.value);
    if (found === undefined || holders.has(key.value)) continue;
    const isPartial = incomplete.has(key);
    holders.set(key.value, 'records' in found && isPartial ? { ...found, isPartial } : found);
    if ('problem' in found) continue;
    const others = (candidates.get(key.value) ?? []).filter((id) => found.otherSpellings?.includes(id) !== true);
    settle(scope, key, { candidates: others, records: found.records, isPartial, startedAt });
  }
  return holders;
}

/** The keys that the policy answers from memory, provided that all remembered records still hold them. */
async function findTrusted(
  scope: RuleScope,
  keys: readonly MatchKey[],
  remembered: ReadonlyMap<string, RememberedIds | undefined>,
): Promise<Map<string, Holders>> {
  const { idCache, searches } = scope;
  const trusted = keys.filter((key) => {
    const known = remembered.get(key.value);
    // A search for another spelling proves nothing about this one.
    const isSame = searches === 'never' || (known?.spelling ?? '') === spellingMark(scope.mapping, key);
    return key.clauses.length === 0 || (isSame && isTrusted(searches, known));
  });
  const knownIds = new Map(trusted.map(({ value }) => [value, remembered.get(value)?.ids ?? []]));
  const found = await verify(scope, trusted, knownIds);
  const holders = new Map<string, Holders>();
  for (const key of trusted) {
    const result = found.get(key.value) ?? { records: [] };
    const holding = 'problem' in result ? 0 : result.records.length + (result.otherSpellings?.length ?? 0);
    const isConfirmed = 'problem' in result || holding === knownIds.get(key.value)?.length;
    if (isConfirmed || searches === 'never') holders.set(key.value, result);
    if (searches === 'unless awaited') idCache.deliver(targetTypeOf(scope), key);
  }
  return holders;
}

interface SettledKey {
  readonly candidates: readonly string[];
  readonly records: readonly CrmRecord[];
  /** True if not every spelling was searched for. */
  readonly isPartial?: boolean;
  /** When the search for it began, by the process's clock. */
  readonly startedAt?: number;
}

function settle(scope: RuleScope, key: MatchKey, settled: SettledKey): void {
  const { candidates, records, isPartial = false, startedAt = performance.now() } = settled;
  const holders = records.map(({ id }) => id);
  const others = candidates.filter((id) => !holders.includes(id));
  const isAwaited = scope.isAfterAnswer === true && !isPartial;
  const tookMs = performance.now() - startedAt;
  const searched = { isAwaited, isPartial, tookMs, spelling: spellingMark(scope.mapping, key) };
  scope.idCache.settle(targetTypeOf(scope), key, { holders, others, ...searched });
}

function findCandidates(
  scope: RuleScope,
  keys: readonly MatchKey[],
  by: 'spellings' | 'words' = 'spellings',
): Promise<ReadonlyMap<string, Candidates>> {
  const { mapping, rule } = scope;
  const search = {
    objectType: targetTypeOf(scope),
    // A search by words finds other records: a request must not wait for one of the other kind.
    version: `${mapping.hash} ${by}`,
    keys: by === 'spellings' ? keys : keys.map((key) => key.with({ clauses: key.wordClauses })),
    valuesOf: (record: CrmRecord) => candidateKeys(mapping, rule, record.properties),
    properties: propertiesToRead(mapping),
  };
  return scope.candidateSearch.find(search, scope.context);
}

/** Reads the candidates of `idsByValue` fresh by id and keeps those that hold the value; merged ones count as their survivor. */
async function verify(
  scope: RuleScope,
  keys: readonly MatchKey[],
  idsByValue: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, VerifiedHolders>> {
  const ids = [...new Set(keys.flatMap(({ value }) => idsByValue.get(value) ?? []))];
  const lookups = await readFresh(scope, ids);
  const holders = new Map<string, VerifiedHolders>();
  for (const key of keys) {
    const candidates = idsByValue.get(key.value);
    if (candidates === undefined) continue;
    const found = holdersIn(scope.mapping, key, { ids: candidates, lookups });
    holders.set(key.value, inSpellingsOf(scope.mapping, key, { found, proposed: scope.proposed?.idsOf(key) ?? [] }));
  }
  return holders;
}

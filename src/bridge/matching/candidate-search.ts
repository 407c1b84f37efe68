import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { CallContext, Crm, CrmProblem, CrmRecord, ObjectType } from '../../crm/crm.ts';
import { spellingOf } from '../../mapping/run/found-by-search.ts';
import type { MatchKey } from '../../mapping/run/match-keys.ts';
import { type Batcher, createBatcher } from '../concurrency/batcher.ts';
import { countLookup, type LookupsInProgress, lookupPolicy } from '../lookups/batching-crm.ts';
import { raceDeadline } from '../concurrency/race-deadline.ts';

/** The ids of records that may match a key. Their values are read again before they count. */
export type Candidates = { readonly ids: readonly string[] } | { readonly problem: CrmProblem };

/**
 * Searches for the records that may hold match keys. A key that another request is searching for at the same moment is not searched for
 * twice: both requests share the result.
 */
export interface CandidateSearch {
  /** @returns one entry per distinct value of the keys, all of one rule. */
  find(search: CandidateQuery, context: CallContext): Promise<ReadonlyMap<string, Candidates>>;
}

export interface CandidateQuery {
  readonly objectType: ObjectType;
  /** Version of the mapping file: in another version, the same rule may have another meaning. */
  readonly version: string;
  /** Keys of one rule, distinct by value. */
  readonly keys: readonly MatchKey[];
  /** Canonical values that a candidate holds under the rule. */
  readonly valuesOf: (record: CrmRecord) => readonly string[];
  readonly properties: readonly string[];
}

/** @param lookups counts the lookups of concurrent requests; omit it where requests come one at a time, so that none waits for others. */
export function createCandidateSearch(
  crm: Pick<Crm, 'search' | 'hasRoom' | 'troubleOf'>,
  lookups?: LookupsInProgress,
): CandidateSearch {
  const flights = new Map<string, Promise<Candidates>>();
  const searchTogether = createSharedSearch(crm, lookups);

  async function find(search: CandidateQuery, context: CallContext): Promise<ReadonlyMap<string, Candidates>> {
    const joined = new Map<string, Promise<Candidates>>();
    const own: MatchKey[] = [];
    for (const key of search.keys) {
      const flight = flights.get(flightKey(search, key));
      if (flight === undefined) own.push(key);
      else joined.set(key.value, flight);
    }
    const results = new Map(own.length === 0 ? [] : await takeOff(search, own, context));
    const leftover: MatchKey[] = [];
    for (const key of search.keys) {
      const flight = joined.get(key.value);
      if (flight === undefined) continue;
      const landed = await raceDeadline(flight, context.deadline).catch(() => 'failed' as const);
      // The other request may have had an earlier deadline or a fault of its own: then search again.
      if (landed === 'failed' || ('problem' in landed && landed.problem.kind === 'late')) leftover.push(key);
      else results.set(key.value, landed);
    }
    if (leftover.length > 0)
      for (const [value, found] of await takeOff(search, leftover, context)) results.set(value, found);
    return results;
  }

  async function takeOff(search: CandidateQuery, keys: readonly MatchKey[], context: CallContext) {
    const flight = searchTogether(search, keys, context);
    for (const key of keys) {
      const name = flightKey(search, key);
      const result = flight.then((found) => found.get(key.value) ?? { ids: [] });
      flights.set(name, result);
      const land = () => {
        if (flights.get(name) === result) flights.delete(name);
      };
      result.then(land, land);
    }
    return flight;
  }

  return { find: (search, context) => countLookup(lookups, context, () => find(search, context)) };
}

type Search = (
  search: CandidateQuery,
  keys: readonly MatchKey[],
  context: CallContext,
) => Promise<ReadonlyMap<string, Candidates>>;

/** Combines searches of concurrent requests. If a combined search fails because of another request, each request searches alone. */
function createSharedSearch(
  crm: Pick<Crm, 'search' | 'hasRoom' | 'troubleOf'>,
  lookups: LookupsInProgress | undefined,
): Search {
  if (lookups === undefined) return (search, keys, context) => runSearch(crm, { ...search, keys }, context);
  const batchers = new Map<string, Batcher<SearchItem, Candidates>>();
  const policy = lookupPolicy({ crm, kind: 'search', maxItems: maxKeys }, lookups);
  return async (search, keys, context) => {
    const name = JSON.stringify([search.objectType, context.urgency]);
    const batcher =
      batchers.get(name) ?? createBatcher((items, shared) => runItems(crm, items, shared), policy[context.urgency]);
    batchers.set(name, batcher);
    try {
      const found = await batcher.add(
        keys.map((key) => ({ search, key })),
        context,
      );
      return new Map(keys.map(({ value }, index) => [value, found[index] ?? unaccounted('unavailable')]));
    } catch {
      return await runSearch(crm, { ...search, keys }, context);
    }
  };
}

/** That many keys fill about thirty searches, so the unused room in the last one hardly matters. */
const maxKeys = 300;

/** A key with the request that it comes from. */
interface SearchItem {
  readonly search: CandidateQuery;
  readonly key: MatchKey;
}

/** Searches for the keys of several requests. Keys of different rules or mapping versions are searched for separately. */
async function runItems(
  crm: Pick<Crm, 'search'>,
  items: readonly SearchItem[],
  context: CallContext,
): Promise<readonly Candidates[]> {
  const groups = Map.groupBy(items, ({ search, key }) => JSON.stringify([search.version, key.rule]));
  const found = new Map<string, ReadonlyMap<string, Candidates>>();
  await Promise.all(
    [...groups].map(async ([name, group]) => {
      const [first] = group;
      if (first === undefined) return;
      const byValue = Map.groupBy(group, ({ key }) => key.value);
      const keys = [...byValue.values()].flatMap((same) => inAllSpellings(same.map(({ key }) => key)) ?? []);
      found.set(name, await runSearch(crm, { ...first.search, keys }, context));
    }),
  );
  return items.map(({ search, key }) => {
    const name = JSON.stringify([search.version, key.rule]);
    return found.get(name)?.get(key.value) ?? unaccounted('unavailable');
  });
}

/** One key for equal keys in different spellings. Each caller discards the records that its own spelling would not find. */
function inAllSpellings(keys: readonly MatchKey[]): MatchKey | undefined {
  const [first, second] = keys;
  if (first === undefined || second === undefined) return first;
  return first.with({ clauses: keys.flatMap(({ clauses }) => clauses) });
}

/** Identifies a search in progress. Another request joins it only for the same key in the same spellings. */
export function flightKey(
  { objectType, version }: Pick<CandidateQuery, 'objectType' | 'version'>,
  key: MatchKey,
): string {
  return `${objectType}\u0001${version}\u0001${key.rule}\u0001${key.value}\u0001${spellingOf(key)}`;
}

/** Does not reject if the CRM fails: a failed search is a problem of each of its keys. */
async function runSearch(
  crm: Pick<Crm, 'search'>,
  search: CandidateQuery,
  context: CallContext,
): Promise<Map<string, Candidates>> {
  const searchKeys = search.keys.map((key) => ({ key: key.value, clauses: key.clauses }));
  try {
    const outcome = await crm.search(search.objectType, searchKeys, search.properties, context);
    const idsByValue = new Map<string, Set<string>>();
    for (const record of outcome.candidates) {
      for (const value of search.valuesOf(record)) {
        const ids = idsByValue.get(value) ?? new Set<string>();
        idsByValue.set(value, ids.add(record.id));
      }
    }
    return new Map(
      search.keys.map(({ value }): [string, Candidates] => {
        const problem = outcome.failed.get(value);
        return [value, problem === undefined ? { ids: [...(idsByValue.get(value) ?? [])] } : { problem }];
      }),
    );
  } catch (error) {
    const problem = problemOfError(error, 'unavailable');
    return new Map(search.keys.map(({ value }) => [value, { problem }]));
  }
}

import { unaccounted } from '../../crm/crm-problem.ts';
import type { CrmProblem, CrmRecord } from '../../crm/crm.ts';
import { dependsOnSpelling, isFoundAsUsual, isFoundBySearch } from '../../mapping/run/found-by-search.ts';
import { candidateKeys, distinctKeys, keyName, type MatchKey, propertiesToRead } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { IdentityIndex, Proposal, ProposalRequest } from '../identity-index.ts';
import type { LookupCrm } from './batching-crm.ts';
import { type LookupOutcome, lookUpEach } from './lookup-outcome.ts';
import type { RequestScope } from '../request-scope.ts';

/** The records that hold a match key, read fresh; `isPartial` if the allowance did not suffice to search for unusual spellings. */
export type Holders =
  | { readonly records: readonly CrmRecord[]; readonly isPartial?: true; readonly byIndex?: IndexAnswer }
  | { readonly problem: CrmProblem; readonly byIndex?: IndexAnswer };

/** Present if the identity index answered; with the age of its last sweep, if known. */
export type IndexAnswer = Pick<Proposal, 'sweptAgoMs'>;

/** What the identity index proposed for the keys of a request. */
export interface ProposedRecords {
  /** The records that hold the keys of a rule, by the keys' values, read and verified. Keys that the index cannot answer are absent. */
  holdersOf(keys: readonly MatchKey[]): Promise<ReadonlyMap<string, ProposedHolders>>;
  /** Records that may hold the key; only hints if the index cannot answer. */
  idsOf(key: MatchKey): readonly string[];
}

export interface ProposedHolders {
  readonly holders: Holders;
  /** What was read to find them. */
  readonly candidates: readonly string[];
  readonly byIndex: IndexAnswer;
  /** See {@link Proposal}. */
  readonly mayLackWrites: boolean;
}

export interface ProposalScope extends RequestScope {
  readonly lookupCrm: Pick<LookupCrm, 'readByIds'>;
  readonly identityIndex?: IdentityIndex | undefined;
}

export const nothingProposed: ProposedRecords = { holdersOf: async () => new Map(), idsOf: () => [] };

/** Keys with more records than this, such as the number of a switchboard, are read only when their rule is reached. */
const maxReadAhead = 3;

/**
 * Asks the index for all keys of all rules at once, and reads what it proposes in as few calls as fit.
 * @param options.rememberedIds records that the process remembers for a key count like proposals.
 */
export async function readProposed(
  scope: ProposalScope,
  keys: readonly MatchKey[],
  options: Pick<ProposalRequest, 'mayRefresh' | 'maxAgeMs'> & {
    readonly rememberedIds: (key: MatchKey) => readonly string[];
  },
): Promise<ProposedRecords> {
  const { mapping, identityIndex, context } = scope;
  if (identityIndex === undefined || keys.length === 0) return nothingProposed;
  const { rememberedIds, ...freshness } = options;
  const distinct = distinctKeys(keys);
  const answers = await identityIndex.propose({ mapping, keys: distinct, ...freshness }, context);
  const proposals = new Map<string, Proposal>();
  distinct.forEach((key, position) => {
    const { ids, isComplete } = answers[position] ?? { ids: [], isComplete: false };
    const all = isComplete ? [...new Set([...ids, ...rememberedIds(key)])] : ids;
    proposals.set(keyName(key), { ...answers[position], ids: all, isComplete });
  });
  const lookups = new Map<string, LookupOutcome>();
  const read = async (ids: readonly string[]) => {
    const open = [...new Set(ids)].filter((id) => !lookups.has(id));
    for (const [id, lookup] of await readFresh(scope, open)) lookups.set(id, lookup);
  };
  const complete = [...proposals.values()].filter(({ isComplete }) => isComplete);
  await read(complete.flatMap(({ ids }) => (ids.length <= maxReadAhead ? ids : [])));
  return {
    idsOf: (key) => proposals.get(keyName(key))?.ids ?? [],
    async holdersOf(asked) {
      const answered = asked.flatMap((key) => {
        const proposal = proposals.get(keyName(key));
        if (proposal?.isComplete !== true) return [];
        const { ids: candidates, sweptAgoMs, mayLackWrites = false } = proposal;
        return [{ key, candidates, mayLackWrites, byIndex: sweptAgoMs === undefined ? {} : { sweptAgoMs } }];
      });
      await read(answered.flatMap(({ candidates }) => candidates));
      return new Map(
        answered.map(({ key, ...answer }): [string, ProposedHolders] => {
          const read = { ids: answer.candidates, lookups };
          forgetStale(scope, key, read);
          return [key.value, { ...answer, holders: holdersIn(mapping, key, read) }];
        }),
      );
    },
  };
}

/** Candidates of a key, and what reading them returned, by id. */
export interface ReadCandidates {
  readonly ids: readonly string[];
  readonly lookups: ReadonlyMap<string, LookupOutcome>;
}

/** The candidates that hold the key; a merged record counts as its survivor. If one cannot be read, the result is its problem. */
export function holdersIn(mapping: Mapping, key: MatchKey, { ids, lookups }: ReadCandidates): Holders {
  const found = ids.map((id) => lookups.get(id) ?? unaccounted('unavailable')).filter((lookup) => lookup !== 'missing');
  const failed = found.find((lookup) => 'problem' in lookup);
  if (failed !== undefined) return failed;
  const records = found.flatMap((lookup) => ('record' in lookup ? [lookup.record] : []));
  const holding = records.filter((record) => holds(mapping, key, record));
  return { records: [...new Map(holding.map((record) => [record.id, record])).values()] };
}

/** `otherSpellings`: ids of records that also hold the value, but that a search for the key does not find. */
export type VerifiedHolders = Holders & { readonly otherSpellings?: readonly string[] };

/**
 * Drops the records that a search for the key would not find: a search for `Cafe` does not find `Café`. The result must not depend on what
 * the process remembers, or on what another key or request found in the same search. What the identity index proposed counts in any spelling.
 */
export function inSpellingsOf(
  mapping: Mapping,
  key: MatchKey,
  { found, proposed }: { readonly found: Holders; readonly proposed: readonly string[] },
): VerifiedHolders {
  if ('problem' in found || found.records.length === 0 || !dependsOnSpelling(mapping, key.rule)) return found;
  const isFound = ({ id, properties }: CrmRecord) => proposed.includes(id) || isFoundBySearch(key, properties);
  const others = found.records.filter((record) => !isFound(record)).map(({ id }) => id);
  return others.length === 0 ? found : { ...found, records: found.records.filter(isFound), otherSpellings: others };
}

/** Reads records by id, with what matching compares. Does not reject if the CRM fails. */
export async function readFresh(
  { lookupCrm, mapping, context }: ProposalScope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LookupOutcome>> {
  return await lookUpEach(ids, () =>
    lookupCrm.readByIds(mapping.target.objectType, ids, propertiesToRead(mapping), context),
  );
}

/** Only a live record proves that it no longer holds the key: an archived one may be restored. */
function forgetStale({ mapping, identityIndex }: ProposalScope, key: MatchKey, { ids, lookups }: ReadCandidates): void {
  for (const id of ids) {
    const lookup = lookups.get(id);
    if (lookup === undefined || lookup === 'missing' || !('record' in lookup)) continue;
    if (lookup.record.id === id && !holds(mapping, key, lookup.record)) identityIndex?.drop(mapping, key, id);
  }
}

function holds(mapping: Mapping, { rule, value }: MatchKey, { properties }: CrmRecord): boolean {
  return candidateKeys(mapping, rule, properties).includes(value);
}

/** True if a search by words may find more: no record was found that a search in the usual spellings finds. */
export function isUnfound(key: MatchKey, found: Holders | undefined): boolean {
  if (found === undefined || 'problem' in found || key.wordClauses.length === 0) return false;
  return !found.records.some((record) => isFoundAsUsual(key, record.properties));
}

/**
 * A record that holds the value in an unusual spelling, or in a further property, counts only if no other holds it as usual: search finds
 * it only then, and neither what the process remembers nor the index must change the result.
 */
export function preferUsual(key: MatchKey, found: Holders, isIndexed = false): Holders {
  if ('problem' in found || (key.wordClauses.length === 0 && !isIndexed)) return found;
  const usual = found.records.filter((record) => isFoundAsUsual(key, record.properties));
  return usual.length === 0 ? found : { records: usual };
}

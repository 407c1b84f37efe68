import { problemOfError } from '../../crm/crm-problem.ts';
import type { Crm, CrmProblem } from '../../crm/crm.ts';
import { candidateKeys, type MatchKey, propertiesOfRules, keyName } from '../../mapping/run/match-keys.ts';
import type { IdentityIndex } from '../identity-index.ts';
import type { RequestScope } from '../request-scope.ts';

/** How far the CRM's search may lag behind writes, in milliseconds (HubSpot's search guide and reports of integrators). */
const indexLagMs = 60_000;
/** If this machine's clock is further ahead of the CRM's, times do not show when something was modified there. */
const maxClockAheadMs = 30_000;

export interface SearchedKey {
  readonly key: MatchKey;
  /** How long ago the search for it began. */
  readonly searchedAgoMs: number;
}

/** A record that was modified and holds some of the keys by now, as the search shows it. */
export interface ChangedHolder {
  readonly id: string;
  readonly keys: readonly MatchKey[];
}

/** `isComplete: false`: not all changes were read, or they are unknown. */
export type Changes =
  | { readonly holders: readonly ChangedHolder[]; readonly isComplete: boolean }
  | { readonly problem: CrmProblem };

export interface ChangesScope extends RequestScope {
  readonly crm: Pick<Crm, 'modifiedSince'>;
  readonly identityIndex?: IdentityIndex | undefined;
  /** When the request began, by the process's clock: the index must have been swept since. Now by default. */
  readonly startedAt?: number;
}

/**
 * Asks the CRM what was modified since keys were searched for, by whatever tool, and finds the records that hold one of them. Values are
 * compared as matching does. An identity index that is complete and was swept after the request began answers instead.
 * @param maxPages of 200 records each.
 */
export async function changesSince(
  scope: ChangesScope,
  searched: readonly SearchedKey[],
  maxPages: number,
): Promise<Changes> {
  const open = await withoutIndexed(scope, searched);
  if (open.length === 0) return { holders: [], isComplete: true };
  const { mapping, context, crm } = scope;
  const { objectType } = mapping.target;
  const longestAgoMs = open.reduce((longest, { searchedAgoMs }) => Math.max(longest, searchedAgoMs), 0);
  const since = new Date(Date.now() - Math.ceil(longestAgoMs) - indexLagMs);
  const properties = propertiesOfRules(mapping);
  const holdersIn = createKeyFinder(
    scope,
    open.map(({ key }) => key),
  );
  const holders: ChangedHolder[] = [];
  try {
    let afterId: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { records, next, servedAt } = await crm.modifiedSince({ objectType, since, afterId, properties }, context);
      if (servedAt.getTime() < Date.now() - maxClockAheadMs) break;
      for (const { id, properties: held } of records) {
        const keys = holdersIn(held);
        if (keys.length > 0) holders.push({ id, keys });
      }
      if (next === undefined) return { holders, isComplete: true };
      afterId = next;
    }
    return { holders, isComplete: false };
  } catch (error) {
    return { problem: problemOfError(error, 'unavailable') };
  }
}

async function withoutIndexed(
  { identityIndex, mapping, context, startedAt = performance.now() }: ChangesScope,
  searched: readonly SearchedKey[],
): Promise<readonly SearchedKey[]> {
  if (identityIndex === undefined || searched.length === 0) return searched;
  const keys = searched.map(({ key }) => key);
  const answers = await identityIndex.propose(
    { mapping, keys, mayRefresh: true, maxAgeMs: performance.now() - startedAt },
    context,
  );
  return searched.filter((_key, position) => answers[position]?.isComplete !== true);
}

/** @returns a function that gives the keys which a record with these properties holds. */
function createKeyFinder({ mapping }: ChangesScope, keys: readonly MatchKey[]) {
  const byName = new Map(keys.map((key) => [keyName(key), key]));
  const rules = [...new Set(keys.map(({ rule }) => rule))];
  return (properties: Readonly<Record<string, string | null>>): readonly MatchKey[] =>
    rules.flatMap((rule) =>
      candidateKeys(mapping, rule, properties).flatMap((value) => byName.get(keyName({ rule, value })) ?? []),
    );
}

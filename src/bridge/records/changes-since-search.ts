import type { CrmProblem } from '../../crm/crm.ts';
import { candidateKeys, type MatchKey, propertiesOfRules } from '../../mapping/run/match-keys.ts';
import { problemFromRead } from '../problem.ts';
import type { RequestScope } from '../request-scope.ts';
import type { MatchDeps } from './find-holders.ts';
import { countSearches } from './search-policy.ts';

/** How far the CRM's search may lag behind writes, in milliseconds (HubSpot's search guide and reports of integrators). */
const indexLagMs = 60_000;
/** A clock of this machine that is further ahead of the CRM's says too little about when something was modified there. */
const maxClockAheadMs = 30_000;

/** `too many`: more was modified than it costs to search for the keys again, or it is not known what was. */
export type Changes = 'known' | 'too many' | { readonly problem: CrmProblem };

/**
 * Before a create trusts searches of the last minute: asks the CRM once what was modified since, by whatever tool, and remembers the
 * records that hold one of the keys. Compares values as matching does; whoever uses what is remembered reads the record again.
 * @param trusted keys that were searched for lately.
 */
export async function rememberChanges(scope: MatchDeps & RequestScope, trusted: readonly MatchKey[]): Promise<Changes> {
  const open = await withoutIndexed(scope, trusted);
  if (open.length === 0) return 'known';
  const { mapping, context, crm, idCache } = scope;
  const { objectType } = mapping.target;
  const searchedAgoMs = open.map((key) => idCache.get(objectType, key)?.searchedAgoMs ?? 0);
  const since = new Date(Date.now() - Math.ceil(Math.max(...searchedAgoMs)) - indexLagMs);
  const properties = propertiesOfRules(mapping);
  const keys = new Map(open.map((key) => [nameOf(key), key]));
  const rules = [...new Set(open.map(({ rule }) => rule))];
  let afterId: string | undefined;
  try {
    for (let pages = countSearches(open); pages > 0; pages -= 1) {
      const page = await crm.modifiedSince({ objectType, since, afterId, properties }, context);
      if (page.servedAt.getTime() < Date.now() - maxClockAheadMs) return 'too many';
      for (const record of page.records) {
        const held = rules.flatMap((rule) =>
          candidateKeys(mapping, rule, record.properties).flatMap((value) => keys.get(nameOf({ rule, value })) ?? []),
        );
        if (held.length > 0) idCache.remember(objectType, held, record.id);
      }
      if (page.next === undefined) return 'known';
      afterId = page.next;
    }
    return 'too many';
  } catch (error) {
    return { problem: problemFromRead(error) };
  }
}

/** Without the keys that a complete and fresh identity index answers. */
async function withoutIndexed(
  { identityIndex, mapping, context }: MatchDeps & RequestScope,
  keys: readonly MatchKey[],
): Promise<readonly MatchKey[]> {
  if (identityIndex === undefined || keys.length === 0) return keys;
  const answers = await identityIndex.propose({ mapping, keys, mayRefresh: true }, context);
  return keys.filter((_key, position) => answers[position]?.isComplete !== true);
}

function nameOf({ rule, value }: Pick<MatchKey, 'rule' | 'value'>): string {
  return `${rule}\u0001${value}`;
}

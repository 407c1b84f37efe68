import {
  identifyingKeys,
  identifyingProperty,
  identifyingRules,
  type MatchKey,
  matchKeys,
  distinctKeys,
  keyName,
} from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { changesSince, type SearchedKey } from '../lookups/changes-since-search.ts';
import { mapInSlices } from '../../in-slices.ts';
import { mergeAdvice } from '../problem.ts';
import { failed } from '../writes/write-result.ts';
import type { CreateScope, RecordCreation } from './create-fresh.ts';
import { noteSetAside } from '../matching/decide-match.ts';
import { type MatchOutcome, matchRecords } from '../matching/match-records.ts';
import { countSearches, type SearchPolicy } from '../matching/search-policy.ts';

/**
 * Finds records of the CRM that hold an identifying value of a record that is about to be created: a LinkedIn URL, a domain. Values
 * that are unique in the CRM, such as emails, are left to it: it refuses the second record, which is then linked.
 *
 * What a sync has searched lately is not searched again; the CRM is asked what was modified since. Of a request that would need more
 * searches than `extraSearches`, the last records rely on that, and on what the process remembers, with a warning. Records that another replica worked on, and of
 * which nothing is remembered, are always searched for.
 */
export async function findIdentified(scope: CreateScope, creations: readonly RecordCreation[]): Promise<void> {
  const { mapping, context, crm } = scope;
  const { objectType } = mapping.target;
  const rules: number[] = [];
  for (const rule of identifyingRules(mapping)) {
    const property = identifyingProperty(mapping, rule);
    if (property === undefined || !(await crm.canReadBy(objectType, property, context))) rules.push(rule);
  }
  const isAsked = await mapInSlices(creations, ({ record }) =>
    matchKeys(mapping, record).some(({ rule }) => rules.includes(rule)),
  );
  const asked = creations.filter((_creation, index) => isAsked[index]);
  if (asked.length === 0) return;
  const { unfinished, others } = await splitUnfinished(scope, { creations: asked, rules });
  const { within, beyond } = await splitAffordable(scope, { creations: others, rules });
  const usual = context.urgency === 'urgent' ? 'always' : 'unless searched lately';
  const policy = await checkTrusted(scope, { creations: within, rules }, usual);
  await checkTrusted(scope, { creations: beyond, rules }, 'never');
  await Promise.all([
    lookUp(scope, { creations: unfinished, rules }, await checkUnfinished(scope, { creations: unfinished, rules })),
    lookUp(scope, { creations: within, rules }, policy),
    lookUp(scope, { creations: beyond, rules }, 'never'),
  ]);
  noteUnchecked(scope, { creations: beyond, rules });
}

/** Creations, and the rules by whose values they are looked up. */
interface Asked {
  readonly creations: readonly RecordCreation[];
  readonly rules: readonly number[];
}

/**
 * Separates the records that another replica may have created without sharing it. What it shared is remembered: a large request that two
 * replicas received needs no searches.
 */
async function splitUnfinished({ mapping, idCache, othersSince }: CreateScope, { creations, rules }: Asked) {
  if (othersSince === undefined) return { unfinished: [], others: creations };
  const { objectType } = mapping.target;
  const keys = await mapInSlices(creations, ({ record }) =>
    matchKeys(mapping, record).filter(({ rule }) => rules.includes(rule)),
  );
  await idCache.prefetch(objectType, keys.flat());
  const isKnown = keys.map((own) => own.some((key) => (idCache.get(objectType, key)?.ids.length ?? 0) > 0));
  return {
    unfinished: creations.filter((_creation, index) => isKnown[index] !== true),
    others: creations.filter((_creation, index) => isKnown[index]),
  };
}

async function lookUp(scope: CreateScope, asked: Asked, policy: SearchPolicy): Promise<void> {
  const creations = asked.creations.filter(({ result }) => result === undefined);
  if (creations.length === 0) return;
  const match = (some: readonly RecordCreation[], by: readonly number[], searches: SearchPolicy) =>
    matchRecords(
      { ...scope, rules: by, searches },
      some.map(({ record }) => record),
    );
  const outcomes = await match(creations, asked.rules, policy);
  // A value that was only looked up in memory was not searched for.
  const isSearched = policy !== 'never';
  for (const [index, creation] of creations.entries()) noteLookup(creation, outcomes[index], isSearched);
  const hits = creations.filter((_creation, index) => !('noMatch' in (outcomes[index] ?? {})));
  if (hits.length === 0) return;
  // An email rule that comes first in the file may lead to another record, so all identifying rules are tried, in their order.
  const decided = await match(
    hits,
    identifyingRules(scope.mapping),
    policy === 'never' ? 'never' : 'unless searched lately',
  );
  hits.forEach((creation, index) => {
    noteLookup(creation, decided[index], isSearched);
    applyOutcome(scope.mapping, creation, decided[index]);
  });
}

function noteLookup(creation: RecordCreation, outcome: MatchOutcome | undefined, isSearched: boolean): void {
  if (outcome === undefined) return;
  const { tried, byIndex, setAside = [] } = creation.lookups ?? { tried: [] };
  // The index has answered whether or not the policy allowed a search.
  const lookedUp = isSearched && 'noMatch' in outcome ? outcome.tried : outcome.byIndex.rules;
  const found = 'noMatch' in outcome ? lookedUp : [];
  const aside = noteSetAside(outcome.setAside).setAside ?? [];
  const byId = new Map([...setAside, ...aside].map((each) => [`${each.id} ${each.rule}`, each]));
  creation.lookups = {
    tried: [...new Set([...tried, ...found])],
    byIndex: { ...byIndex, ...outcome.byIndex, rules: [...(byIndex?.rules ?? []), ...outcome.byIndex.rules] },
    ...(byId.size > 0 && { setAside: [...byId.values()] }),
  };
}

function applyOutcome(mapping: Mapping, creation: RecordCreation, outcome: MatchOutcome | undefined): void {
  if (outcome === undefined || 'noMatch' in outcome) return;
  if ('problem' in outcome) creation.result = failed(outcome.problem);
  else if ('record' in outcome) {
    creation.existing = { id: outcome.record.id, hasIdentity: false, sharedBy: outcome.rule };
  } else {
    const { matchingIds: ids, rule } = outcome;
    const message = `${mergeAdvice}: ${ids.length} ${mapping.object} match by ${rule}: ${ids.join(', ')}`;
    const { decision, ...result } = failed({ kind: 'invalid', message, properties: [] });
    creation.result = { ...result, decision: { ...decision, outcome: 'several', rule, matchingIds: ids } };
  }
}

/**
 * A request that needs no more searches than `extraSearches` makes them. Of a larger one, the first records are searched for, as far as the
 * allowance goes that it shares with other requests; those beyond rely on what is remembered, as do all that a sync searched for lately.
 */
async function splitAffordable(scope: CreateScope, { creations, rules }: Asked) {
  const { mapping, context, idCache, extraSearches, budget } = scope;
  if (context.urgency === 'urgent') return { within: creations, beyond: [] };
  const keysOf = new Map<RecordCreation, readonly MatchKey[]>();
  const known = (key: MatchKey) => idCache.get(mapping.target.objectType, key);
  await mapInSlices(creations, (creation) => {
    const keys = identifyingKeys(mapping, creation.record).filter(({ rule }) => rules.includes(rule));
    keysOf.set(
      creation,
      keys.filter((key) => known(key)?.isSearched !== true),
    );
  });
  const costOf = (some: readonly RecordCreation[]) =>
    countSearches(distinctKeys(some.flatMap((creation) => keysOf.get(creation) ?? [])));
  if (costOf(creations) <= extraSearches) return { within: creations, beyond: [] };
  const unknown = creations.filter((creation) =>
    keysOf.get(creation)?.some((key) => known(key)?.searchedAgoMs === undefined),
  );
  let fits = 0;
  for (let over = unknown.length + 1; over - fits > 1; ) {
    const middle = Math.floor((fits + over) / 2);
    if (costOf(unknown.slice(0, middle)) <= Math.min(extraSearches, budget.left)) fits = middle;
    else over = middle;
  }
  const within = new Set(unknown.slice(0, fits));
  budget.left -= costOf([...within]);
  return { within: [...within], beyond: creations.filter((creation) => !within.has(creation)) };
}

/** Names the fields of new records for which neither a search nor an earlier sync nor the index has looked for other holders. */
function noteUnchecked(scope: CreateScope, { creations, rules }: Asked): void {
  const { mapping, context, idCache, log } = scope;
  const { objectType } = mapping.target;
  let count = 0;
  for (const creation of creations) {
    if (creation.existing !== undefined || creation.result !== undefined) continue;
    const unchecked = identifyingKeys(mapping, creation.record).filter((key) => {
      const isIndexed = creation.lookups?.byIndex?.rules.includes(key.name) === true;
      return rules.includes(key.rule) && !isIndexed && idCache.get(objectType, key)?.searchedAgoMs === undefined;
    });
    if (unchecked.length === 0) continue;
    creation.unchecked = unchecked.map(({ name }) => name);
    count += unchecked.length;
  }
  if (count === 0) return;
  const facts = { requestId: context.requestId, object: mapping.object, keys: count };
  log.info(facts, 'too many new records to search for: some were compared only with what the bridge remembers');
}

/**
 * Where searches of the last minute are trusted, takes into account what was modified since. Records for which that is not known get
 * their problem; where too much was modified, everything is searched again. A request that may not search takes it into
 * account as well, also for values of which a sync could not try every spelling.
 */
async function checkTrusted(scope: CreateScope, asked: Asked, policy: SearchPolicy): Promise<SearchPolicy> {
  if (policy !== 'unless searched lately' && policy !== 'never') return policy;
  const { mapping, idCache, extraSearches } = scope;
  const keys = await keysIn(scope, asked);
  const trusted = keys.flatMap((key) => {
    const { isSearched = false, searchedAgoMs } = idCache.get(mapping.target.objectType, key) ?? {};
    return searchedAgoMs !== undefined && (isSearched || policy === 'never') ? { key, searchedAgoMs } : [];
  });
  if (policy === 'never') {
    // No more than other requests may search.
    await readChanges(scope, { ...asked, mostPages: Math.max(extraSearches, 1) }, trusted);
    return policy;
  }
  const isComplete = await readChanges(scope, asked, trusted);
  return isComplete || countSearches(keys) > extraSearches ? policy : 'always';
}

/**
 * Where many records are unfinished, what was modified since the other replica began to work on them shows which ones it created. All are
 * searched for where they are few, or where too much was modified.
 */
async function checkUnfinished(scope: CreateScope, asked: Asked): Promise<SearchPolicy> {
  const keys = await keysIn(scope, asked);
  if (countSearches(keys) <= scope.extraSearches) return 'always';
  const searchedAgoMs = Math.max(0, Date.now() - (scope.othersSince ?? 0));
  const isComplete = await readChanges(
    scope,
    asked,
    keys.map((key) => ({ key, searchedAgoMs })),
  );
  return isComplete ? 'never' : 'always';
}

/** The distinct keys of these rules. */
async function keysIn({ mapping }: CreateScope, { creations, rules }: Asked): Promise<readonly MatchKey[]> {
  const keys = await mapInSlices(creations, ({ record }) =>
    identifyingKeys(mapping, record).filter(({ rule }) => rules.includes(rule)),
  );
  return distinctKeys(keys.flat());
}

/**
 * Remembers which records that were modified since hold the keys. Records for which that is not known get their problem.
 * @returns false if more was modified than a search for the keys costs.
 */
async function readChanges(
  scope: CreateScope,
  { creations, rules, mostPages = Number.POSITIVE_INFINITY }: Asked & { readonly mostPages?: number },
  searched: readonly SearchedKey[],
): Promise<boolean> {
  const { mapping, idCache } = scope;
  // More pages would cost more than searching again.
  const maxPages = Math.min(countSearches(searched.map(({ key }) => key)), mostPages);
  const changes = await changesSince(scope, searched, maxPages);
  if ('problem' in changes) {
    const unknown = new Set(searched.map(({ key }) => keyName(key)));
    await mapInSlices(creations, (creation) => {
      const keys = identifyingKeys(mapping, creation.record).filter(({ rule }) => rules.includes(rule));
      if (keys.some((key) => unknown.has(keyName(key)))) creation.result = failed(changes.problem);
    });
    return true;
  }
  for (const { id, keys } of changes.holders) idCache.remember(mapping.target.objectType, keys, id);
  return changes.isComplete;
}

import { unaccounted } from '../../crm/crm-problem.ts';
import {
  candidateKeys,
  identifyingProperty,
  identifyingRules,
  keyOfValue,
  type MatchKey,
} from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { omitProperty } from '../writes/omit-property.ts';
import { describeProblem } from '../problem.ts';
import type { Holders } from '../lookups/proposed-records.ts';
import type { RequestScope } from '../request-scope.ts';
import type { DropReason } from '../writes/drop-reason.ts';
import { labelOf, withoutProperties } from '../writes/write-stripping.ts';
import { findHolders, type MatchDeps } from '../matching/find-holders.ts';
import { isLinked, type RecordUpdate } from './record-update.ts';
import { countSearches, isTrusted, type SearchBudget, type SearchPolicy } from '../matching/search-policy.ts';

/** A value that identifies a record and that an update would give to a record which does not hold it. */
interface NewValue {
  readonly update: RecordUpdate;
  readonly property: string;
  readonly key: MatchKey;
  /** True if the record holds another value there, which would be lost. */
  readonly replaces: boolean;
}

/**
 * Drops values that identify another record, such as a LinkedIn URL that a second contact holds: written, two records would be found by
 * it, or one would lose its own. What the CRM keeps unique itself, such as emails, is left to it, except where the value would be dropped
 * without asking it: then the warning names the other record.
 *
 * A request may search for as many values as `extraSearches` allows, those first that would replace another value. Beyond that, what would
 * replace a value is dropped, and an empty property is filled unless another holder is remembered; the record's warnings say so.
 */
export async function guardIdentifying(scope: GuardScope, updates: readonly RecordUpdate[]): Promise<void> {
  const { mapping, crm, context } = scope;
  for (const rule of identifyingRules(mapping)) {
    const property = identifyingProperty(mapping, rule);
    const values = updates.flatMap((update) => newValue(mapping, rule, update) ?? []);
    if (property === undefined || values.length === 0) continue;
    const isUnique = await crm.canReadBy(mapping.target.objectType, property, context);
    const unguarded = isUnique ? values.filter(({ update, replaces }) => replaces && isLinked(update)) : values;
    if (unguarded.length === 0) continue;
    const guard = async (budget: SearchBudget) => {
      const takers = new Map<string, string>();
      for (const [searches, some] of Map.groupBy(unguarded, ({ update }) => searchesFor(scope, update))) {
        await guardValues({ ...scope, budget, searches, takers }, rule, some);
      }
    };
    await (scope.budget === undefined ? scope.searchAllowance.spend(context, guard) : guard(scope.budget));
  }
}

export interface GuardScope extends MatchDeps, RequestScope {
  /** By default, every new value is searched for. */
  readonly searches?: SearchPolicy;
  /** For requests that search elsewhere, too; an allowance of its own by default. */
  readonly budget?: SearchBudget;
}

type BudgetedScope = GuardScope & {
  readonly budget: SearchBudget;
  readonly searches: SearchPolicy;
  /** Which record gets a value by this request. */
  readonly takers: Map<string, string>;
};

/**
 * A create that found its record by Enginy's id has not asked what was modified since its values were searched for: another tool may have
 * given one of them to another record.
 */
function searchesFor({ searches = 'always' }: GuardScope, { changes }: RecordUpdate): SearchPolicy {
  return changes.every(({ linkedBy }) => linkedBy === 'externalId') ? 'always' : searches;
}

function newValue(mapping: Mapping, rule: number, update: RecordUpdate): NewValue | undefined {
  const property = identifyingProperty(mapping, rule);
  const { current, draft, ifEmpty } = update;
  if (property === undefined || current === undefined) return undefined;
  const replaces = (current.properties[property] ?? '') !== '';
  const text = draft.properties[property] ?? (replaces ? undefined : ifEmpty[property]);
  const key = text === undefined ? undefined : keyOfValue(mapping, rule, text);
  if (key === undefined || candidateKeys(mapping, rule, current.properties).includes(key.value)) return undefined;
  return { update, property, key, replaces };
}

async function guardValues(scope: BudgetedScope, rule: number, values: readonly NewValue[]): Promise<void> {
  const byUrgency = [...values.filter(({ replaces }) => replaces), ...values.filter(({ replaces }) => !replaces)];
  const keys = [...new Map(byUrgency.map(({ key }) => [key.value, key])).values()];
  const { searches, takers } = scope;
  const isFree = (key: MatchKey) => isTrusted(searches, scope.idCache.get(scope.mapping.target.objectType, key));
  const costly = keys.filter((key) => !isFree(key));
  const others = costly.slice(countAffordable(costly, scope.extraSearches));
  const unsearched = new Set(others.map(({ value }) => value));
  const searched = keys.filter(({ value }) => !unsearched.has(value));
  if (others.length > 0) {
    const facts = { requestId: scope.context.requestId, object: scope.mapping.object, rule: others[0]?.name };
    scope.log.info({ ...facts, keys: others.length }, 'too many new identifying values to search for other holders');
  }
  const found = new Map([
    ...(await findHolders({ ...scope, rule, searches }, searched)),
    ...(others.length === 0 ? [] : await findHolders({ ...scope, rule, searches: 'never' }, others)),
  ]);
  for (const value of values) {
    const key = value.key.value;
    const holders = found.get(key) ?? unaccounted('unavailable');
    const isIndexed = 'records' in holders && holders.byIndex !== undefined;
    const isSearched = isIndexed || !unsearched.has(key);
    const why = whyDropped(value, { holders, isSearched, taker: takers.get(key) });
    if (why !== undefined) drop(value, why);
    else {
      takers.set(key, value.update.id);
      if (!isSearched) warnUnchecked(value);
    }
  }
}

/** How many of the keys, from the first on, fit into this many searches: eight LinkedIn URLs each, but some hundred domains. */
function countAffordable(keys: readonly MatchKey[], searches: number): number {
  let fits = 0;
  let over = keys.length + 1;
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (countSearches(keys.slice(0, middle)) <= searches) fits = middle;
    else over = middle;
  }
  return fits;
}

/** The value is written: it fills a property that holds none. */
function warnUnchecked({ update, property }: NewValue): void {
  const warning = `${labelOf(property, update.draft.sources)} was written, but whether another record has this value was not checked: ${tooMany}`;
  update.draft = { ...update.draft, warnings: [...update.draft.warnings, warning] };
}

const tooMany = 'the request has too many new values';

function drop({ update, property }: NewValue, why: DropReason): void {
  update.draft = withoutProperties(update.draft, new Map([[property, why]]));
  update.ifEmpty = omitProperty(update.ifEmpty, property);
}

/** What is known of the holders of a value. */
interface Evidence {
  readonly holders: Holders;
  readonly isSearched: boolean;
  /** The record that gets the value by the same request. */
  readonly taker: string | undefined;
}

function whyDropped({ update, replaces }: NewValue, { holders, isSearched, taker }: Evidence): DropReason | undefined {
  if ('problem' in holders) return uncheckedFor(describeProblem(holders.problem));
  const own = [update.id, update.current?.id];
  const [other = taker] = holders.records.map(({ id }) => id).filter((id) => !own.includes(id));
  if (other !== undefined) {
    return { refused: `record ${other} already has this value`, reason: 'taken', detail: `record ${other}` };
  }
  return replaces && !isSearched ? uncheckedFor(tooMany) : undefined;
}

function uncheckedFor(cause: string): DropReason {
  return { refused: `whether another record has this value could not be checked: ${cause}`, reason: 'unchecked' };
}

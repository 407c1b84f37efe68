import { candidateKeys, identifyingRules, keyOfValue, type MatchKey } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { omitProperty } from '../omit-property.ts';
import { describeProblem } from '../problem.ts';
import type { Holders } from '../proposed-records.ts';
import type { RequestScope } from '../request-scope.ts';
import { unaccounted } from '../unaccounted.ts';
import { type DropReason, withoutProperties } from '../write-stripping.ts';
import { findHolders, type MatchDeps } from './find-holders.ts';
import { identifyingProperty } from './keep-primary.ts';
import { isLinked, type RecordUpdate } from './record-update.ts';
import type { SearchBudget, SearchPolicy } from './search-policy.ts';

/** About as many URLs in all their usual spellings as one search holds. */
const keysPerSearch = 8;

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
 * replace a value is dropped, and an empty property is filled unless the process remembers another holder; this is logged.
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
    const guard = (budget: SearchBudget) => guardValues({ ...scope, budget }, rule, unguarded);
    await (scope.budget === undefined ? scope.searchAllowance.spend(context, guard) : guard(scope.budget));
  }
}

export interface GuardScope extends MatchDeps, RequestScope {
  /** By default, every new value is searched for. */
  readonly searches?: SearchPolicy;
  /** For requests that search elsewhere, too; an allowance of its own by default. */
  readonly budget?: SearchBudget;
}

type BudgetedScope = GuardScope & { readonly budget: SearchBudget };

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
  const most = scope.extraSearches * keysPerSearch;
  const searched = keys.slice(0, most);
  const others = keys.slice(most);
  if (others.length > 0) {
    const facts = { requestId: scope.context.requestId, object: scope.mapping.object, rule: others[0]?.name };
    scope.log.info({ ...facts, keys: others.length }, 'too many new identifying values to search for other holders');
  }
  const found = new Map([
    ...(await findHolders({ ...scope, rule, searches: scope.searches ?? 'always' }, searched)),
    ...(others.length === 0 ? [] : await findHolders({ ...scope, rule, searches: 'never' }, others)),
  ]);
  const unsearched = new Set(others.map(({ value }) => value));
  const takers = new Map<string, string>();
  for (const value of values) {
    const key = value.key.value;
    const holders = found.get(key) ?? unaccounted('unavailable');
    const why = whyDropped(value, { holders, isSearched: !unsearched.has(key), taker: takers.get(key) });
    if (why === undefined) takers.set(key, value.update.id);
    else drop(value, why);
  }
}

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
    return { text: `record ${other} already has this value`, reason: 'taken', detail: `record ${other}` };
  }
  return replaces && !isSearched ? uncheckedFor('the request has too many new values') : undefined;
}

function uncheckedFor(cause: string): DropReason {
  return { text: `whether another record has this value could not be checked: ${cause}`, reason: 'unchecked' };
}

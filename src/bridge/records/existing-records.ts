import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { NewRecord } from '../../contract/records.ts';
import type { CrmParts } from '../lookups/batching-crm.ts';
import type { Logger } from '../../logger.ts';
import { identifyingProperty, identifyingRules, matchKeys } from '../../mapping/run/match-keys.ts';
import { type LookupOutcome, lookUpEach, lookupIn } from '../lookups/lookup-outcome.ts';
import type { ManagedPropertyState } from '../properties/managed-property.ts';
import { targetTypeOf, type RequestScope } from '../request-scope.ts';
import type { RecordIdCache } from '../matching/record-id-cache.ts';

export interface ExistingScope extends RequestScope, CrmParts {
  readonly idCache: RecordIdCache;
  readonly log: Logger;
  /** Whether the CRM keeps Enginy's ids. */
  readonly state: ManagedPropertyState;
}

/** The property that keeps Enginy's ids, where the portal has it. */
export function identityProperty({ state, mapping }: Pick<ExistingScope, 'state' | 'mapping'>): string | undefined {
  return state === 'unavailable' ? undefined : mapping.identity?.crm;
}

/**
 * Finds the records that Enginy's ids created before: in the CRM where it keeps those ids, in the bridge's memory otherwise.
 * @returns one lookup per record, in order.
 */
export async function findCreatedBefore(
  scope: ExistingScope,
  records: readonly NewRecord[],
): Promise<readonly LookupOutcome[]> {
  if (scope.state === 'new') return records.map(() => 'missing');
  const property = identityProperty(scope);
  const externalIds = records.map(({ externalId }) => externalId);
  if (property === undefined) return await findInMemory(scope, externalIds);
  const lookups = await lookUpEach(externalIds, () =>
    scope.lookupCrm.readBy({ objectType: targetTypeOf(scope), property, values: externalIds }, [], scope.context),
  );
  return externalIds.map((externalId) => lookups.get(externalId) ?? unaccounted('unavailable'));
}

async function findInMemory(scope: ExistingScope, externalIds: readonly string[]): Promise<LookupOutcome[]> {
  const objectType = targetTypeOf(scope);
  await scope.idCache.prefetch(objectType, externalIds.map(createdKey));
  const ids = externalIds.map((externalId) => scope.idCache.get(objectType, createdKey(externalId))?.ids.at(-1));
  const known = [...new Set(ids.filter((id) => id !== undefined))];
  const lookups = await lookUpEach(known, () => scope.lookupCrm.readByIds(objectType, known, [], scope.context));
  return ids.map((id) => (id === undefined ? 'missing' : (lookups.get(id) ?? unaccounted('unavailable'))));
}

/** Remembers which record a create led to, for portals that do not keep Enginy's ids. */
export function rememberCreated(scope: ExistingScope, externalId: string, id: string): void {
  scope.idCache.remember(targetTypeOf(scope), [createdKey(externalId)], id);
}

function createdKey(externalId: string) {
  return { name: 'created', value: externalId };
}

export interface UniqueValue {
  readonly property: string;
  readonly value: string;
}

/** Values of one record that are unique in the CRM's store, Enginy's id first. */
export async function uniqueValues(scope: ExistingScope, record: NewRecord): Promise<UniqueValue[]> {
  const identity = identityProperty(scope);
  const values = identity === undefined ? [] : [{ property: identity, value: record.externalId }];
  for (const { store } of matchKeys(scope.mapping, record)) {
    if (store === undefined || values.some(({ property }) => property === store.property)) continue;
    if (await scope.crm.canReadBy(targetTypeOf(scope), store.property, scope.context)) values.push(store);
  }
  return values;
}

/** The properties of match rules that the CRM keeps unique: a create that it refused without naming one holds such a value. */
export async function uniqueProperties({ mapping, crm, context }: ExistingScope): Promise<ReadonlySet<string>> {
  const names = identifyingRules(mapping).flatMap((rule) => identifyingProperty(mapping, rule) ?? []);
  const isUnique = await Promise.all(names.map((name) => crm.canReadBy(mapping.target.objectType, name, context)));
  return new Set(names.filter((_name, index) => isUnique[index]));
}

/**
 * Finds, by their unique values, the records that hold them: for creates that were not clearly answered or refused as a conflict.
 * @returns one lookup per record, in order; `missing` only where the store proves that no record holds any of the values.
 */
export async function findUniqueHolders(
  scope: ExistingScope,
  records: readonly NewRecord[],
): Promise<readonly LookupOutcome[]> {
  try {
    const valuesOfRecords = await Promise.all(records.map((record) => uniqueValues(scope, record)));
    const lookups = await readUnique(scope, valuesOfRecords.flat());
    return valuesOfRecords.map((values): LookupOutcome => {
      const found = values.map(lookups);
      const holder = found.find((lookup) => lookup !== 'missing' && 'record' in lookup);
      if (holder !== undefined) return holder;
      return found.find((lookup) => lookup !== 'missing') ?? (values.length > 0 ? 'missing' : noUniqueValue);
    });
  } catch (error) {
    const problem = problemOfError(error, 'unavailable');
    scope.log.debug({ requestId: scope.context.requestId, problem: problem.kind }, 'lookup after a create failed');
    return records.map(() => ({ problem }));
  }
}

const noUniqueValue: LookupOutcome = { problem: { kind: 'ambiguous', message: 'the record has no unique value' } };

/** Reads all values, one call per property. */
async function readUnique(
  scope: ExistingScope,
  values: readonly UniqueValue[],
): Promise<(value: UniqueValue) => LookupOutcome> {
  const byProperty = Map.groupBy(values, ({ property }) => property);
  const reads = new Map(
    await Promise.all(
      [...byProperty].map(async ([property, group]) => {
        const distinct = [...new Set(group.map(({ value }) => value))];
        return [
          property,
          await scope.lookupCrm.readBy(
            { objectType: targetTypeOf(scope), property, values: distinct },
            [],
            scope.context,
          ),
        ] as const;
      }),
    ),
  );
  const nothing = { found: new Map(), missing: new Set<string>(), failed: new Map() };
  return ({ property, value }) => lookupIn(reads.get(property) ?? nothing, value);
}

import type { NewRecord } from '../../contract/records.ts';
import type { CallContext, Crm, CrmProblem } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { matchKeys } from '../../mapping/run/match-keys.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { problemFromRead } from '../problem.ts';
import type { IdentityState } from '../properties/identity.ts';
import { lostProblem } from '../write-result.ts';
import type { RecordIdCache } from './record-id-cache.ts';

export interface ExistingDeps {
  readonly crm: Crm;
  readonly ids: RecordIdCache;
  readonly log: Logger;
  readonly mapping: Mapping;
  readonly context: CallContext;
  readonly state: IdentityState;
}

/** Undefined: nothing of that Enginy id was ever created, as far as anyone can know. */
export type Existing = { readonly id: string } | { readonly problem: CrmProblem } | undefined;

/** The property that keeps Enginy's ids, where the portal has it. */
export function identityProperty(deps: Pick<ExistingDeps, 'state' | 'mapping'>): string | undefined {
  return deps.state === 'memory' ? undefined : deps.mapping.identity?.crm;
}

/**
 * Who was created before: asked of the CRM where it keeps Enginy's ids, of the bridge's memory otherwise.
 * @returns one entry per record, in order.
 */
export async function findCreatedBefore(
  deps: ExistingDeps,
  records: readonly NewRecord[],
): Promise<readonly Existing[]> {
  if (deps.state === 'new') return records.map(() => undefined);
  const property = identityProperty(deps);
  try {
    return property === undefined ? await findInMemory(deps, records) : await findInCrm(deps, property, records);
  } catch (error) {
    const problem = problemFromRead(error);
    return records.map(() => ({ problem }));
  }
}

async function findInCrm(deps: ExistingDeps, property: string, records: readonly NewRecord[]): Promise<Existing[]> {
  const values = records.map(({ externalId }) => externalId);
  const read = await deps.crm.readBy(deps.mapping.target.objectType, property, values, [], deps.context);
  return values.map((value): Existing => {
    const record = read.found.get(value);
    if (record !== undefined) return { id: record.id };
    return read.missing.has(value) ? undefined : { problem: read.failed.get(value) ?? lostProblem };
  });
}

async function findInMemory(deps: ExistingDeps, records: readonly NewRecord[]): Promise<Existing[]> {
  const { objectType } = deps.mapping.target;
  const ids = records.map(({ externalId }) => deps.ids.get(objectType, createdKey(externalId)));
  const known = [...new Set(ids.filter((id) => id !== undefined))];
  if (known.length === 0) return records.map(() => undefined);
  const read = await deps.crm.readByIds(objectType, known, [], deps.context);
  return ids.map((id): Existing => {
    if (id === undefined || read.missing.has(id)) return undefined;
    const record = read.found.get(id);
    return record === undefined ? { problem: read.failed.get(id) ?? lostProblem } : { id: record.id };
  });
}

/** Remembers what a create led to, for portals that do not keep Enginy's ids. */
export function rememberCreated(deps: ExistingDeps, externalId: string, id: string): void {
  deps.ids.remember(deps.mapping.target.objectType, [createdKey(externalId)], id);
}

function createdKey(externalId: string) {
  return { name: 'created', value: externalId };
}

/** Values of one record that the CRM's store knows as unique, Enginy's id first. */
export async function uniqueValues(
  deps: ExistingDeps,
  record: NewRecord,
): Promise<{ readonly property: string; readonly value: string }[]> {
  const identity = identityProperty(deps);
  const values = identity === undefined ? [] : [{ property: identity, value: record.externalId }];
  for (const { store } of matchKeys(deps.mapping, record)) {
    if (store === undefined || values.some(({ property }) => property === store.property)) continue;
    if (await deps.crm.canReadBy(deps.mapping.target.objectType, store.property, deps.context)) values.push(store);
  }
  return values;
}

/** `none`: the store proves that no record holds the unique values; `unknown`: it could not be asked, or there are none. */
export type Holder = { readonly id: string } | 'none' | 'unknown';

/**
 * Looks up, by their unique values, records whose create was not clearly answered or was refused as a conflict.
 * @returns one entry per record, in order.
 */
export async function findHolders(deps: ExistingDeps, records: readonly NewRecord[]): Promise<readonly Holder[]> {
  try {
    const valuesOfRecords = await Promise.all(records.map((record) => uniqueValues(deps, record)));
    const byProperty = new Map<string, Set<string>>();
    for (const { property, value } of valuesOfRecords.flat()) {
      byProperty.set(property, (byProperty.get(property) ?? new Set()).add(value));
    }
    const reads = new Map(
      await Promise.all(
        [...byProperty].map(async ([property, values]) => {
          const { objectType } = deps.mapping.target;
          return [property, await deps.crm.readBy(objectType, property, [...values], [], deps.context)] as const;
        }),
      ),
    );
    return valuesOfRecords.map((values): Holder => {
      const answers = values.map(({ property, value }) => {
        const read = reads.get(property);
        return read?.found.get(value) ?? (read?.missing.has(value) === true ? 'missing' : 'failed');
      });
      const record = answers.find((answer) => typeof answer === 'object');
      if (record !== undefined) return { id: record.id };
      return answers.length > 0 && answers.every((answer) => answer === 'missing') ? 'none' : 'unknown';
    });
  } catch (error) {
    const { kind } = problemFromRead(error);
    deps.log.debug({ requestId: deps.context.requestId, problem: kind }, 'look-up after a create failed');
    return records.map(() => 'unknown');
  }
}

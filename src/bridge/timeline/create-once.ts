import { unaccounted } from '../../crm/crm-problem.ts';
import { randomUUID } from 'node:crypto';
import type { CreateInput, CrmProblem, ObjectType, WriteOutcome } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import { nothingDecided, type WriteDecision } from '../decisions.ts';
import { lookupIn } from '../lookups/lookup-outcome.ts';
import { omitProperty } from '../writes/omit-property.ts';
import { errorForOne } from '../problem.ts';
import { raceDeadline } from '../concurrency/race-deadline.ts';
import { type ManagedProperty, type ManagedPropertyState, recoverManaged } from '../properties/managed-property.ts';
import { decisionOf } from '../writes/write-result.ts';
import { writeEach } from '../writes/write-each.ts';
import { type Draft, type DraftOutcome, writeStripping } from '../writes/write-stripping.ts';
import { storableDraft } from './storable-draft.ts';
import type { TimelineScope } from './timeline-scope.ts';

/** A record to be created once, however often Enginy sends it. */
export interface OnceRecord {
  readonly objectType: ObjectType;
  /** The unique property that stores the fingerprint. */
  readonly keyProperty: ManagedProperty;
  /** Equal for two requests that mean the same record; undefined when that cannot be known, and each request creates one. */
  readonly fingerprint: string | undefined;
  /** What an earlier version of the bridge stored for the same record, where that differs. */
  readonly earlierFingerprint?: string | undefined;
  readonly draft: Draft;
  /** Other managed properties that the draft may hold. */
  readonly managedProperties?: readonly ManagedProperty[];
  readonly links: NonNullable<CreateInput['links']>;
}

export interface CreatedOnce {
  readonly id: string;
  /** True when an earlier request created it. */
  readonly isRepeat: boolean;
  /** As they were written; those of the draft when an earlier request created it. */
  readonly properties: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  readonly decision: WriteDecision;
}

/**
 * Creates a record, or returns the one created before with the same fingerprint: across restarts and replicas where the portal has
 * the unique property, from memory otherwise. A create with an unclear outcome is looked up before it is sent again.
 * @throws GatewayError when it was not created.
 */
export async function createOnce(scope: TimelineScope, given: OnceRecord): Promise<CreatedOnce> {
  const record = { ...given, draft: storableDraft(given.draft) };
  const { fingerprint } = record;
  // Without a fingerprint, a random key still shows whether an unclear create was carried out.
  const key = fingerprint ?? randomUUID();
  const name = `${record.objectType}\u0001${record.keyProperty.name}\u0001${key}`;
  const earlier = scope.createsUnderWay.get(name);
  const created = earlier && (await raceDeadline(earlier, scope.context.deadline));
  if (created !== undefined) return asRepeat(created, record);
  const work = scope.lock.run([name], scope.context.deadline, () => attemptTwice(scope, record, key));
  // Requests that wait in the meantime get its id. If it fails, each of them tries again.
  const outcome = work.catch(() => undefined);
  scope.createsUnderWay.set(name, outcome);
  try {
    return await work;
  } finally {
    if (scope.createsUnderWay.get(name) === outcome) scope.createsUnderWay.delete(name);
  }
}

function asRepeat({ id }: Pick<CreatedOnce, 'id'>, { draft: { properties } }: OnceRecord): CreatedOnce {
  return { id, isRepeat: true, properties, warnings: [], decision: repeated };
}

async function attemptTwice(scope: TimelineScope, record: OnceRecord, key: string): Promise<CreatedOnce> {
  const first = await attempt(scope, record, key);
  if ('id' in first) return first;
  // The property was removed from the portal since the last request: it is created again.
  scope.managedProperties.invalidate(record.keyProperty);
  const second = await attempt(scope, record, key);
  if ('id' in second) return second;
  throw errorForOne(second.problem);
}

/** An earlier request created it; nothing was written. */
const repeated: WriteDecision = { ...nothingDecided, outcome: 'linked', linkedBy: 'fingerprint' };

/** The one problem that a second attempt may solve. */
interface KeyPropertyMissing {
  readonly problem: CrmProblem;
}

interface CreateScope extends TimelineScope {
  readonly record: OnceRecord;
  readonly key: string;
  /** The problem of the key property. */
  readonly state: ManagedPropertyState;
}

async function attempt(
  scope: TimelineScope,
  record: OnceRecord,
  key: string,
): Promise<CreatedOnce | KeyPropertyMissing> {
  const state = await scope.managedProperties.ensure(record.keyProperty, scope.context);
  const createScope: CreateScope = { ...scope, record, key, state };
  const id = record.fingerprint === undefined || state === 'new' ? undefined : await findCreated(createScope);
  if (id !== undefined) return asRepeat({ id }, record);
  return await create(createScope);
}

async function findCreated(scope: CreateScope): Promise<string | undefined> {
  const { objectType, keyProperty, earlierFingerprint } = scope.record;
  const isStored = scope.state !== 'unavailable';
  if (!isStored) await scope.idCache.prefetch(objectType, [cacheKey(scope)]);
  const known = isStored
    ? [scope.key, earlierFingerprint]
    : [scope.idCache.get(objectType, cacheKey(scope))?.ids.at(-1)];
  const values = [...new Set(known.filter((value) => value !== undefined))];
  if (values.length === 0) return undefined;
  const read = isStored
    ? await scope.batchingCrm.readBy({ objectType, property: keyProperty.name, values }, [], scope.context)
    : await scope.batchingCrm.readByIds(objectType, values, [], scope.context);
  for (const value of values) {
    const lookup = lookupIn(read, value);
    if (lookup === 'missing') continue;
    if ('problem' in lookup) throw errorForOne(lookup.problem);
    return lookup.record.id;
  }
  return undefined;
}

async function create(scope: CreateScope): Promise<CreatedOnce | KeyPropertyMissing> {
  const { record, key, state } = scope;
  const { keyProperty } = record;
  const isStored = state !== 'unavailable';
  const properties = isStored
    ? { ...record.draft.properties, [keyProperty.name]: key }
    : omitProperty(record.draft.properties, keyProperty.name);
  const draft = { ...record.draft, properties };
  let isRepeat = false;
  const [written] = await writeStripping(
    [draft],
    {
      isStripping: true,
      isKept: (property) => property === keyProperty.name,
      recover: recoverManaged(scope.managedProperties, record.managedProperties ?? [], scope.context),
    },
    async ([open = draft]) => {
      const outcome = await sendOnce(scope, open);
      if ('record' in outcome || outcome.problem.kind !== 'conflict' || !isStored) return [outcome];
      // Another replica was faster: its record is returned.
      const id = outcome.problem.existingId ?? (await findCreated(scope));
      if (id === undefined) return [outcome];
      isRepeat = true;
      return [{ record: { id, properties: {} } }];
    },
  );
  const outcome = outcomeOf(written);
  if ('problem' in outcome) {
    const { problem } = outcome;
    if (problem.kind === 'invalid' && problem.properties.some(({ name }) => name === keyProperty.name))
      return { problem };
    throw errorForOne(problem);
  }
  const { id } = outcome.record;
  if (!isStored && record.fingerprint !== undefined) scope.idCache.remember(record.objectType, [cacheKey(scope)], id);
  const sent = isRepeat ? { ...record.draft, warnings: [] } : (written?.draft ?? record.draft);
  const decision = isRepeat ? repeated : decisionOf('created', sent);
  return { id, isRepeat, properties: sent.properties, warnings: sent.warnings, decision };
}

function outcomeOf(written: DraftOutcome | undefined): WriteOutcome {
  if (written === undefined) return unaccounted('ambiguous');
  if (written.outcome !== 'nothing left') return written.outcome;
  return { problem: { kind: 'invalid', message: 'the CRM accepted none of the fields', properties: [] } };
}

/** Creates the record. An unclear create is looked up, and sent again only when the store proves that it was not carried out. */
async function sendOnce(scope: CreateScope, draft: Draft): Promise<WriteOutcome> {
  const first = await tryCreate(scope, draft);
  if ('record' in first || first.problem.kind !== 'ambiguous' || scope.state === 'unavailable') return first;
  try {
    const id = await findCreated(scope);
    return id === undefined ? await tryCreate(scope, draft) : { record: { id, properties: draft.properties } };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    // The lookup failed too. The first failure is returned: the create may have been carried out.
    return first;
  }
}

async function tryCreate({ batchingCrm, record, context }: CreateScope, { properties }: Draft): Promise<WriteOutcome> {
  const { objectType, links } = record;
  const inputs = [{ properties, links }];
  const [outcome] = await writeEach(inputs, () => batchingCrm.create(objectType, inputs, context));
  return outcome ?? unaccounted('ambiguous');
}

function cacheKey({ record, key }: CreateScope) {
  return { name: record.keyProperty.name, value: key };
}

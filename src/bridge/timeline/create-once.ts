import { randomUUID } from 'node:crypto';
import type { CallContext, CreateInput, Crm, CrmProblem, ObjectType, WriteOutcome } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import type { KeyedLock } from '../keyed-lock.ts';
import { omitProperty } from '../omit-property.ts';
import { errorForOne, problemFromError } from '../problem.ts';
import {
  type ManagedProperty,
  type ManagedProperties,
  type ManagedPropertyState,
  recoverManaged,
} from '../properties/managed-property.ts';
import type { RecordIdCache } from '../records/record-id-cache.ts';
import { unaccounted } from '../unaccounted.ts';
import { type Draft, type DraftOutcome, writeStripping } from '../write-stripping.ts';

export interface CreateOnceDeps {
  /** Requests about one record each share its batch calls. */
  readonly batchingCrm: Crm;
  readonly idCache: RecordIdCache;
  readonly lock: KeyedLock;
  readonly managedProperties: ManagedProperties;
}

/** A record that must be made once, however often it is sent. */
export interface OnceRecord {
  readonly objectType: ObjectType;
  /** The unique property that keeps the fingerprint. */
  readonly keeper: ManagedProperty;
  /** What makes two of them the same; undefined: nothing does, each one sent is one made. */
  readonly fingerprint: string | undefined;
  readonly draft: Draft;
  /** Further properties of the bridge's own that the draft may hold. */
  readonly managedProperties?: readonly ManagedProperty[];
  readonly links: NonNullable<CreateInput['links']>;
}

export interface CreatedOnce {
  readonly id: string;
  /** True when it had been made before. */
  readonly isRepeat: boolean;
  /** As they were written; those of the draft when it had been made before. */
  readonly properties: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/**
 * Creates a record, or gives back the one that the same fingerprint made before: across restarts and replicas where the portal
 * has the unique property, from memory otherwise. What may or may not have been done is looked up before it is sent again.
 * @throws GatewayError when it was not created.
 */
export async function createOnce(deps: CreateOnceDeps, record: OnceRecord, context: CallContext): Promise<CreatedOnce> {
  // Without a fingerprint a key of its own still tells whether an unclear create was carried out.
  const key = record.fingerprint ?? randomUUID();
  return await deps.lock.run([`${record.objectType}\u0001${record.keeper.name}\u0001${key}`], async () => {
    const first = await attempt(deps, record, key, context);
    if ('id' in first) return first;
    // The property was removed from the portal since it was last seen: it is made anew.
    deps.managedProperties.invalidate(record.keeper);
    const second = await attempt(deps, record, key, context);
    if ('id' in second) return second;
    throw errorForOne(second.problem);
  });
}

/** The one problem that another attempt may mend. */
interface KeeperGone {
  readonly problem: CrmProblem;
}

async function attempt(
  deps: CreateOnceDeps,
  record: OnceRecord,
  key: string,
  context: CallContext,
): Promise<CreatedOnce | KeeperGone> {
  const state = await deps.managedProperties.ensure(record.keeper, context);
  const step: Step = { ...deps, record, key, state, context };
  const known = record.fingerprint === undefined || state === 'new' ? undefined : await findMade(step);
  if (known !== undefined) return { id: known, isRepeat: true, properties: record.draft.properties, warnings: [] };
  return await create(step);
}

interface Step extends CreateOnceDeps {
  readonly record: OnceRecord;
  readonly key: string;
  readonly state: ManagedPropertyState;
  readonly context: CallContext;
}

async function findMade(step: Step): Promise<string | undefined> {
  const { objectType, keeper } = step.record;
  const value = step.state === 'unavailable' ? step.idCache.get(objectType, cacheKey(step)) : step.key;
  if (value === undefined) return undefined;
  const read =
    step.state === 'unavailable'
      ? await step.batchingCrm.readByIds(objectType, [value], [], step.context)
      : await step.batchingCrm.readBy(objectType, keeper.name, [value], [], step.context);
  const found = read.found.get(value);
  if (found !== undefined) return found.id;
  if (read.missing.has(value)) return undefined;
  throw errorForOne(read.failed.get(value) ?? unaccounted('unavailable').problem);
}

async function create(step: Step): Promise<CreatedOnce | KeeperGone> {
  const { record, key, state } = step;
  const { keeper } = record;
  const isKept = state !== 'unavailable';
  const draft = isKept
    ? { ...record.draft, properties: { ...record.draft.properties, [keeper.name]: key } }
    : { ...record.draft, properties: omitProperty(record.draft.properties, keeper.name) };
  let isRepeat = false;
  const [written] = await writeStripping(
    [draft],
    {
      isStripping: true,
      isKept: (property) => property === keeper.name,
      recover: recoverManaged(step.managedProperties, record.managedProperties ?? [], step.context),
    },
    async ([open = draft]) => {
      const outcome = await sendOnce(step, open);
      if ('record' in outcome || outcome.problem.kind !== 'conflict' || !isKept) return [outcome];
      // Another replica was faster: its record is the one.
      const holder = outcome.problem.existingId ?? (await findMade(step));
      if (holder === undefined) return [outcome];
      isRepeat = true;
      return [{ record: { id: holder, properties: {} } }];
    },
  );
  const outcome = outcomeOf(written);
  if ('record' in outcome) {
    const { id } = outcome.record;
    if (!isKept && record.fingerprint !== undefined) step.idCache.remember(record.objectType, [cacheKey(step)], id);
    const { properties, warnings } = isRepeat ? { ...record.draft, warnings: [] } : (written?.draft ?? record.draft);
    return { id, isRepeat, properties, warnings };
  }
  const { problem } = outcome;
  if (problem.kind === 'invalid' && problem.properties.some(({ name }) => name === keeper.name)) return { problem };
  throw errorForOne(problem);
}

function outcomeOf(written: DraftOutcome | undefined): WriteOutcome {
  if (written === undefined) return unaccounted('ambiguous');
  if (written.outcome !== 'nothing left') return written.outcome;
  return { problem: { kind: 'invalid', message: 'no field was left that the CRM accepts', properties: [] } };
}

/** One create; an unclear one is looked up, and sent once more only where the store proves that it was not carried out. */
async function sendOnce(step: Step, draft: Draft): Promise<WriteOutcome> {
  const first = await tryCreate(step, draft);
  if ('record' in first || first.problem.kind !== 'ambiguous' || step.state === 'unavailable') return first;
  try {
    const made = await findMade(step);
    return made === undefined ? await tryCreate(step, draft) : { record: { id: made, properties: draft.properties } };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    // The look-up failed too. What is told is the first failure: it may have been carried out.
    return first;
  }
}

async function tryCreate(step: Step, { properties }: Draft): Promise<WriteOutcome> {
  const { objectType, links } = step.record;
  try {
    const [outcome] = await step.batchingCrm.create(objectType, [{ properties, links }], step.context);
    return outcome ?? unaccounted('ambiguous');
  } catch (error) {
    return { problem: problemFromError(error) };
  }
}

function cacheKey(step: Step) {
  return { name: step.record.keeper.name, value: step.key };
}

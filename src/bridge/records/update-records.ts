import { unaccounted } from '../../crm/crm-problem.ts';
import type { KnownRecord } from '../../contract/records.ts';
import type { CallContext, CrmProblem, CrmRecord, UpdateInput, WriteOutcome } from '../../crm/crm.ts';
import { nameId } from '../../logger.ts';
import { identifyingKeys } from '../../mapping/run/match-keys.ts';
import { type Translation, toCrmProperties } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { type Batcher, createBatcher } from '../concurrency/batcher.ts';
import { mapInSlices } from '../../in-slices.ts';
import type { KeyedLock } from '../concurrency/keyed-lock.ts';
import { type LookupOutcome, lookUpEach } from '../lookups/lookup-outcome.ts';
import { omitProperty } from '../writes/omit-property.ts';
import type { UnknownFields } from '../properties/unknown-fields.ts';
import { decisionOf, failed, requireResult, type WriteResult } from '../writes/write-result.ts';
import { writeEach } from '../writes/write-each.ts';
import { type Draft, type DraftOutcome, writeStripping } from '../writes/write-stripping.ts';
import { type ClaimScope, claimIdentities, settleClaims } from '../matching/claim-identity.ts';
import { clearBackward, withoutIgnoredStep } from './clear-backward.ts';
import { conflictAsInvalidProperty } from '../writes/conflict-as-invalid-property.ts';
import { fillEmpty } from './fill-empty.ts';
import type { MatchDeps } from '../matching/find-holders.ts';
import { type GuardScope, guardIdentifying } from './guard-identifying.ts';
import { describeReplaced, keepPrimary, primariesIn } from './keep-primary.ts';
import { type Change, isLinked, mergeChanges, openUpdates, type RecordUpdate } from './record-update.ts';
import { rememberKeys } from './remember-keys.ts';
import { completeHeld, returnedInUpdates } from '../writes/returned-values.ts';
import { sharesOf } from './share-of-update.ts';
import { warnReplaced } from './warn-replaced.ts';

export interface WriteDeps extends MatchDeps {
  readonly unknownFields: UnknownFields;
}

export interface WriteScope extends WriteDeps, GuardScope {
  /** Properties that the answer returns: reads that happen anyway ask for them, too. None by default. */
  readonly returned?: readonly string[];
}

/** PUT: updates records by their CRM id. Single records that arrive together, as Enginy's engagement fields do, share batch calls. */
export interface RecordUpdates {
  /** @returns one result per record, in order. */
  update(mapping: Mapping, records: readonly KnownRecord[], context: CallContext): Promise<readonly WriteResult[]>;
}

export function createRecordUpdates(deps: WriteDeps & Pick<UpdateScope, 'identity' | 'lock'>): RecordUpdates {
  // Requests under different mapping versions must not mix. A replaced mapping takes its batcher with it.
  const batchers = new WeakMap<Mapping, Batcher<KnownRecord, WriteResult>>();
  return {
    async update(mapping, records, context) {
      const batcher =
        batchers.get(mapping) ??
        createBatcher((batch, shared) => updateRecords({ ...deps, mapping, context: shared }, batch));
      batchers.set(mapping, batcher);
      return await batcher.add(records, context);
    },
  };
}

interface UpdateScope extends WriteScope, ClaimScope {
  readonly lock: KeyedLock;
}

async function updateRecords(scope: UpdateScope, records: readonly KnownRecord[]): Promise<WriteResult[]> {
  const locks = await mapInSlices(records, (record) => identifyingLocks(scope.mapping, record));
  // What one request wants of one record is written together.
  const groups = [...Map.groupBy(records.keys(), (position) => records[position]?.crmId).values()];
  const results = new Array<WriteResult | undefined>(records.length);
  const problems = await scope.lock.runParts(
    groups.map((group) => group.flatMap((position) => locks[position] ?? [])),
    scope.context.deadline,
    async (parts) => {
      const positions = parts.flatMap((part) => groups[part] ?? []).sort((a, b) => a - b);
      const done = await updateLocked(
        scope,
        positions.flatMap((position) => records[position] ?? []),
      );
      for (const [index, position] of positions.entries()) results[position] = done[index];
      // Whether another replica created a record that it did not answer, only a create finds out.
      return [];
    },
  );
  for (const [part, problem] of problems) {
    for (const position of groups[part] ?? []) results[position] = failed(problem);
  }
  return [...results].map((result) => requireResult(scope, result));
}

/** Writes that give a record the same email, profile or domain wait for each other: the second one must see what the first one did. */
export function identifyingLocks(mapping: Mapping, record: EnginyRecord): string[] {
  const { objectType } = mapping.target;
  return identifyingKeys(mapping, record).map(({ name, value }) => `${objectType}\u0001${name}\u0001${value}`);
}

async function updateLocked(scope: WriteScope & ClaimScope, records: readonly KnownRecord[]): Promise<WriteResult[]> {
  const updates = await mapInSlices(records, (record) => {
    return { record, translation: translateUpdate(scope.mapping, record) };
  });
  const translations = await claimIdentities(scope, updates);
  const returned = returnedInUpdates(scope.mapping);
  const results = await applyChanges(
    { ...scope, returned },
    updates.map(({ record, translation }, index) => {
      return { id: record.crmId, record, translation: translations[index] ?? translation };
    }),
  );
  settleClaims(scope, results);
  return await completeHeld({ ...scope, returned }, results);
}

/** In a PUT the CRM's id identifies the record; Enginy's own id is at most added where the record holds none. */
export function translateUpdate(mapping: Mapping, record: EnginyRecord): Translation {
  const translation = toCrmProperties(mapping, record, 'update');
  const { identity } = mapping;
  if (identity === undefined || identity.claim === 'on_update') return translation;
  return { ...translation, ifEmpty: omitProperty(translation.ifEmpty, identity.crm) };
}

/**
 * Applies changes by id. Several changes of one record are written as one, and each gets its own answer.
 * @returns one result per change, in order.
 */
export async function applyChanges(scope: WriteScope, changes: readonly Change[]): Promise<WriteResult[]> {
  const updates = mergeChanges(changes);
  await resolveDrafts(scope, openUpdates(updates));
  await readCurrent(scope, openUpdates(updates));
  await clearBackward(scope, openUpdates(updates));
  await guardIdentifying(scope, openUpdates(updates));
  await mapInSlices(openUpdates(updates), (update) => {
    keepPrimary(scope.mapping, update);
    fillEmpty(update);
    warnReplaced(update);
    endIfNothing(update);
  });
  await sendUpdates(scope, openUpdates(updates));
  await mapInSlices(updates, (update) => rememberUpdate(scope, update));
  const results = new Map<Change, WriteResult>();
  await mapInSlices(updates, (update) => {
    const shares = sharesOf(update, requireResult(scope, update.result));
    for (const [index, share] of shares.entries()) {
      const change = update.changes[index];
      if (change !== undefined) results.set(change, share);
    }
  });
  return changes.map((change) => requireResult(scope, results.get(change)));
}

/** Decides what needs the CRM's property definitions, such as fields without a row. */
async function resolveDrafts(scope: WriteScope, updates: readonly RecordUpdate[]): Promise<void> {
  const translations = updates.map(({ translation }) => translation);
  const resolutions = await scope.unknownFields.resolve(scope.mapping, translations, scope.context);
  updates.forEach((update, index) => {
    const resolution = resolutions[index] ?? { ...unaccounted('ambiguous'), warnings: [], heldBack: [] };
    if ('problem' in resolution) update.result = failed(resolution.problem, resolution);
    else {
      const { ifEmpty, ...draft } = resolution;
      update.draft = draft;
      update.ifEmpty = ifEmpty;
    }
  });
}

/**
 * Reads what must be known before writing: the current values that `if_empty` and `backward: force` ask for, further values of a property
 * that identifies, and whether a record exists that has nothing to be written, since an answer must not report success for a record that
 * does not exist. After a create, also what it replaces.
 */
async function readCurrent(scope: WriteScope, updates: readonly RecordUpdate[]): Promise<void> {
  const primaries = new Map(updates.map((update) => [update, primariesIn(scope.mapping, update)]));
  const asked = updates.filter((update) => {
    const { draft, ifEmpty, translation } = update;
    const hasNothing = Object.keys(draft.properties).length === 0;
    const isConditional = Object.keys(ifEmpty).length > 0 || translation.forced.length > 0;
    return hasNothing || isConditional || isLinked(update) || primaries.get(update)?.length !== 0;
  });
  const names = asked.flatMap((update) => [
    ...Object.keys(update.ifEmpty),
    ...update.translation.forced,
    ...(isLinked(update) ? Object.keys(update.draft.properties) : []),
    ...(primaries.get(update) ?? []).flatMap(({ name, secondary }) => [name, ...secondary]),
    // For the answer, where it turns out that nothing is to be written.
    ...(scope.returned ?? []),
  ]);
  const lookups = await readCurrentRecords(scope, asked, [...new Set(names)]);
  for (const update of asked) {
    const lookup = lookups.get(update.id) ?? unaccounted('unavailable');
    if (lookup !== 'missing' && 'record' in lookup) update.current = lookup.record;
    else update.result = failedUpdate(scope, update, lookup === 'missing' ? lookup : lookup.problem);
  }
}

/** @returns the record of each update, by its id. */
async function readCurrentRecords(
  { lookupCrm, mapping, context }: WriteScope,
  updates: readonly RecordUpdate[],
  properties: readonly string[],
): Promise<ReadonlyMap<string, LookupOutcome>> {
  const ids = updates.map(({ id }) => id);
  return await lookUpEach(ids, () => lookupCrm.readByIds(mapping.target.objectType, ids, properties, context));
}

function failedUpdate(
  { mapping }: WriteScope,
  { id, draft }: RecordUpdate,
  problem: CrmProblem | 'missing',
): WriteResult {
  if (problem !== 'missing' && problem.kind !== 'not-found') return failed(problem, draft);
  const kind = mapping.object === 'contacts' ? 'contact' : 'company';
  return failed({ kind: 'not-found', message: `No ${kind} with ${nameId(id)} exists in the CRM` }, draft);
}

/** An update with nothing to write is done once its record is known to exist. */
function endIfNothing(update: RecordUpdate): void {
  const { id, current, draft } = update;
  if (current === undefined || Object.keys(draft.properties).length > 0) return;
  update.result = unchanged(id, draft, current);
}

function unchanged(crmId: string, draft: Draft, { id, properties }: CrmRecord): WriteResult {
  const decision = { ...decisionOf('unchanged', draft), ...(id !== crmId && { survivorId: id }) };
  return { crmId, held: properties, warnings: draft.warnings, decision };
}

async function sendUpdates(scope: WriteScope, updates: readonly RecordUpdate[]): Promise<void> {
  const { mapping, context } = scope;
  const written = await writeStripping(
    updates.map(({ draft }) => draft),
    {
      isStripping: mapping.write.on_invalid === 'strip',
      // Writing Enginy's id is optional: if it fails, the requested update must still succeed.
      isOptional: (name) => name === mapping.identity?.crm,
      recover: (names) => scope.unknownFields.recover(mapping, names, context),
    },
    (drafts, positions) =>
      tryUpdate(
        scope,
        drafts.map(({ properties }, index) => ({ id: updates[positions[index] ?? -1]?.id ?? '', properties })),
      ),
  );
  for (const [index, update] of updates.entries()) applyOutcome(scope, update, written[index]);
  const emptied = openUpdates(updates);
  const lookups = await readCurrentRecords(scope, emptied, scope.returned ?? []);
  for (const update of emptied) {
    const lookup = lookups.get(update.id) ?? unaccounted('unavailable');
    update.result =
      lookup !== 'missing' && 'record' in lookup
        ? unchanged(update.id, update.draft, lookup.record)
        : failedUpdate(scope, update, lookup === 'missing' ? lookup : lookup.problem);
  }
}

async function tryUpdate(
  { crm, mapping, context }: WriteScope,
  inputs: readonly UpdateInput[],
): Promise<readonly WriteOutcome[]> {
  const outcomes = await writeEach(inputs, () => crm.update(mapping.target.objectType, inputs, context));
  return outcomes.map((outcome, index) => conflictAsInvalidProperty(outcome, inputs[index]));
}

/** Sets the result of what was sent; an update of which nothing was left stays open until its record is known to exist. */
function applyOutcome(scope: WriteScope, update: RecordUpdate, written: DraftOutcome | undefined): void {
  if (written === undefined) return;
  const { outcome } = written;
  update.draft = written.draft;
  if (outcome === 'nothing left') return;
  if ('problem' in outcome) {
    update.result = failedUpdate(scope, update, outcome.problem);
    return;
  }
  const { id } = update;
  const draft = withoutIgnoredStep(written.draft, outcome.record);
  update.draft = draft;
  const survivor = outcome.record.id;
  const merged = survivor === id ? [] : [`record ${id} was merged into ${survivor}, which was updated`];
  update.result = {
    crmId: id,
    held: outcome.record.properties,
    warnings: [...draft.warnings, ...describeReplaced(update), ...merged],
    decision: { ...decisionOf('updated', draft), ...(survivor !== id && { survivorId: survivor }) },
  };
}

function rememberUpdate(scope: WriteScope, { changes, draft, result }: RecordUpdate): void {
  if (result === undefined || 'problem' in result) return;
  for (const { record } of changes) rememberKeys(scope, { id: result.crmId, record, properties: draft.properties });
}

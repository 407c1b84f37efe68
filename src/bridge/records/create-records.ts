import type { NewRecord } from '../../contract/records.ts';
import type { CallContext, CrmProblem, WriteOutcome } from '../../crm/crm.ts';
import { toCrmProperties } from '../../mapping/run/translate.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { problemFromError, problemFromRead } from '../problem.ts';
import type { IdentityBook } from '../properties/identity.ts';
import type { Turns } from '../turns.ts';
import { accountForAll, lostProblem, type WriteResult } from '../write-result.ts';
import { type Draft, writeStripping } from '../write-stripping.ts';
import {
  type ExistingDeps,
  findCreatedBefore,
  findHolders,
  identityProperty,
  rememberCreated,
  uniqueValues,
} from './existing-records.ts';
import { applyChanges, asRefusedProperty, omit, rememberKeys, type WriteDeps } from './update-records.ts';

export interface CreateDeps extends WriteDeps {
  readonly identity: IdentityBook;
  /** A resend that overtakes its first attempt waits for it. */
  readonly turns: Turns;
}

/**
 * POST: creates records so that a repeated create is harmless. A record whose Enginy id the CRM holds already, or whose e-mail
 * belongs to a record already, is linked: its id is returned and its fields are updated as in PUT. Records that are one and the
 * same are written once and answered each.
 * @returns one result per record, in order.
 */
export async function createRecords(
  deps: CreateDeps,
  mapping: Mapping,
  records: readonly NewRecord[],
  context: CallContext,
): Promise<WriteResult[]> {
  if (records.length === 0) return [];
  const names = records.map(({ externalId }) => `${mapping.target.objectType}\u0001${externalId}`);
  return await deps.turns.take(names, async () => {
    const state = await deps.identity.ensure(mapping, context);
    const units = mergeSame(records).map((record): Unit => ({ record }));
    await createUnits({ ...deps, mapping, context, state }, units);
    const results = new Map(units.map((unit) => [unit.record.externalId, unit.result]));
    return accountForAll(
      records.map(({ externalId }) => results.get(externalId)),
      records.length,
      () => {
        deps.log.error({ requestId: context.requestId, object: mapping.object }, 'a record ended without a result');
        return { problem: lostProblem, warnings: [] };
      },
    );
  });
}

interface Step extends CreateDeps, ExistingDeps {}

/** One record on its way: first perhaps found to exist, in the end with a result. */
interface Unit {
  readonly record: NewRecord;
  /** The record of the CRM to link it to; `isOurs` when that holds its Enginy id already. */
  existing?: { readonly id: string; readonly isOurs: boolean };
  result?: WriteResult;
}

/** The same Enginy id twice in one request is one record; what was sent later completes what was sent first. */
function mergeSame(records: readonly NewRecord[]): NewRecord[] {
  const merged = new Map<string, NewRecord>();
  for (const record of records) {
    const earlier = merged.get(record.externalId);
    merged.set(record.externalId, earlier === undefined ? record : { ...earlier, ...withoutGaps(record) });
  }
  return [...merged.values()];
}

/** A gap in what was sent later takes nothing from what was sent first. */
function withoutGaps(record: NewRecord): NewRecord {
  const filled = Object.entries(record).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return { ...Object.fromEntries(filled), externalId: record.externalId };
}

async function createUnits(step: Step, units: readonly Unit[]): Promise<void> {
  const created = await findCreatedBefore(
    step,
    units.map(({ record }) => record),
  );
  units.forEach((unit, index) => {
    const found = created[index];
    if (found === undefined) return;
    if ('id' in found) unit.existing = { id: found.id, isOurs: true };
    else unit.result = { problem: found.problem, warnings: [] };
  });

  const { leaders, followers } = await splitSharers(step, units.filter(isOpen));
  await createFresh(step, leaders);
  for (const [follower, leader] of followers) {
    const id = leader.existing?.id ?? (leader.result !== undefined && 'crmId' in leader.result && leader.result.crmId);
    if (id) follower.existing = { id, isOurs: false };
    // Its leader failed for reasons of its own; a follower is tried alone, and one after the other since they share a value.
    else await createFresh(step, [follower]);
  }
  await linkExisting(step, units);
}

function isOpen(unit: Unit): boolean {
  return unit.existing === undefined && unit.result === undefined;
}

/**
 * Different Enginy ids with one e-mail are one record of the CRM: the first of them is created, the others are linked to it. The
 * CRM would refuse the second of them within one batch.
 */
async function splitSharers(step: Step, units: readonly Unit[]) {
  const leaders: Unit[] = [];
  const followers = new Map<Unit, Unit>();
  const leaderOf = new Map<string, Unit>();
  const valuesOfUnits = await Promise.all(units.map(({ record }) => uniqueValues(step, record)));
  units.forEach((unit, index) => {
    const values = (valuesOfUnits[index] ?? []).map(({ property, value }) => `${property}\u0001${value}`);
    const leader = values.map((value) => leaderOf.get(value)).find((found) => found !== undefined);
    if (leader === undefined) leaders.push(unit);
    else followers.set(unit, leader);
    for (const value of values) if (!leaderOf.has(value)) leaderOf.set(value, leader ?? unit);
  });
  return { leaders, followers };
}

/** Creates what nobody knows yet; each unit ends with a result, or with the existing record that it is to be linked to. */
async function createFresh(step: Step, units: readonly Unit[]): Promise<void> {
  if (units.length === 0) return;
  const { mapping, context } = step;
  const translations = units.map(({ record }) => toCrmProperties(mapping, record, 'create'));
  const resolved = await step.unknownFields.resolve(mapping, translations, context);
  const ready: Unit[] = [];
  const drafts: Draft[] = [];
  units.forEach((unit, index) => {
    const resolution = resolved[index] ?? { problem: lostProblem, warnings: [] };
    if ('problem' in resolution) unit.result = resolution;
    else {
      ready.push(unit);
      drafts.push(withIdentityIfKept(step, resolution.draft));
    }
  });
  const written = await writeStripping(
    drafts,
    {
      isStripping: mapping.write.on_invalid === 'strip',
      isKept: (name) => name === identityProperty(step),
      recover: (names) => recoverMissing(step, names),
    },
    async (open, positions) => {
      const records = positions.flatMap((position) => ready[position]?.record ?? []);
      return await chargeForeignValues(step, await sendCreates(step, open, records), open, records);
    },
  );
  const unnamed: Unit[] = [];
  ready.forEach((unit, index) => {
    const entry = written[index];
    if (entry === undefined) return;
    const { outcome, draft } = entry;
    const { warnings } = draft;
    if (outcome === 'nothing left') unit.result = { problem: nothingToCreate, warnings };
    else if ('record' in outcome) {
      rememberKeys(step.ids, mapping, unit.record, draft.properties, outcome.record.id);
      rememberCreated(step, unit.record.externalId, outcome.record.id);
      unit.result = { crmId: outcome.record.id, warnings };
    } else if (outcome.problem.kind === 'conflict' && outcome.problem.existingId !== undefined) {
      unit.existing = { id: outcome.problem.existingId, isOurs: false };
    } else {
      unit.result = { problem: outcome.problem, warnings };
      if (outcome.problem.kind === 'conflict') unnamed.push(unit);
    }
  });
  await linkToHolders(step, unnamed);
}

const nothingToCreate: CrmProblem = {
  kind: 'invalid',
  message: 'no field was left that the CRM accepts',
  properties: [],
};

/** As {@link UnknownFields.recover}; the property that keeps Enginy's ids may have been removed as well. */
async function recoverMissing(step: Step, names: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const recovered = await step.unknownFields.recover(step.mapping, names, step.context);
  const identity = identityProperty(step);
  if (identity === undefined || !names.has(identity) || recovered.has(identity)) return recovered;
  step.identity.doubt(step.mapping);
  try {
    const state = await step.identity.ensure(step.mapping, step.context);
    return state === 'memory' ? recovered : new Set([...recovered, identity]);
  } catch (error) {
    const { kind } = problemFromRead(error);
    step.log.debug({ requestId: step.context.requestId, problem: kind }, 'the property for Enginy ids is gone');
    return recovered;
  }
}

/** Translation puts Enginy's id into its property; a portal that has no such property must not be sent it. */
function withIdentityIfKept(step: Step, draft: Draft): Draft {
  const property = step.mapping.identity?.crm;
  if (property === undefined || step.state !== 'memory') return draft;
  return { ...draft, properties: omit(draft.properties, property) };
}

/** A conflict that names no holder: the store does. */
async function linkToHolders(step: Step, units: readonly Unit[]): Promise<void> {
  if (units.length === 0) return;
  const holders = await findHolders(
    step,
    units.map(({ record }) => record),
  );
  units.forEach((unit, index) => {
    const holder = holders[index];
    if (typeof holder !== 'object') return;
    unit.existing = { id: holder.id, isOurs: false };
    delete unit.result;
  });
}

/**
 * One round of creates. What may or may not have been done is looked up, and sent once more only where the store proves that no
 * record holds its unique values: should the first attempt land after all, the same values stand in the way of a duplicate.
 */
async function sendCreates(
  step: Step,
  drafts: readonly Draft[],
  records: readonly NewRecord[],
): Promise<readonly WriteOutcome[]> {
  const outcomes = [...(await tryCreate(step, drafts))];
  const unclear = outcomes.flatMap((outcome, index) => (isAmbiguous(outcome) ? [index] : []));
  if (unclear.length === 0) return outcomes;

  const holders = await findHolders(
    step,
    unclear.flatMap((index) => records[index] ?? []),
  );
  const again: number[] = [];
  unclear.forEach((index, position) => {
    const holder = holders[position];
    if (holder === 'none') again.push(index);
    else if (typeof holder === 'object') {
      outcomes[index] = { record: { id: holder.id, properties: drafts[index]?.properties ?? {} } };
    }
  });
  const repeated = await tryCreate(
    step,
    again.flatMap((index) => drafts[index] ?? []),
  );
  again.forEach((index, position) => {
    outcomes[index] = repeated[position] ?? { problem: lostProblem };
  });
  return outcomes;
}

/**
 * A conflict over a value that does not say who the record is, such as a customer number of the portal's own, costs that value: a
 * record is linked to the holder of an identifying value alone.
 */
async function chargeForeignValues(
  step: Step,
  outcomes: readonly WriteOutcome[],
  drafts: readonly Draft[],
  records: readonly NewRecord[],
): Promise<WriteOutcome[]> {
  return await Promise.all(
    outcomes.map(async (outcome, index) => {
      const record = records[index];
      if (record === undefined || !('problem' in outcome) || outcome.problem.kind !== 'conflict') return outcome;
      const { property } = outcome.problem;
      const identifying = await uniqueValues(step, record);
      const isIdentifying = property === undefined || identifying.some((value) => value.property === property);
      return isIdentifying ? outcome : asRefusedProperty(outcome, drafts[index]);
    }),
  );
}

function isAmbiguous(outcome: WriteOutcome): boolean {
  return 'problem' in outcome && outcome.problem.kind === 'ambiguous';
}

async function tryCreate(step: Step, drafts: readonly Draft[]): Promise<readonly WriteOutcome[]> {
  if (drafts.length === 0) return [];
  try {
    const inputs = drafts.map(({ properties }) => ({ properties }));
    return await step.crm.create(step.mapping.target.objectType, inputs, step.context);
  } catch (error) {
    const problem = problemFromError(error);
    return drafts.map(() => ({ problem }));
  }
}

/** Updates existing records as in PUT, and gives them Enginy's id where they hold none. */
async function linkExisting(step: Step, units: readonly Unit[]): Promise<void> {
  const identity = step.mapping.identity?.crm;
  const links = units.flatMap((unit) => {
    if (unit.existing === undefined) return [];
    const { record, existing } = unit;
    const translation = toCrmProperties(step.mapping, record, 'update');
    const holdsId = existing.isOurs || step.state === 'memory';
    const ifEmpty = holdsId && identity !== undefined ? omit(translation.ifEmpty, identity) : translation.ifEmpty;
    return [{ unit, change: { id: existing.id, record, translation: { ...translation, ifEmpty } } }];
  });
  if (links.length === 0) return;
  const changes = links.map(({ change }) => change);
  const written = await applyChanges(step, step.mapping, changes, step.context);
  links.forEach(({ unit, change }, index) => {
    const result = written[index];
    if (result === undefined) return;
    unit.result = result;
    if ('problem' in result) return;
    rememberCreated(step, unit.record.externalId, result.crmId);
    const facts = { requestId: step.context.requestId, externalId: unit.record.externalId, crmId: change.id };
    step.log.debug(facts, 'linked to an existing record');
  });
}

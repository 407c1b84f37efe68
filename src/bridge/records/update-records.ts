import type { KnownRecord } from '../../contract/records.ts';
import type { CallContext, Crm, CrmProblem, CrmRecord } from '../../crm/crm.ts';
import type { Logger } from '../../logger.ts';
import { candidateKeys, matchKeys } from '../../mapping/run/match-keys.ts';
import { type Translation, toCrmProperties } from '../../mapping/run/translate.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { problemFromError, problemFromRead } from '../problem.ts';
import type { UnknownFields } from '../properties/unknown-fields.ts';
import { accountForAll, lostProblem, type WriteResult } from '../write-result.ts';
import { type Draft, withoutProperties, writeStripping } from '../write-stripping.ts';
import { clearBackward } from './clear-backward.ts';
import type { RecordIdCache } from './record-id-cache.ts';

export interface WriteDeps {
  readonly crm: Crm;
  readonly ids: RecordIdCache;
  readonly unknownFields: UnknownFields;
  readonly log: Logger;
}

/** One record of the CRM and what is to change in it. */
export interface Change {
  readonly id: string;
  /** As Enginy sent it: its match keys are remembered once it is written. */
  readonly record: EnginyRecord;
  readonly translation: Translation;
}

/** PUT: updates records by their CRM id. One result per record, in order. */
export async function updateRecords(
  deps: WriteDeps,
  mapping: Mapping,
  records: readonly KnownRecord[],
  context: CallContext,
): Promise<WriteResult[]> {
  const changes = records.map((record) => ({
    id: record.crmId,
    record,
    translation: withoutIdentity(mapping, toCrmProperties(mapping, record, 'update')),
  }));
  return await applyChanges(deps, mapping, changes, context);
}

/** In a PUT the CRM's id says which record is meant; Enginy's own is given to a record by a create alone. */
function withoutIdentity(mapping: Mapping, translation: Translation): Translation {
  const property = mapping.identity?.crm;
  if (property === undefined || !Object.hasOwn(translation.ifEmpty, property)) return translation;
  return { ...translation, ifEmpty: omit(translation.ifEmpty, property) };
}

/** The properties without one of them. */
export function omit(properties: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([property]) => property !== name));
}

/**
 * Applies changes by id. Several changes of one record are written as one, later values over earlier ones, and answered each.
 * @returns one result per change, in order.
 */
export async function applyChanges(
  deps: WriteDeps,
  mapping: Mapping,
  changes: readonly Change[],
  context: CallContext,
): Promise<WriteResult[]> {
  const merged = mergeById(changes);
  const resolved = await deps.unknownFields.resolve(
    mapping,
    merged.map(({ translation }) => translation),
    context,
  );
  const results = new Array<WriteResult | undefined>(merged.length);
  const resolvable: Resolved[] = [];
  merged.forEach(({ id, translation }, position) => {
    const resolution = resolved[position] ?? { problem: lostProblem, warnings: [] };
    if ('problem' in resolution) results[position] = resolution;
    else resolvable.push({ id, position, forced: translation.forced, ...resolution });
  });

  const current = await readCurrent(deps, mapping, resolvable, context);
  const forceable = await withForcedCleared(deps, mapping, resolvable, current, context);
  const ready: { draft: Draft; position: number }[] = [];
  for (const { id, position, draft, ifEmpty } of forceable) {
    const found = current.get(id);
    if (found === undefined) ready.push({ draft, position });
    else if ('problem' in found) results[position] = { problem: found.problem, warnings: draft.warnings };
    else {
      const completed = fillEmpty(draft, ifEmpty, found.record);
      if (Object.keys(completed.properties).length > 0) ready.push({ draft: completed, position });
      else results[position] = { crmId: id, warnings: draft.warnings };
    }
  }

  const written = await sendUpdates(deps, mapping, merged, ready, context);
  ready.forEach(({ position }, index) => {
    results[position] = written[index];
  });
  return spread(deps, mapping, changes, merged, results);
}

interface MergedChange {
  readonly id: string;
  readonly translation: Translation;
  /** Positions in the changes that were merged. */
  readonly positions: readonly number[];
}

function mergeById(changes: readonly Change[]): MergedChange[] {
  const byId = new Map<string, { id: string; translation: Translation; positions: number[] }>();
  changes.forEach(({ id, translation }, position) => {
    const earlier = byId.get(id);
    if (earlier === undefined) byId.set(id, { id, translation, positions: [position] });
    else {
      earlier.translation = mergeTranslations(earlier.translation, translation);
      earlier.positions.push(position);
    }
  });
  return [...byId.values()];
}

function mergeTranslations(first: Translation, second: Translation): Translation {
  return {
    ...second,
    properties: { ...first.properties, ...second.properties },
    ifEmpty: { ...first.ifEmpty, ...second.ifEmpty },
    sources: { ...first.sources, ...second.sources },
    looseOptions: { ...first.looseOptions, ...second.looseOptions },
    forced: [...new Set([...first.forced, ...second.forced])],
    unknown: [...first.unknown, ...second.unknown],
    warnings: [...new Set([...first.warnings, ...second.warnings])],
  };
}

/** A change of which everything is decided that can be without the record's current values. */
interface Resolved {
  readonly id: string;
  /** Position among the merged changes. */
  readonly position: number;
  readonly draft: Draft;
  readonly ifEmpty: Readonly<Record<string, string>>;
  readonly forced: readonly string[];
}

type Current = { readonly record: CrmRecord } | { readonly problem: CrmProblem };

/**
 * Reads what must be known before writing: the current values that `if_empty` and `backward: force` ask for, and whether a record exists that has
 * nothing to be written, since an answer must not say "success" about a record that is not there.
 */
async function readCurrent(
  deps: WriteDeps,
  mapping: Mapping,
  resolved: readonly Resolved[],
  context: CallContext,
): Promise<ReadonlyMap<string, Current>> {
  const asked = resolved.filter(({ draft, ifEmpty, forced }) => {
    const hasNothing = Object.keys(draft.properties).length === 0;
    return hasNothing || Object.keys(ifEmpty).length > 0 || forced.length > 0;
  });
  const properties = [...new Set(asked.flatMap(({ ifEmpty, forced }) => [...Object.keys(ifEmpty), ...forced]))];
  return await readExisting(
    deps,
    mapping,
    asked.map(({ id }) => id),
    context,
    properties,
  );
}

/** Clears what can only be moved back from nothing; a value whose property could not be cleared is left out. */
async function withForcedCleared(
  deps: WriteDeps,
  mapping: Mapping,
  resolved: readonly Resolved[],
  current: ReadonlyMap<string, Current>,
  context: CallContext,
): Promise<readonly Resolved[]> {
  const changes = resolved.flatMap((change) => {
    const found = current.get(change.id);
    if (change.forced.length === 0 || found === undefined || 'problem' in found) return [];
    const { record } = found;
    return [{ change, forced: { current: record, properties: change.draft.properties, forced: change.forced } }];
  });
  const failures = await clearBackward(
    deps,
    mapping,
    changes.map(({ forced }) => forced),
    context,
  );
  const reasons = new Map(changes.map(({ change }, index) => [change, failures[index] ?? new Map<string, string>()]));
  return resolved.map((change) => {
    const failed = reasons.get(change);
    return failed === undefined || failed.size === 0
      ? change
      : { ...change, draft: withoutProperties(change.draft, failed) };
  });
}

async function readExisting(
  deps: WriteDeps,
  mapping: Mapping,
  ids: readonly string[],
  context: CallContext,
  properties: readonly string[] = [],
): Promise<ReadonlyMap<string, Current>> {
  const current = new Map<string, Current>();
  if (ids.length === 0) return current;
  try {
    const read = await deps.crm.readByIds(mapping.target.objectType, ids, properties, context);
    for (const id of ids) {
      const record = read.found.get(id);
      if (record !== undefined) current.set(id, { record });
      else if (read.missing.has(id)) current.set(id, { problem: notFound(mapping, id) });
      else current.set(id, { problem: read.failed.get(id) ?? lostProblem });
    }
  } catch (error) {
    const problem = problemFromRead(error);
    for (const id of ids) current.set(id, { problem });
  }
  return current;
}

function notFound(mapping: Mapping, id: string): CrmProblem {
  const kind = mapping.object === 'contacts' ? 'contact' : 'company';
  return { kind: 'not-found', message: `No ${kind} with id ${id} exists in the CRM` };
}

function fillEmpty(draft: Draft, ifEmpty: Readonly<Record<string, string>>, record: CrmRecord): Draft {
  const added = Object.entries(ifEmpty).filter(([name]) => {
    const held = record.properties[name];
    return !Object.hasOwn(draft.properties, name) && (held === undefined || held === null || held === '');
  });
  return added.length === 0 ? draft : { ...draft, properties: { ...draft.properties, ...Object.fromEntries(added) } };
}

async function sendUpdates(
  deps: WriteDeps,
  mapping: Mapping,
  merged: readonly MergedChange[],
  ready: readonly { draft: Draft; position: number }[],
  context: CallContext,
): Promise<WriteResult[]> {
  const idAt = (index: number) => merged[ready[index]?.position ?? -1]?.id ?? '';
  const outcomes = await writeStripping(
    ready.map(({ draft }) => draft),
    {
      isStripping: mapping.write.on_invalid === 'strip',
      recover: (names) => deps.unknownFields.recover(mapping, names, context),
    },
    async (drafts, positions) => {
      const inputs = drafts.map(({ properties }, index) => ({ id: idAt(positions[index] ?? -1), properties }));
      try {
        const answered = await deps.crm.update(mapping.target.objectType, inputs, context);
        return answered.map((outcome, index) => asRefusedProperty(outcome, drafts[index]));
      } catch (error) {
        const problem = problemFromError(error);
        return inputs.map(() => ({ problem }));
      }
    },
  );
  const emptied = outcomes.flatMap(({ outcome }, index) => (outcome === 'nothing left' ? [idAt(index)] : []));
  const existing = await readExisting(deps, mapping, emptied, context);
  return outcomes.map(({ outcome, draft }, index) => {
    const id = idAt(index);
    if (outcome === 'nothing left') {
      const found = existing.get(id) ?? { problem: lostProblem };
      return 'problem' in found ? { ...found, warnings: draft.warnings } : { crmId: id, warnings: draft.warnings };
    }
    if ('problem' in outcome) {
      const { problem } = outcome;
      return { problem: problem.kind === 'not-found' ? notFound(mapping, id) : problem, warnings: draft.warnings };
    }
    const { record } = outcome;
    const moved = record.id === id ? [] : [`record ${id} was merged into ${record.id}, which was updated`];
    return { crmId: id, warnings: [...draft.warnings, ...moved] };
  });
}

/** A unique value that another record holds costs the property, like any value that the CRM refuses. */
export function asRefusedProperty<Outcome extends { record: CrmRecord } | { problem: CrmProblem }>(
  outcome: Outcome,
  draft: Draft | undefined,
): Outcome | { problem: CrmProblem } {
  if (!('problem' in outcome) || outcome.problem.kind !== 'conflict') return outcome;
  const { property, existingId, message } = outcome.problem;
  if (property === undefined || draft === undefined || !Object.hasOwn(draft.properties, property)) return outcome;
  const holder = existingId === undefined ? 'another record' : `record ${existingId}`;
  return {
    problem: { kind: 'invalid', message, properties: [{ name: property, reason: `${holder} already has this value` }] },
  };
}

/** Hands the results of merged changes back to each change, and remembers the match keys of what was written. */
function spread(
  deps: WriteDeps,
  mapping: Mapping,
  changes: readonly Change[],
  merged: readonly MergedChange[],
  results: readonly (WriteResult | undefined)[],
): WriteResult[] {
  const spreadResults = new Array<WriteResult | undefined>(changes.length);
  merged.forEach(({ positions }, index) => {
    const result = results[index];
    for (const position of positions) {
      spreadResults[position] = result;
      const change = changes[position];
      if (change !== undefined && result !== undefined && 'crmId' in result) {
        rememberKeys(deps.ids, mapping, change.record, change.translation.properties, result.crmId);
      }
    }
  });
  return accountForAll(spreadResults, changes.length, () => {
    deps.log.error({ object: mapping.object }, 'a record ended without a result');
    return { problem: lostProblem, warnings: [] };
  });
}

/** Remembers an id under the match keys of a record whose values were just written. */
export function rememberKeys(
  ids: RecordIdCache,
  mapping: Mapping,
  record: EnginyRecord,
  written: Readonly<Record<string, string>>,
  id: string,
): void {
  const keys = matchKeys(mapping, record).filter((key) =>
    candidateKeys(mapping, key.rule, written).includes(key.value),
  );
  ids.remember(mapping.target.objectType, keys, id);
}

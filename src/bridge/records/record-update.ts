import type { CrmProblem, CrmRecord } from '../../crm/crm.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import type { Translation } from '../../mapping/run/translate-record.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { failed, type WriteResult } from '../writes/write-result.ts';
import type { Draft } from '../writes/write-stripping.ts';

/** One record of the CRM and what is to change in it. */
export interface Change {
  readonly id: string;
  /** As Enginy sent it: its match keys are remembered once it is written. */
  readonly record: EnginyRecord;
  readonly translation: Translation;
  /** Present if a create led to this record: what both share. */
  readonly linkedBy?: string;
}

/** Everything that one request changes in one record of the CRM; filled in until it has a result. */
export interface RecordUpdate {
  readonly id: string;
  /** The changes that were merged into this update. */
  readonly changes: readonly Change[];
  /** Of all changes, later values over earlier ones. */
  readonly translation: Translation;
  draft: Draft;
  /** Values that are written only where the record holds none. */
  ifEmpty: Readonly<Record<string, string>>;
  /** Properties whose value identifies the record and replaces another one. */
  readonly replaced: string[];
  /** Of changes whose value for an empty property came after that of another change, which is written. */
  readonly overruled: Map<Change, HeldBack[]>;
  /** The record as it is in the CRM, where the update depends on it. */
  current?: CrmRecord;
  result?: WriteResult;
}

/** Fields of a record that was merged from several; far more than a CRM has properties. */
export const maxMergedFields = 10_000;

/** True if a create led to this record. */
export function isLinked({ changes }: Pick<RecordUpdate, 'changes'>): boolean {
  return changes.some(({ linkedBy }) => linkedBy !== undefined);
}

/** @returns the updates that still need a result. */
export function openUpdates(updates: readonly RecordUpdate[]): RecordUpdate[] {
  return updates.filter(({ result }) => result === undefined);
}

/** Merges changes of the same record, later values over earlier ones. What is written only where the record holds nothing is the first value. */
export function mergeChanges(changes: readonly Change[]): RecordUpdate[] {
  const byId = new Map<string, Change[]>();
  for (const change of changes) {
    const group = byId.get(change.id);
    if (group === undefined) byId.set(change.id, [change]);
    else group.push(change);
  }
  return [...byId].map(([id, group]) => {
    const fields = group.reduce((sum, { translation }) => sum + translation.unknown.length, 0);
    const isTooLarge = group.length > 1 && fields > maxMergedFields;
    const merging = isTooLarge ? group.slice(0, 1) : group;
    const translation = mergeTranslations(merging.map((change) => change.translation));
    const { properties, sources, warnings, heldBack, ifEmpty } = translation;
    const draft = { properties, sources, warnings, heldBack };
    const update = { id, changes: group, translation, draft, ifEmpty, replaced: [], overruled: new Map() };
    return isTooLarge ? { ...update, result: failed(tooManyFields(id)) } : update;
  });
}

function tooManyFields(id: string): CrmProblem {
  const message = `the updates of record ${id} have more than ${maxMergedFields} fields together: send them in several requests`;
  return { kind: 'invalid', message, properties: [] };
}

function mergeTranslations(all: readonly Translation[]): Translation {
  const [first] = all;
  if (first !== undefined && all.length === 1) return first;
  return {
    properties: merged(all.map(({ properties }) => properties)),
    ifEmpty: firstIfEmpty(all),
    sources: merged(all.map(({ sources }) => sources)),
    optionTexts: merged(all.map(({ optionTexts }) => optionTexts)),
    asSent: mergedAsSent(all),
    forced: [...new Set(all.flatMap(({ forced }) => forced))],
    unknown: all.flatMap(({ unknown }) => unknown),
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
    heldBack: all.flatMap(({ heldBack }) => heldBack),
  };
}

/** In time that is linear in the number of values, however many objects they are in. */
function merged<Value>(objects: readonly Readonly<Record<string, Value>>[]): Record<string, Value> {
  return Object.fromEntries(objects.flatMap((object) => Object.entries(object)));
}

/** The first value fills an empty property, as if the changes came one by one; one that could be read replaces an earlier one that could not. */
function firstIfEmpty(all: readonly Translation[]): Record<string, string> {
  const sent = all.flatMap(({ asSent, ifEmpty }) =>
    Object.entries(ifEmpty).map(([name, value]) => ({ name, value, isReadable: asSent[name] === undefined })),
  );
  const first = [...Map.groupBy(sent, ({ name }) => name)].map(([name, values]) => {
    const chosen = values.find(({ isReadable }) => isReadable) ?? values[0];
    return [name, chosen?.value ?? ''] as const;
  });
  return Object.fromEntries(first);
}

/** A value that could be read counts, whether it came earlier or later than one that could not. */
function mergedAsSent(all: readonly Translation[]): Record<string, string> {
  const readable = new Set(
    all.flatMap(({ asSent, ifEmpty }) => Object.keys(ifEmpty).filter((name) => asSent[name] === undefined)),
  );
  const merged = all.flatMap(({ asSent }) => Object.entries(asSent).filter(([name]) => !readable.has(name)));
  // The first problem belongs to the first text, which is the one that is written.
  return Object.fromEntries(merged.reverse());
}

import type { CrmRecord } from '../../crm/crm.ts';
import type { Translation } from '../../mapping/run/translate-record.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import type { WriteResult } from '../write-result.ts';
import type { Draft } from '../write-stripping.ts';

/** One record of the CRM and what is to change in it. */
export interface Change {
  readonly id: string;
  /** As Enginy sent it: its match keys are remembered once it is written. */
  readonly record: EnginyRecord;
  readonly translation: Translation;
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
  /** The record as it is in the CRM, where the update depends on it. */
  current?: CrmRecord;
  result?: WriteResult;
}

/** @returns the updates that still need a result. */
export function openUpdates(updates: readonly RecordUpdate[]): RecordUpdate[] {
  return updates.filter(({ result }) => result === undefined);
}

/** Merges changes of the same record, later values over earlier ones. */
export function mergeChanges(changes: readonly Change[]): RecordUpdate[] {
  const byId = new Map<string, Change[]>();
  for (const change of changes) {
    const group = byId.get(change.id);
    if (group === undefined) byId.set(change.id, [change]);
    else group.push(change);
  }
  return [...byId].map(([id, group]) => {
    const translation = group.map((change) => change.translation).reduce(mergeTranslations);
    const { properties, sources, warnings, heldBack, ifEmpty } = translation;
    return { id, changes: group, translation, draft: { properties, sources, warnings, heldBack }, ifEmpty };
  });
}

function mergeTranslations(first: Translation, second: Translation): Translation {
  return {
    ...second,
    properties: { ...first.properties, ...second.properties },
    ifEmpty: { ...first.ifEmpty, ...second.ifEmpty },
    sources: { ...first.sources, ...second.sources },
    looseOptions: { ...first.looseOptions, ...second.looseOptions },
    asSent: { ...withoutKeys(first.asSent, second.ifEmpty), ...second.asSent },
    forced: [...new Set([...first.forced, ...second.forced])],
    unknown: [...first.unknown, ...second.unknown],
    warnings: [...new Set([...first.warnings, ...second.warnings])],
    heldBack: [...first.heldBack, ...second.heldBack],
  };
}

function withoutKeys(values: Readonly<Record<string, string>>, others: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(others, name)));
}

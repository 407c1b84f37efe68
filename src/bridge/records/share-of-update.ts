import { showField } from '../../mapping/run/field-mark.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import type { WriteResult } from '../write-result.ts';
import type { Change, RecordUpdate } from './record-update.ts';

/**
 * The result of one of several changes that were merged into an update: the properties that this change sent, and what was held back
 * of its own. What belongs to no change in particular is in every result.
 * @param result of the whole update.
 */
export function shareOf({ changes, draft }: RecordUpdate, change: Change, result: WriteResult): WriteResult {
  if (changes.length < 2) return result;
  /** The first test that any change passes decides. */
  const isOwn = (...tests: readonly ((one: Change) => boolean)[]): boolean => {
    const test = tests.find((each) => changes.some(each));
    return test === undefined || test(change);
  };
  const isSent = (property: string) => isOwn((one) => sends(one, property, draft.sources[property]));
  const { decision } = result;
  const written = decision.written.filter(isSent);
  const heldBack = decision.heldBack.filter((held) =>
    isOwn(
      ({ translation }) => translation.heldBack.some((one) => keyOf(one) === keyOf(held)),
      (one) => sends(one, held.property, held.field),
    ),
  );
  const warnings = result.warnings.filter((warning) =>
    isOwn(
      // The end of a warning may have been taken back.
      ({ translation }) => translation.warnings.some((one) => one.startsWith(warning)),
      (one) => labelsOf(one, draft.sources).some((label) => warning.startsWith(`${label} `)),
    ),
  );
  return {
    ...result,
    warnings,
    decision: {
      outcome: decision.outcome === 'updated' && written.length === 0 ? 'unchanged' : decision.outcome,
      written,
      heldBack: [...new Map(heldBack.map((held) => [keyOf(held), held])).values()],
      createdProperties: decision.createdProperties.filter(isSent),
    },
  };
}

function keyOf({ field, property, reason }: HeldBack): string {
  return JSON.stringify([field, property, reason]);
}

/** @param field Enginy's, which alone identifies a field without a row. */
function sends(change: Change, property: string | undefined, field: string | undefined): boolean {
  const isProperty = property !== undefined && propertiesOf(change).includes(property);
  return isProperty || change.translation.unknown.some((one) => showField(one.field) === field);
}

function propertiesOf({ translation }: Change): string[] {
  const { properties, ifEmpty, looseOptions } = translation;
  const kept = Object.values(looseOptions).flatMap(({ keepRawIn = [] }) => keepRawIn);
  return [...Object.keys(properties), ...Object.keys(ifEmpty), ...Object.keys(looseOptions), ...kept];
}

/** How warnings about a change begin. */
function labelsOf(change: Change, sources: Readonly<Record<string, string>>): string[] {
  const named = propertiesOf(change).map((name) =>
    Object.hasOwn(sources, name) ? `${sources[name]} → ${name}` : name,
  );
  return [...named, ...change.translation.unknown.map(({ field }) => showField(field))];
}

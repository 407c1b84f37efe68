import type { CallContext } from '../crm/crm.ts';
import { showField } from '../mapping/field-mark.ts';
import { toFieldValue, toText } from '../mapping/field-value.ts';
import type { Mapping } from '../mapping/mapping-file.ts';
import type { Drafting } from './drafting.ts';
import { type FieldNeed, type Location, type LocatorDeps, locateFields } from './field-locator.ts';
import { fitValue, shapeOf } from './fit-value.ts';

/** A text longer than this, or of several lines, asks for a text area. Both kinds of property hold the same length. */
const longestLine = 255;

/**
 * Puts the fields without a row where they belong, in properties that are made when missing. What cannot be stored is named in
 * the record's warnings; a record whose property could not be made for the moment fails, so that it is sent again.
 */
export async function storeUnknown(
  deps: LocatorDeps,
  mapping: Mapping,
  draftings: readonly Drafting[],
  context: CallContext,
): Promise<void> {
  const locations = await locateFields(deps, mapping, needsOf(deps, mapping, draftings), context);
  for (const drafting of draftings) {
    for (const [field, value] of latestValues(drafting)) {
      const location = locations.get(field);
      if (location !== undefined) store(deps, mapping, drafting, { field, value, location });
    }
  }
}

/** One field twice: two updates of one record were merged, and the later one counts. */
function latestValues({ translation }: Drafting): ReadonlyMap<string, unknown> {
  return new Map(translation.unknown.map(({ field, value }) => [field, value]));
}

function needsOf(deps: LocatorDeps, mapping: Mapping, draftings: readonly Drafting[]): FieldNeed[] {
  const needs = new Map<string, FieldNeed>();
  for (const drafting of draftings) {
    for (const [field, value] of latestValues(drafting)) {
      const known = needs.get(field);
      const type = known?.type ?? typeOf(mapping, field);
      const need = {
        field,
        type,
        isLong: known?.isLong === true || (type === 'text' && isLongText(value)),
        isWorthMaking: known?.isWorthMaking === true || isUsable(deps, value, type),
      };
      needs.set(field, need);
    }
  }
  return [...needs.values()];
}

function typeOf(mapping: Mapping, field: string): FieldNeed['type'] {
  const { types } = mapping.write.unknown_fields;
  return (Object.hasOwn(types, field) ? types[field] : undefined) ?? 'text';
}

function isLongText(value: unknown): boolean {
  const given = toFieldValue(value);
  const text = given === undefined ? '' : toText(given);
  return text.length > longestLine || text.includes('\n');
}

/** A property is not made for the sake of a value that it could not take, nor to be cleared. */
function isUsable(deps: LocatorDeps, value: unknown, type: FieldNeed['type']): boolean {
  const fitted = fitValue(value, shapeOf(type), deps.rules.longestText);
  return 'value' in fitted && fitted.value !== '';
}

function store(
  deps: LocatorDeps,
  mapping: Mapping,
  drafting: Drafting,
  { field, value, location }: { field: string; value: unknown; location: Location },
): void {
  const leaveOut = (reason: string) => drafting.warnings.push(`${showField(field)} was left out: ${reason}`);
  if (location === 'nowhere') {
    const fitted = fitValue(value, shapeOf(typeOf(mapping, field)), deps.rules.longestText);
    if ('problem' in fitted) leaveOut(fitted.problem);
    return;
  }
  if ('refused' in location) {
    leaveOut(location.refused);
    return;
  }
  if ('problem' in location) {
    drafting.problem ??= location.problem;
    return;
  }
  const { definition } = location;
  const { name } = definition;
  const writer = drafting.sources.get(name);
  if (drafting.properties.has(name) || drafting.ifEmpty.has(name)) {
    leaveOut(`its property ${name} is written from ${writer ?? 'another field'}`);
    return;
  }
  const fitted = fitValue(value, definition, deps.rules.longestText);
  if ('problem' in fitted) {
    leaveOut(`${fitted.problem}, which its property ${name} wants`);
    return;
  }
  drafting.properties.set(name, fitted.value);
  drafting.sources.set(name, showField(field));
  if (fitted.note !== undefined)
    drafting.warnings.push(`${showField(field)} → ${name} is not complete: ${fitted.note}`);
}

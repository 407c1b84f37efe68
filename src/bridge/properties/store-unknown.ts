import type { CallContext } from '../../crm/crm.ts';
import { showField } from '../../mapping/run/field-mark.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import type { Drafting } from './drafting.ts';
import { type Location, type LocatorDeps, locateFields } from './field-locator.ts';
import { declaredType, fieldNeeds, latestValues } from './field-needs.ts';
import { fitValue, shapeOf } from './fit-value.ts';

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
  const unknown = draftings.flatMap(({ translation }) => [...latestValues(translation)]);
  const locations = await locateFields(deps, mapping, fieldNeeds(deps.rules, mapping, unknown), context);
  for (const drafting of draftings) {
    for (const [field, value] of latestValues(drafting.translation)) {
      const location = locations.get(field);
      if (location !== undefined) store(deps, mapping, drafting, { field, value, location });
    }
  }
}

function store(
  deps: LocatorDeps,
  mapping: Mapping,
  drafting: Drafting,
  { field, value, location }: { field: string; value: unknown; location: Location },
): void {
  const leaveOut = (reason: string) => drafting.warnings.push(`${showField(field)} was left out: ${reason}`);
  if (location === 'nowhere') {
    const fitted = fitValue(value, shapeOf(declaredType(mapping, field)), deps.rules.longestText);
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

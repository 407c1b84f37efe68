import type { CallContext } from '../../crm/crm.ts';
import { fieldLabel } from '../../mapping/run/field-mark.ts';
import { ownProperties } from '../../mapping/run/translate.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { type Drafting, leaveOut } from './drafting.ts';
import { type LocatorDeps, makeInTime } from './field-locator.ts';
import { isWritable, type PropertyIndex } from './field-place.ts';
import { fitValue } from './fit-value.ts';
import type { WantedProperty } from './property-maker.ts';

/** The properties that a mapping names for texts that fit nowhere else (`keep_raw_in`), as they are made. */
export function keptTextProperties(mapping: Mapping): readonly WantedProperty[] {
  return ownProperties(mapping)
    .filter(({ isIdentity }) => !isIdentity)
    .map(({ name, field }) => ({
      name,
      label: fieldLabel(`${field} (Enginy)`) ?? name,
      description: `What Enginy's field ${field} says where it does not fit the property of its own; written by enginy-bridge.`,
      type: 'text',
      group: mapping.write.unknown_fields.group,
    }));
}

/**
 * Makes the properties for kept texts that drafts need, and fits the texts to them; where they cannot be made the texts are left
 * out with a warning.
 *
 * @param index undefined when the CRM does not show its definitions: then the texts go as they are, and the CRM judges.
 */
export async function settleKeptTexts(
  deps: LocatorDeps,
  mapping: Mapping,
  draftings: readonly Drafting[],
  index: PropertyIndex | undefined,
  context: CallContext,
): Promise<void> {
  if (index === undefined) return;
  const needed = keptTextProperties(mapping).filter(({ name }) => draftings.some((drafting) => holds(drafting, name)));
  await Promise.all(
    needed.map(async (property) => {
      const { name } = property;
      const definition = index.get(name);
      const making =
        definition === undefined ? await makeInTime(deps.maker, mapping.target.objectType, property, context) : 'made';
      for (const drafting of draftings.filter((each) => holds(each, name))) {
        if (making === 'hidden') leaveOut(drafting, name, 'the CRM hides its property of that name');
        else if (making !== 'made' && 'refused' in making) leaveOut(drafting, name, making.refused);
        else if (making !== 'made') drafting.problem = making.problem;
        else if (definition !== undefined) fitKeptText(deps, drafting, definition);
      }
    }),
  );
}

function holds(drafting: Drafting, name: string): boolean {
  return drafting.properties.has(name) || drafting.ifEmpty.has(name);
}

function fitKeptText(deps: LocatorDeps, drafting: Drafting, definition: NonNullable<ReturnType<PropertyIndex['get']>>) {
  const { name } = definition;
  if (!isWritable(definition)) {
    leaveOut(drafting, name, 'the property is read-only');
    return;
  }
  for (const place of [drafting.properties, drafting.ifEmpty]) {
    const text = place.get(name);
    const fitted = text === undefined ? undefined : fitValue(text, definition, deps.rules.longestText);
    if (fitted === undefined) continue;
    if ('problem' in fitted) leaveOut(drafting, name, fitted.problem);
    else place.set(name, fitted.value);
  }
}

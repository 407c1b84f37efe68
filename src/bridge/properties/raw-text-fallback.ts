import type { PropertyDefinition } from '../../crm/crm.ts';
import { fieldLabel } from '../../mapping/run/field-mark.ts';
import { managedPropertiesOf } from '../../mapping/run/translate-record.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { describePart, toPropertyText } from './convert-value.ts';
import type { DraftBuilder } from './draft-builder.ts';
import { isWritable, type PropertyIndex } from './property-catalogue.ts';
import type { RequestedProperty } from './property-creation-queue.ts';
import type { PropertyScope } from './property-scope.ts';

/** The properties that a mapping names for texts that fit nowhere else (`keep_raw_in`), as the bridge creates them. */
export function rawTextProperties(mapping: Mapping): readonly RequestedProperty[] {
  return managedPropertiesOf(mapping)
    .filter(({ isIdentity }) => !isIdentity)
    .map(({ name, field }) => ({
      name,
      label: fieldLabel(`${field} (Enginy)`) ?? name,
      description: `Text of Enginy's field ${field} that does not fit the field's own property; written by enginy-bridge.`,
      type: 'text',
      group: mapping.write.unknown_fields.group,
    }));
}

/**
 * Creates the `keep_raw_in` properties that drafts need and cuts the texts to their length. A text whose property cannot be created is
 * skipped with a warning.
 */
export async function storeRawTexts(
  scope: PropertyScope,
  builders: readonly DraftBuilder[],
  index: PropertyIndex,
): Promise<void> {
  const needed = rawTextProperties(scope.mapping).filter(({ name }) => builders.some((builder) => builder.has(name)));
  await Promise.all(
    needed.map(async (property) => {
      const definition = index.get(property.name);
      const affected = builders.filter((builder) => builder.has(property.name));
      if (definition === undefined) await createFor(scope, affected, property);
      else for (const builder of affected) storeRawText(builder, definition, scope.rules.maxTextLength);
    }),
  );
}

async function createFor(
  { queue, mapping, context }: PropertyScope,
  builders: readonly DraftBuilder[],
  property: RequestedProperty,
): Promise<void> {
  const outcome = await queue.create(mapping.target.objectType, property, context);
  for (const builder of builders) {
    if (outcome === 'exists') builder.createdProperties.push(property.name);
    else if (outcome === 'hidden') {
      builder.skip(property.name, { refused: 'the CRM hides its property of that name', reason: 'no-permission' });
    } else if ('refused' in outcome) builder.skip(property.name, outcome);
    else builder.fail(outcome.problem);
  }
}

function storeRawText(builder: DraftBuilder, definition: PropertyDefinition, maxLength: number): void {
  const { name } = definition;
  if (!isWritable(definition)) {
    builder.skip(name, { refused: 'the property is read-only', reason: 'read-only' });
    return;
  }
  for (const target of [builder.properties, builder.ifEmpty]) {
    const text = target.get(name);
    if (text === undefined) continue;
    const converted = toPropertyText(text, definition, maxLength);
    if ('problem' in converted) builder.skip(name, { refused: converted.problem, reason: converted.reason });
    else {
      target.set(name, converted.value);
      if (converted.note !== undefined) builder.warnings.push(`${builder.nameOf(name)} ${describePart(converted)}`);
    }
  }
}

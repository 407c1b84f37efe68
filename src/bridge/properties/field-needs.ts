import type { PropertyRules } from '../../mapping/run/property-name.ts';
import type { Translation } from '../../mapping/run/translate.ts';
import type { Mapping } from '../../mapping/schema/mapping-file.ts';
import { toFieldValue, toText } from '../../mapping/values/field-value.ts';
import type { FieldNeed } from './field-locator.ts';
import { fitValue, shapeOf } from './fit-value.ts';

/** A text longer than this, or of several lines, asks for a text area. Both kinds of property hold the same length. */
const longestLine = 255;

/** The fields without a row and their values. One field twice: two updates of one record were merged, and the later one counts. */
export function latestValues({ unknown }: Pick<Translation, 'unknown'>): ReadonlyMap<string, unknown> {
  return new Map(unknown.map(({ field, value }) => [field, value]));
}

/** What the property of each field must take, seen from all values of it. */
export function fieldNeeds(
  rules: PropertyRules,
  mapping: Mapping,
  values: Iterable<readonly [field: string, value: unknown]>,
): FieldNeed[] {
  const needs = new Map<string, FieldNeed>();
  for (const [field, value] of values) {
    const known = needs.get(field);
    const type = known?.type ?? declaredType(mapping, field);
    needs.set(field, {
      field,
      type,
      isLong: known?.isLong === true || (type === 'text' && isLongText(value)),
      isWorthMaking: known?.isWorthMaking === true || isUsable(rules, value, type),
    });
  }
  return [...needs.values()];
}

/** Types are declared, not guessed: what fits today's value need not fit tomorrow's. */
export function declaredType(mapping: Mapping, field: string): FieldNeed['type'] {
  const { types } = mapping.write.unknown_fields;
  return (Object.hasOwn(types, field) ? types[field] : undefined) ?? 'text';
}

function isLongText(value: unknown): boolean {
  const given = toFieldValue(value);
  const text = given === undefined ? '' : toText(given);
  return text.length > longestLine || text.includes('\n');
}

/** A property is not made for the sake of a value that it could not take, nor to be cleared. */
function isUsable(rules: PropertyRules, value: unknown, type: FieldNeed['type']): boolean {
  const fitted = fitValue(value, shapeOf(type), rules.longestText);
  return 'value' in fitted && fitted.value !== '';
}

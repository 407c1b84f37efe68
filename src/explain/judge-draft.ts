import { type PropertyShape, toPropertyText } from '../bridge/properties/convert-value.ts';
import type { Draft } from '../bridge/writes/write-stripping.ts';
import type { PropertyDefinition } from '../crm/crm.ts';
import type { HeldBack } from '../mapping/run/held-back.ts';

/**
 * Which values of a draft the CRM would reject, by its property definitions. A request sends them, since the CRM decides, and drops
 * what it rejects.
 */
export function judgeDraft(
  { properties, sources }: Pick<Draft, 'properties' | 'sources'>,
  definitions: readonly PropertyDefinition[],
): HeldBack[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return Object.entries(properties).flatMap(([property, value]): HeldBack[] => {
    const why = judgeValue(value, byName.get(property));
    return why === undefined ? [] : [{ field: sources[property] ?? property, property, ...why }];
  });
}

function judgeValue(
  value: string,
  definition: PropertyDefinition | undefined,
): Pick<HeldBack, 'reason' | 'detail'> | undefined {
  if (definition === undefined) return { reason: 'no-property' };
  if (definition.isReadOnly || definition.isCalculated) return { reason: 'read-only' };
  if (value === '') return undefined;
  if (definition.type === 'enum') return isOption(value, definition) ? undefined : { reason: 'no-option' };
  const converted = toPropertyText(value, definition, Number.POSITIVE_INFINITY);
  return 'problem' in converted
    ? { reason: converted.reason, detail: converted.problem.replace(/^it /, '') }
    : undefined;
}

/** The internal value, exactly: rows without `match_option` are sent as they are. */
function isOption(value: string, { options, isMultiple, hasExternalOptions }: PropertyShape): boolean {
  if (hasExternalOptions) return true;
  const values = isMultiple ? value.split(';').filter((item) => item !== '') : [value];
  return values.every((one) => options.some((option) => option.value === one));
}

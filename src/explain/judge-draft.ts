import { type PropertyShape, toPropertyText } from '../bridge/properties/convert-value.ts';
import type { Draft } from '../bridge/writes/write-stripping.ts';
import type { Owner, PropertyDefinition } from '../crm/crm.ts';
import { GatewayError } from '../errors.ts';
import type { HeldBack } from '../mapping/run/held-back.ts';

/**
 * Which values of a draft the CRM would reject, by its property definitions and its users. A request sends them, since the CRM decides,
 * and drops what it rejects.
 * @param listOwners called where a value is the id of a user.
 */
export async function judgeDraft(
  { properties, sources }: Pick<Draft, 'properties' | 'sources'>,
  definitions: readonly PropertyDefinition[],
  listOwners: () => Promise<readonly Owner[]>,
): Promise<HeldBack[]> {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const values = Object.entries(properties);
  const hasOwner = values.some(([name, value]) => value !== '' && byName.get(name)?.hasExternalOptions);
  const owners = hasOwner ? await idsOf(listOwners) : undefined;
  return values.flatMap(([property, value]): HeldBack[] => {
    const why = judgeValue(value, byName.get(property), owners);
    return why === undefined ? [] : [{ field: sources[property] ?? property, property, ...why }];
  });
}

/** Undefined where the CRM does not list its users. */
async function idsOf(listOwners: () => Promise<readonly Owner[]>): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set((await listOwners()).map(({ id }) => id));
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

function judgeValue(
  value: string,
  definition: PropertyDefinition | undefined,
  owners: ReadonlySet<string> | undefined,
): Pick<HeldBack, 'reason' | 'detail'> | undefined {
  if (definition === undefined) return { reason: 'no-property' };
  if (definition.isReadOnly || definition.isCalculated) return { reason: 'read-only' };
  if (value === '') return undefined;
  if (definition.type === 'enum') return isOption(value, definition, owners) ? undefined : { reason: 'no-option' };
  const converted = toPropertyText(value, definition, Number.POSITIVE_INFINITY);
  return 'problem' in converted
    ? { reason: converted.reason, detail: converted.problem.replace(/^it /, '') }
    : undefined;
}

/** The internal value, exactly: rows without `match_option` are sent as they are. */
function isOption(value: string, shape: PropertyShape, owners: ReadonlySet<string> | undefined): boolean {
  const { options, isMultiple, hasExternalOptions } = shape;
  const values = isMultiple ? value.split(';').filter((item) => item !== '') : [value];
  if (hasExternalOptions) return owners === undefined || values.every((one) => owners.has(one));
  return values.every((one) => options.some((option) => option.value === one));
}

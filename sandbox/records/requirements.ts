import type { Call } from '../http/call.ts';
import { type ErrorDetail, invalid, type Problem } from '../http/problem-body.ts';
import type { ObjectData } from '../portal.ts';
import type { StoredRecord } from './record-store.ts';
import { isRefused, type Values } from './validate-properties.ts';
import { isPlanned, type PlannedCreate } from './write-record.ts';

/** Write validation for a create; 2026-09 enforces it, earlier versions do not. */
export function requireOnCreate(
  call: Call,
  object: ObjectData,
  plan: PlannedCreate | Problem,
): PlannedCreate | Problem {
  if (!isPlanned(plan)) return plan;
  return missing(call, object, (property) => plan.values.get(property), true) ?? plan;
}

/** The same for an update: only conditional requirements apply, to the values that the record then has. */
export function requireOnUpdate(
  call: Call,
  { object, record }: { readonly object: ObjectData; readonly record: StoredRecord },
  values: Values | Problem,
): Values | Problem {
  if (isRefused(values)) return values;
  const readValue = (property: string) => values.get(property) ?? object.records.stored(record.version, property);
  return missing(call, object, readValue, false) ?? values;
}

// biome-ignore lint/complexity/useMaxParams: whose values they are, and whether the record is new, decide together
function missing(
  { version, portal }: Call,
  { type }: ObjectData,
  readValue: (property: string) => string | undefined,
  isNew: boolean,
): Problem | undefined {
  if (version !== '2026-09') return undefined;
  const unmet = portal.requirements.filter(({ object, property, when }) => {
    const applies = when === undefined ? isNew : readValue(when.property) === when.value;
    return object === type.name && applies && !readValue(property);
  });
  if (unmet.length === 0) return undefined;
  const errors = unmet.map(
    ({ property, when }): ErrorDetail => ({
      message: `Property '${property}' is required`,
      code: when === undefined ? 'MISSING_REQUIRED_PROPERTY' : 'MISSING_CONDITIONAL_REQUIRED_PROPERTY',
      context: { propertyName: [property] },
    }),
  );
  return invalid('Required properties are missing', { errors });
}

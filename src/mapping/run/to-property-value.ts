import type { RecordMappingFile } from '../schema/record-mapping.ts';
import { normalizeBoolean } from '../values/boolean-text.ts';
import { normalizeDate, normalizeDatetime } from '../values/date-text.ts';
import { toFieldValue, toText } from '../values/field-value.ts';
import { normalizeNumber } from '../values/numbers/number-text.ts';
import { isValueProblem, type ValueProblem } from '../values/value-problem.ts';

/** Types of properties for unknown fields. */
export type UnknownFieldType = RecordMappingFile['write']['unknown_fields']['types'][string];

const parsers = {
  bool: normalizeBoolean,
  date: normalizeDate,
  datetime: (text: string) => normalizeDatetime(text),
} as const;

/**
 * Converts any JSON value to the text of a property of this type: arrays are joined with `;`, objects become JSON, numbers
 * plain digits. Undefined for an empty value, a problem for one that does not fit the type.
 */
export function toPropertyValue(value: unknown, type: UnknownFieldType): string | undefined | ValueProblem {
  const field = toFieldValue(value);
  if (field === undefined) return undefined;
  const text = toText(field);
  if (type === 'text') return text;
  const converted =
    type === 'number' ? normalizeNumber(text, { isNumber: typeof value === 'number' }) : parsers[type](text);
  return isValueProblem(converted) ? converted : toText(converted);
}

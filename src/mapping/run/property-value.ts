import type { RecordMappingFile } from '../schema/mapping-file.ts';
import { toFieldValue, toText } from '../values/field-value.ts';
import { isProblem, type Problem } from '../values/problem.ts';
import { transforms } from '../values/transforms.ts';

/** Types that properties for unknown fields may have. */
export type UnknownFieldType = RecordMappingFile['write']['unknown_fields']['types'][string];

const CONVERTERS = {
  number: transforms.number,
  bool: transforms.boolean,
  date: transforms.iso_date,
  datetime: transforms.iso_datetime,
} as const;

/**
 * Any JSON value as the text of a property of this type: arrays joined with `;`, objects as JSON, numbers in plain
 * digits. Undefined for an empty value, a problem for one that does not fit the type.
 */
export function toPropertyValue(value: unknown, type: UnknownFieldType): string | undefined | Problem {
  const field = toFieldValue(value);
  if (field === undefined) return undefined;
  const text = toText(field);
  if (type === 'text') return text;
  const converted = CONVERTERS[type].apply(text);
  return isProblem(converted) ? converted : toText(converted);
}

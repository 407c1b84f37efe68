import { isObject } from '../../json.ts';
import { jsonText } from './json-text.ts';
import { plainNumber } from './number-text.ts';

/** One record of Enginy's request, as it came: any field, any JSON value. */
export type EnginyRecord = Readonly<Record<string, unknown>>;

/** A value on its way through transforms: one text, or several for fields with several options. */
export type FieldValue = string | readonly string[];

/** A JSON value as text; undefined for everything that counts as empty (null, white space, `[]`, `{}`). */
export function toFieldValue(value: unknown): FieldValue | undefined {
  if (typeof value === 'string') return isBlank(value) ? undefined : value;
  if (Array.isArray(value)) {
    const items = value.map(toItem).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  return toItem(value);
}

/** Several values become one text in the way that fields with several options want it. */
export function toText(value: FieldValue): string {
  return typeof value === 'string' ? value : value.join(';');
}

/**
 * The field of this name: the record's own, or else the entry of `customFields`. Names such as `constructor` find only
 * what was really sent. Undefined when it was not sent at all; a field sent empty comes back as it came.
 */
export function readField(record: EnginyRecord, field: string): unknown {
  const own = Object.hasOwn(record, field) ? record[field] : undefined;
  if (own !== undefined && own !== null && own !== '') return own;
  const custom = readCustomFields(record);
  if (custom !== undefined && Object.hasOwn(custom, field) && custom[field] !== undefined) return custom[field];
  return own;
}

/** The entries of `customFields`, when it is an object. */
export function readCustomFields(record: EnginyRecord): EnginyRecord | undefined {
  const custom = Object.hasOwn(record, 'customFields') ? record.customFields : undefined;
  return isObject(custom) ? custom : undefined;
}

function isBlank(text: string): boolean {
  // Most values begin with a letter or digit, and need no look at the rest.
  return text.charCodeAt(0) <= 32 || text.charCodeAt(0) > 126 || text === '' ? text.trim() === '' : false;
}

function toItem(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return isBlank(value) ? undefined : value;
    case 'number':
      return plainNumber(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null || Object.keys(value).length === 0) return undefined;
      return jsonText(value);
    default:
      return undefined;
  }
}

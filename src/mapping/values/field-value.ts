import { isObject } from '../../json.ts';
import { jsonText } from './json-text.ts';
import { plainNumber } from './numbers/number-text.ts';

/** A record of Enginy's request, as received: any field, any JSON value. */
export type EnginyRecord = Readonly<Record<string, unknown>>;

/** A value between transforms: one text, or several for multiple-select fields. */
export type FieldValue = string | readonly string[];

/** Converts a JSON value to text; undefined for empty values (null, white space, `[]`, `{}`). */
export function toFieldValue(value: unknown): FieldValue | undefined {
  if (typeof value === 'string') return isBlank(value) ? undefined : value;
  if (Array.isArray(value)) {
    const items = value.map(toItem).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  return toItem(value);
}

/** True for an object, and for a list of objects or lists: no text, name or number can be read from it without guessing. */
export function isStructure(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null);
  return isObject(value);
}

/** Joins several values with `;`, as multiple-select properties expect. */
export function toText(value: FieldValue): string {
  return typeof value === 'string' ? value : value.join(';');
}

/**
 * Reads a field of the record, or else of `customFields`. Names such as `constructor` only find what was sent.
 * Undefined if the field was not sent; a field that was sent empty is returned as received.
 */
export function readField(record: EnginyRecord, field: string): unknown {
  const own = Object.hasOwn(record, field) ? record[field] : undefined;
  if (own !== undefined && own !== null && own !== '') return own;
  const custom = readCustomFields(record);
  if (custom !== undefined && Object.hasOwn(custom, field) && custom[field] !== undefined) return custom[field];
  return own;
}

/** The entries of `customFields`, if it is an object. */
export function readCustomFields(record: EnginyRecord): EnginyRecord | undefined {
  const custom = Object.hasOwn(record, 'customFields') ? record.customFields : undefined;
  return isObject(custom) ? custom : undefined;
}

function isBlank(text: string): boolean {
  // Most values start with a printable character, so that trimming can be skipped.
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

import type { FieldRow, Mapping } from '../schema/record-mapping.ts';
import { readSources } from './compile-field-row.ts';
import type { ReturnedValue } from './compile-return-row.ts';
import type { Owners } from './transform-chain.ts';
import { returnedProperties, toEnginyProperties } from './translate-record.ts';

/**
 * Translates a CRM record to Enginy's names as far as the mapping allows: the properties of a sync answer, Enginy's id, and each
 * written field as stored in the CRM. Properties without a value are omitted.
 */
export function toReadableRecord(
  mapping: Mapping,
  properties: Readonly<Record<string, string | null>>,
  owners?: Owners,
): Record<string, ReturnedValue> {
  const fields: Record<string, ReturnedValue> = {};
  for (const row of mapping.write.fields) {
    const field = fieldOf(row);
    const value = [row.keep_raw_in, row.crm]
      .map((name) => (name === undefined ? undefined : properties[name]))
      .find(Boolean);
    if (field !== undefined && value) fields[field] = value;
  }
  const { identity } = mapping;
  const externalId = identity === undefined ? undefined : properties[identity.crm];
  if (identity !== undefined && externalId) fields[identity.enginy] = externalId;
  return { ...fields, ...toEnginyProperties(mapping, properties, owners) };
}

/** The properties that {@link toReadableRecord} needs. */
export function readableProperties(mapping: Mapping): string[] {
  const written = mapping.write.fields.flatMap(({ crm, keep_raw_in }) =>
    keep_raw_in === undefined ? [crm] : [crm, keep_raw_in],
  );
  const identity = mapping.identity === undefined ? [] : [mapping.identity.crm];
  return [...new Set([...identity, ...written, ...returnedProperties(mapping)])];
}

/** The field of a row, or the first of its alternatives. Undefined for joined fields, which cannot be separated. */
function fieldOf(row: FieldRow): string | undefined {
  return row.concat === undefined ? readSources(row)[0]?.field : undefined;
}

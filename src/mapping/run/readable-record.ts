import type { FieldRow, Mapping } from '../schema/record-mapping.ts';
import { readSources } from './compile-field-row.ts';
import { compileMapping } from './compile-mapping.ts';
import { toEnginyProperties } from './translate-record.ts';

/**
 * A CRM record under Enginy's names, as far as the mapping can tell: what a sync answer carries, Enginy's id, and each written
 * field as the CRM holds it. What the CRM does not have is absent.
 */
export function toReadableRecord(
  mapping: Mapping,
  properties: Readonly<Record<string, string | null>>,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
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
  return { ...fields, ...toEnginyProperties(mapping, properties) };
}

/** Properties that {@link toReadableRecord} looks at. */
export function readableProperties(mapping: Mapping): string[] {
  const written = mapping.write.fields.flatMap(({ crm, keep_raw_in }) =>
    keep_raw_in === undefined ? [crm] : [crm, keep_raw_in],
  );
  const returned = compileMapping(mapping).returns.flatMap(({ properties }) => properties);
  const identity = mapping.identity === undefined ? [] : [mapping.identity.crm];
  return [...new Set([...identity, ...written, ...returned])];
}

/** The field that a row is about: its own, or the first of several that may fill the property. Joined fields cannot be told apart. */
function fieldOf(row: FieldRow): string | undefined {
  return row.concat === undefined ? readSources(row)[0]?.field : undefined;
}

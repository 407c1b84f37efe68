import type { Archive } from '../archive/archive.ts';
import { isPlaceholder } from '../records/id-hider.ts';

/** A field that Enginy sent and that no row of the mapping file writes. */
export interface FieldWithoutRow {
  readonly object: string;
  readonly field: string;
  /** How many records had it. */
  readonly records: number;
  /** Milliseconds since 1970. */
  readonly lastAt: number;
  /** The custom property that was created for it. */
  readonly property?: string;
  /** A row that would write it; empty for a field that is named like a person's value. */
  readonly row: string;
}

const maxFields = 50;

/** What arrived without a row since a moment, the most frequent first. */
export async function readFieldsWithoutRow(archive: Archive, since: number): Promise<readonly FieldWithoutRow[]> {
  const counted = await archive.causes(since, 1);
  const fields = new Map<string, FieldWithoutRow>();
  for (const { object, heldBack, records, lastAt } of counted?.records ?? []) {
    for (const { field, reason } of heldBack) {
      if (reason !== 'no-row') continue;
      const known = fields.get(`${object} ${field}`);
      const total = { records: records + (known?.records ?? 0), lastAt: Math.max(lastAt, known?.lastAt ?? 0) };
      fields.set(`${object} ${field}`, { object, field, ...total, row: isPlaceholder(field) ? '' : rowFor(field) });
    }
  }
  return [...fields.values()].sort((a, b) => b.records - a.records).slice(0, maxFields);
}

/** Longer names are not fields of Enginy. */
const maxName = 200;

/** Names of HubSpot's properties are lowercase, with underscores. */
function rowFor(field: string): string {
  const property = field
    .slice(0, maxName)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const name = /^[\w.-]+$/.test(field) ? field : JSON.stringify(field);
  return `- { enginy: ${name}, crm: ${/^[a-z]/.test(property) ? property : `enginy_${property}`} }`;
}

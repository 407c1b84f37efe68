import type { TimelineRow } from '../schema/timeline-row.ts';
import type { HeldBack } from './held-back.ts';

/** Properties of one record, the Enginy field behind each, and a warning for each skipped value. */
export interface TimelineTranslation {
  readonly properties: Record<string, string>;
  readonly sources: Record<string, string>;
  readonly warnings: string[];
  /** The same values as in `warnings`, by name. */
  readonly heldBack: HeldBack[];
}

/** Translates values to properties, row by row. */
export function writeTimelineRows(
  rows: readonly TimelineRow[],
  read: (field: string) => string | undefined,
): TimelineTranslation {
  const translation: TimelineTranslation = { properties: {}, sources: {}, warnings: [], heldBack: [] };
  for (const row of rows) {
    const value = read(row.enginy);
    if (value === undefined) continue;
    const written = writeTimelineRow(row, value);
    if ('problem' in written) {
      translation.warnings.push(`${row.enginy} → ${row.crm} was skipped: ${written.problem}`);
      translation.heldBack.push({ field: row.enginy, property: row.crm, reason: 'no-option' });
      continue;
    }
    for (const [name, text] of Object.entries(written.properties)) {
      translation.properties[name] = text;
      translation.sources[name] = row.enginy;
    }
  }
  return translation;
}

/** What a row writes for a value, or why it writes nothing. */
type Written = { readonly properties: Readonly<Record<string, string>> } | { readonly problem: string };

/** Translates Enginy's value to CRM properties. */
function writeTimelineRow(row: TimelineRow, value: string): Written {
  const mapped = row.map === undefined ? value : (findWord(row.map, value) ?? row.otherwise);
  const kept = row.kept_in === undefined ? {} : { [row.kept_in]: value };
  if (mapped === undefined) return { problem: 'its value is not in the map' };
  return { properties: { [row.crm]: mapped, ...kept } };
}

/**
 * Translates the CRM's value to Enginy's. The stored original is returned as long as it still maps to the CRM's value; once a user
 * has changed the value in the CRM, the CRM's value wins. Undefined if the CRM has no value.
 */
export function readTimelineRow(
  row: TimelineRow,
  properties: Readonly<Record<string, string | null>>,
): string | undefined {
  const value = properties[row.crm];
  if (value === undefined || value === null || value === '') return undefined;
  if (row.map === undefined) return value;
  const kept = row.kept_in === undefined ? undefined : properties[row.kept_in];
  if (typeof kept === 'string' && kept !== '' && (findWord(row.map, kept) ?? row.otherwise) === value) return kept;
  return Object.entries(row.map).find(([, crmValue]) => crmValue === value)?.[0] ?? value;
}

/** The properties that {@link readTimelineRow} needs. */
export function propertiesOfRows(rows: readonly TimelineRow[]): string[] {
  return [...new Set(rows.flatMap(({ crm, kept_in }) => (kept_in === undefined ? [crm] : [crm, kept_in])))];
}

function findWord(map: Readonly<Record<string, string>>, value: string): string | undefined {
  const wanted = fold(value);
  return Object.entries(map).find(([word]) => fold(word) === wanted)?.[1];
}

function fold(word: string): string {
  return word.trim().toLowerCase();
}

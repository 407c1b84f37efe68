import type { TimelineRow } from '../schema/timeline-row.ts';

/** Properties of one new record, where each came from, and what was left out. */
export interface TimelineTranslation {
  readonly properties: Record<string, string>;
  readonly sources: Record<string, string>;
  readonly warnings: string[];
}

/** Values as properties, row by row. */
export function writeTimelineRows(
  rows: readonly TimelineRow[],
  read: (field: string) => string | undefined,
): TimelineTranslation {
  const translation: TimelineTranslation = { properties: {}, sources: {}, warnings: [] };
  for (const row of rows) {
    const value = read(row.enginy);
    if (value === undefined) continue;
    const written = writeTimelineRow(row, value);
    if ('problem' in written) {
      translation.warnings.push(`${row.enginy} → ${row.crm} was skipped: ${written.problem}`);
      continue;
    }
    for (const [name, text] of Object.entries(written.properties)) {
      translation.properties[name] = text;
      translation.sources[name] = row.enginy;
    }
  }
  return translation;
}

/** What a row makes of a value: properties to write, or nothing, with the reason. */
type Written = { readonly properties: Readonly<Record<string, string>> } | { readonly problem: string };

/** Enginy's value as CRM properties. */
function writeTimelineRow(row: TimelineRow, value: string): Written {
  const mapped = row.map === undefined ? value : (findWord(row.map, value) ?? row.otherwise);
  const kept = row.kept_in === undefined ? {} : { [row.kept_in]: value };
  if (mapped === undefined)
    return { problem: `"${value.slice(0, 40)}" is not one of the words that the mapping knows` };
  return { properties: { [row.crm]: mapped, ...kept } };
}

/**
 * The CRM's value as Enginy's. The kept word counts while it still means what the CRM says: when somebody has changed the value
 * there, the CRM's counts. Undefined where the CRM holds nothing.
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

/** Properties that {@link readTimelineRow} looks at. */
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

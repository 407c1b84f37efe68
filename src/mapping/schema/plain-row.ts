import { z } from 'zod';
import type { Finding, Path } from './finding.ts';
import { CrmProperty, EnginyField, text } from './mapping-file.ts';

/** One value, both ways: rows of tasks and activities, which are written and read back by the same row. */
export const PlainRow = z.strictObject({
  enginy: EnginyField('Field of Enginy that is written, and returned under the same name.'),
  crm: CrmProperty('CRM property that keeps it, by its internal name.'),
  map: z
    .record(z.string(), text('The value that goes out.'))
    .optional()
    .meta({ description: 'Left the value of Enginy (case does not matter), right the value of the CRM.' }),
  otherwise: text('With `map`: what is written for a value that the map does not have; nothing otherwise.').optional(),
  kept_in: CrmProperty(
    "With `map`: a property, made when missing, that keeps Enginy's own word, so that the word sent is the word returned.",
  ).optional(),
});
export type PlainRow = z.output<typeof PlainRow>;

/** A constant that every new record gets. */
export const ConstantRow = z.strictObject({
  crm: CrmProperty('CRM property that every new record gets.'),
  value: text("The value, as the CRM stores it (an option's internal value)."),
});
export type ConstantRow = z.output<typeof ConstantRow>;

/** What a row makes of a value: properties to write, or nothing, with the reason. */
export type Written = { readonly properties: Readonly<Record<string, string>> } | { readonly problem: string };

/** Enginy's value as CRM properties. */
export function writePlainRow(row: PlainRow, value: string): Written {
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
export function readPlainRow(row: PlainRow, properties: Readonly<Record<string, string | null>>): string | undefined {
  const value = properties[row.crm];
  if (value === undefined || value === null || value === '') return undefined;
  if (row.map === undefined) return value;
  const kept = row.kept_in === undefined ? undefined : properties[row.kept_in];
  if (typeof kept === 'string' && kept !== '' && (findWord(row.map, kept) ?? row.otherwise) === value) return kept;
  return Object.entries(row.map).find(([, crmValue]) => crmValue === value)?.[0] ?? value;
}

/** Properties that {@link readPlainRow} looks at. */
export function propertiesOfRows(rows: readonly PlainRow[]): string[] {
  return [...new Set(rows.flatMap(({ crm, kept_in }) => (kept_in === undefined ? [crm] : [crm, kept_in])))];
}

/** Findings that hold for any list of rows: no property is written twice, and keys of a map belong to a map. */
export function lintPlainRows(rows: readonly PlainRow[], constants: readonly ConstantRow[], at: Path): Finding[] {
  const seen = new Set<string>();
  const repeated = (name: string, path: Path): Finding[] => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path, kind: 'duplicate-target', message: `"${name}" is written by a row above already` }];
  };
  return [
    ...rows.flatMap((row, index) => {
      const path = [...at, 'fields', index];
      return [
        ...repeated(row.crm, [...path, 'crm']),
        ...(row.kept_in === undefined ? [] : repeated(row.kept_in, [...path, 'kept_in'])),
        ...lintMapKeys(row, path),
      ];
    }),
    ...constants.flatMap((row, index) => repeated(row.crm, [...at, 'on_create', index, 'crm'])),
  ];
}

function lintMapKeys(row: PlainRow, path: Path): Finding[] {
  if (row.map !== undefined) return [];
  const keys = (['otherwise', 'kept_in'] as const).filter((key) => row[key] !== undefined);
  return keys.map((key) => ({
    path: [...path, key],
    atKey: true,
    kind: 'contradiction',
    message: `"${key}" needs a map beside it`,
  }));
}

function findWord(map: Readonly<Record<string, string>>, value: string): string | undefined {
  const wanted = fold(value);
  return Object.entries(map).find(([word]) => fold(word) === wanted)?.[1];
}

function fold(word: string): string {
  return word.trim().toLowerCase();
}

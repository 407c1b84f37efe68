import { z } from 'zod';
import type { Finding, Path } from './finding.ts';
import { CrmProperty, EnginyField, text } from './scalars.ts';

/** One value, both ways: rows of tasks and activities, which are written and read back by the same row. */
export const TimelineRow = z.strictObject({
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
export type TimelineRow = z.output<typeof TimelineRow>;

/** A constant that every new record gets. */
export const ConstantRow = z.strictObject({
  crm: CrmProperty('CRM property that every new record gets.'),
  value: text("The value, as the CRM stores it (an option's internal value)."),
});
export type ConstantRow = z.output<typeof ConstantRow>;

/** Findings that hold for any list of rows: no property is written twice, and keys of a map belong to a map. */
export function lintTimelineRows(rows: readonly TimelineRow[], constants: readonly ConstantRow[], at: Path): Finding[] {
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

function lintMapKeys(row: TimelineRow, path: Path): Finding[] {
  if (row.map !== undefined) return [];
  const keys = (['otherwise', 'kept_in'] as const).filter((key) => row[key] !== undefined);
  return keys.map((key) => ({
    path: [...path, key],
    atKey: true,
    kind: 'contradiction',
    message: `"${key}" needs a map beside it`,
  }));
}

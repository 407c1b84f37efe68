import { z } from 'zod';
import type { Finding, Path } from './finding.ts';
import { CrmProperty, EnginyField, text } from './scalars.ts';

/** A row of a task or an activity: one field, written and read by the same row. */
export const TimelineRow = z.strictObject({
  enginy: EnginyField('Enginy field to write, and to return under the same name.'),
  crm: CrmProperty('CRM property that stores it, by its internal name.'),
  map: z
    .record(z.string(), text('Output value.'))
    .optional()
    .meta({ description: "Enginy's value on the left (case does not matter), the CRM's value on the right." }),
  otherwise: text(
    'With `map`: value to write for values that are not in the map; by default they are skipped.',
  ).optional(),
  kept_in: CrmProperty(
    "With `map`: property that stores Enginy's original value, so that the value sent is the value returned; created if missing.",
  ).optional(),
});
export type TimelineRow = z.output<typeof TimelineRow>;

/** A constant value for every new record. */
export const ConstantRow = z.strictObject({
  crm: CrmProperty('CRM property to set on every new record.'),
  value: text("The value, as the CRM stores it (an option's internal value)."),
});
export type ConstantRow = z.output<typeof ConstantRow>;

/** Checks for any list of rows: no property is written twice, and the keys of a map need a map. */
export function lintTimelineRows(rows: readonly TimelineRow[], constants: readonly ConstantRow[], at: Path): Finding[] {
  const seen = new Set<string>();
  const repeated = (name: string, path: Path): Finding[] => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path, kind: 'duplicate-target', message: `"${name}" is already written by an earlier row` }];
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
    message: `"${key}" requires "map" in the same row`,
  }));
}

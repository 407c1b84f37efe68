import type { TaskMapping } from '../schema/task-mapping.ts';
import { propertiesOfRows, readTimelineRow, type TimelineTranslation, writeTimelineRows } from './timeline-rows.ts';

/** Translates the fields of a task to properties. */
export function toTaskProperties(
  mapping: TaskMapping,
  read: (field: string) => string | undefined,
  mode: 'create' | 'update',
): TimelineTranslation {
  const translation = writeTimelineRows(mapping.fields, read);
  if (mode === 'update') return translation;
  const constants = Object.fromEntries(mapping.on_create.map(({ crm, value }) => [crm, value]));
  return { ...translation, properties: { ...translation.properties, ...constants } };
}

/** Translates a CRM task to texts by Enginy's field names; `completed` is `true` or another word. */
export function fromTaskProperties(
  mapping: TaskMapping,
  properties: Readonly<Record<string, string | null>>,
): ReadonlyMap<string, string> {
  return new Map(
    mapping.fields.flatMap((row): [string, string][] => {
      const value = readTimelineRow(row, properties);
      return value === undefined ? [] : [[row.enginy, value]];
    }),
  );
}

/** When a task was completed, in the CRM's format. */
export function completionTime(
  mapping: TaskMapping,
  properties: Readonly<Record<string, string | null>>,
): string | undefined {
  return (
    mapping.completed_at
      .map((name) => properties[name])
      .find((value) => value !== undefined && value !== null && value !== '') ?? undefined
  );
}

/** The properties that {@link fromTaskProperties} and {@link completionTime} need. */
export function taskPropertyNames(mapping: TaskMapping): string[] {
  return [...new Set([...propertiesOfRows(mapping.fields), ...mapping.completed_at])];
}

/** The properties that store Enginy's original values. */
export function keptWordProperties(mapping: TaskMapping): string[] {
  return mapping.fields.flatMap(({ kept_in }) => (kept_in === undefined ? [] : [kept_in]));
}

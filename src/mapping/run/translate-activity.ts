import type { ActivityMapping, ActivityType, Direction } from '../schema/activity-mapping.ts';
import { toFieldValue, toText } from '../values/field-value.ts';
import { propertiesOfRows, readTimelineRow, type TimelineTranslation, writeTimelineRows } from './timeline-rows.ts';

/** The fields of an activity, ready to write: all texts, with the body as the CRM displays it. */
export interface ActivityFields {
  readonly type: string;
  readonly direction: Direction;
  readonly subject?: string | undefined;
  readonly body?: string | undefined;
  readonly occurredAt: string;
  readonly ownerId?: string | undefined;
  /** Sender and recipient, in the CRM's format. */
  readonly participants?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Finds Enginy's activity type in the file, regardless of case. */
export function findActivityType(
  mapping: ActivityMapping,
  sent: string,
): { readonly name: string; readonly type: ActivityType } | undefined {
  const wanted = sent.trim().toUpperCase();
  const found = Object.entries(mapping.types).find(([name]) => name.toUpperCase() === wanted);
  return found === undefined ? undefined : { name: found[0], type: found[1] };
}

/** Translates an activity to properties of the CRM object that stores its type. */
export function toActivityProperties(
  mapping: ActivityMapping,
  object: string,
  fields: ActivityFields,
): TimelineTranslation {
  const { fields: rows = [], on_create = [] } = mapping.objects[object] ?? {};
  const ofType = (mapping.types[fields.type]?.on_create ?? []).filter(
    ({ direction = fields.direction }) => direction === fields.direction,
  );
  const constants = Object.fromEntries([...on_create, ...ofType].map(({ crm, value }) => [crm, value]));
  const translation = writeTimelineRows(rows, (field) => fieldOf(fields, field));
  return { ...translation, properties: { ...translation.properties, ...constants } };
}

/** Translates the record of a logged activity to texts by Enginy's field names. */
export function fromActivityProperties(
  mapping: ActivityMapping,
  object: string,
  properties: Readonly<Record<string, string | null>>,
): ReadonlyMap<string, string> {
  const rows = mapping.objects[object]?.fields ?? [];
  return new Map(
    rows.flatMap((row): [string, string][] => {
      const value = readTimelineRow(row, properties);
      return value === undefined ? [] : [[row.enginy, value]];
    }),
  );
}

/** The properties that {@link fromActivityProperties} needs. */
export function activityProperties(mapping: ActivityMapping, object: string): string[] {
  return [...propertiesOfRows(mapping.objects[object]?.fields ?? []), mapping.key];
}

/** The type and direction of an opening line; the first type of the object if no line matches. */
export function typeOfOpening(
  mapping: ActivityMapping,
  object: string,
  opening: string | undefined,
): { readonly type: string; readonly direction?: Direction } | undefined {
  const types = Object.entries(mapping.types).filter(([, type]) => type.object === object);
  for (const [type, { opening: words }] of types) {
    if (words === undefined || opening === undefined) continue;
    if (words.OUTBOUND === opening) return { type, direction: 'OUTBOUND' };
    if (words.INBOUND === opening) return { type, direction: 'INBOUND' };
  }
  const [first] = types;
  return first === undefined ? undefined : { type: first[0] };
}

function fieldOf(fields: ActivityFields, name: string): string | undefined {
  const { metadata, ...plain } = fields;
  if (!name.startsWith('metadata.')) {
    const found = new Map<string, unknown>(Object.entries(plain)).get(name);
    return typeof found === 'string' ? found : undefined;
  }
  const key = name.slice('metadata.'.length);
  const value = metadata !== undefined && Object.hasOwn(metadata, key) ? toFieldValue(metadata[key]) : undefined;
  return value === undefined ? undefined : toText(value);
}

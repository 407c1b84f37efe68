import type { ActivityMapping, ActivityType, Direction } from '../schema/activity-mapping.ts';
import { toFieldValue, toText } from '../values/field-value.ts';
import { propertiesOfRows, readTimelineRow, type TimelineTranslation, writeTimelineRows } from './timeline-rows.ts';

/** An activity whose fields are ready to be written: texts, the body as the CRM is to show it. */
export interface ActivityFields {
  readonly type: string;
  readonly direction: Direction;
  readonly subject?: string | undefined;
  readonly body?: string | undefined;
  readonly occurredAt: string;
  readonly ownerId?: string | undefined;
  /** Sender and receiver, in the CRM's own form. */
  readonly participants?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Enginy's type as the file spells it, with what the file says of it; case does not matter. */
export function findActivityType(
  mapping: ActivityMapping,
  sent: string,
): { readonly name: string; readonly type: ActivityType } | undefined {
  const wanted = sent.trim().toUpperCase();
  const found = Object.entries(mapping.types).find(([name]) => name.toUpperCase() === wanted);
  return found === undefined ? undefined : { name: found[0], type: found[1] };
}

/** An activity as properties of the object that keeps its type. */
export function toActivityProperties(
  mapping: ActivityMapping,
  object: string,
  fields: ActivityFields,
): TimelineTranslation {
  const { fields: rows = [], on_create = [] } = mapping.objects[object] ?? {};
  const constants = Object.fromEntries(on_create.map(({ crm, value }) => [crm, value]));
  const translation = writeTimelineRows(rows, (field) => fieldOf(fields, field));
  return { ...translation, properties: { ...translation.properties, ...constants } };
}

/** Fields of a logged activity as the CRM's record has them: texts by Enginy's names. */
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

/** Properties that {@link fromActivityProperties} needs. */
export function activityProperties(mapping: ActivityMapping, object: string): string[] {
  return [...propertiesOfRows(mapping.objects[object]?.fields ?? []), mapping.key];
}

/** The type and direction that an opening line tells, or those of the only type without one. */
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

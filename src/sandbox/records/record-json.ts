import { formatInstant } from '../clock.ts';
import type { ObjectData, Portal } from '../portal.ts';
import type { RecordVersion } from './record-store.ts';

/** Which properties an answer shows: names in order, made once for a call. */
export type Shown = readonly string[];

/** Names asked for, with those that HubSpot always adds. Naming properties replaces the defaults; unknown names are ignored. */
export function shownProperties(object: ObjectData, asked: readonly string[], now: number): Shown {
  if (asked.length === 0) return object.type.defaultProperties;
  const always = ['hs_object_id', object.type.createdProperty, object.type.modifiedProperty];
  const known = asked.filter((name) => object.properties.usable(name, now));
  return [...new Set([...known, ...always])].sort();
}

/** `url` of a record in HubSpot's user interface. */
function recordUrl(portal: Portal, object: ObjectData, id: number): string {
  const { uiDomain, portalId } = portal.settings.account;
  return object.type.name === 'tasks'
    ? `https://${uiDomain}/tasks/${portalId}/view/all/task/${id}`
    : `https://${uiDomain}/contacts/${portalId}/record/${object.type.typeId}/${id}`;
}

/** A record as the objects API answers it; a property that was never set is null. */
export function recordJson(
  portal: Portal,
  object: ObjectData,
  version: RecordVersion,
  shown: Shown,
): Record<string, unknown> {
  const { record } = version;
  const properties: Record<string, string | null> = {};
  for (const name of shown) properties[name] = portal.value(object.type, version, name);
  return {
    id: String(record.id),
    properties,
    createdAt: formatInstant(record.createdAt),
    updatedAt: formatInstant(version.updatedAt),
    archived: record.archivedAt !== undefined,
    ...(record.archivedAt !== undefined && { archivedAt: formatInstant(record.archivedAt) }),
    url: recordUrl(portal, object, record.id),
  };
}

/** After a create HubSpot returns every property that has a value. */
export function createdJson(portal: Portal, object: ObjectData, version: RecordVersion): Record<string, unknown> {
  return recordJson(portal, object, version, portal.namesWithValue(object.type, version).sort());
}

/** After an update: what was written, and a few that HubSpot adds. */
export function updatedJson(
  portal: Portal,
  object: ObjectData,
  version: RecordVersion,
  written: Iterable<string>,
): Record<string, unknown> {
  const { createdProperty, modifiedProperty } = object.type;
  const names = new Set([...written, 'hs_object_id', createdProperty, modifiedProperty]);
  return recordJson(portal, object, version, [...names].sort());
}

/** The only history kept is the present value. */
export function historyJson(
  portal: Portal,
  object: ObjectData,
  version: RecordVersion,
  asked: readonly string[],
): Record<string, unknown> {
  const entries = asked
    .filter((name) => object.properties.usable(name, portal.now))
    .map((name) => {
      const value = portal.value(object.type, version, name);
      const entry = {
        value,
        timestamp: formatInstant(version.updatedAt),
        sourceType: 'INTEGRATION',
        sourceId: '18221010',
      };
      return [name, value === null ? [] : [entry]] as const;
    });
  return Object.fromEntries(entries);
}

import { formatInstant } from '../clock.ts';
import type { ObjectData } from '../portal.ts';
import { computedValues } from './computed-values.ts';
import type { ReadValue } from './read-value.ts';
import type { RecordVersion } from './record-store.ts';

/** A property that an answer shows. */
interface ShownProperty {
  /** The name as a JSON key, colon included. */
  readonly key: string;
  readonly read: ReadValue;
}

/** The properties that an answer shows, in order; built once per call. */
export type Shown = readonly ShownProperty[];

/** Names asked for, with those that HubSpot always adds. Naming properties replaces the defaults; unknown names are ignored. */
export function shownProperties(object: ObjectData, asked: readonly string[], now: number): Shown {
  if (asked.length === 0) return showing(object, object.type.defaultProperties);
  const known = asked.filter((name) => object.properties.usable(name, now));
  return showing(object, [...known, ...alwaysShown(object)]);
}

/**
 * A record as the objects API returns it, as JSON; a property that was never set is null. Written as text, because building objects for
 * JSON.stringify was most of the work of a batch read.
 */
export function recordText(object: ObjectData, version: RecordVersion, shown: Shown): string {
  const { record, isPlain } = version;
  let properties = '';
  for (const { key, read } of shown) {
    const value = read(version);
    if (value === null) properties += `${key}null,`;
    else properties += isPlain ? `${key}"${value}",` : `${key}${JSON.stringify(value)},`;
  }
  const archivedAt = record.archivedAt === undefined ? '' : `,"archivedAt":"${formatInstant(record.archivedAt)}"`;
  return (
    `{"id":"${record.id}","properties":{${properties.slice(0, -1)}},"createdAt":"${formatInstant(record.createdAt)}",` +
    `"updatedAt":"${formatInstant(version.updatedAt)}","archived":${record.archivedAt !== undefined}${archivedAt},` +
    `"url":"${recordUrl(object, String(record.id))}"}`
  );
}

/** Adds fields at the end of a JSON object that is text already. */
export function withFields(text: string, fields: Readonly<Record<string, unknown>>): string {
  const added = JSON.stringify(fields).slice(1, -1);
  return added === '' ? text : `${text.slice(0, -1)},${added}}`;
}

/** After a create HubSpot returns every property that has a value. */
export function createdText(object: ObjectData, version: RecordVersion): string {
  const names = [...object.records.storedNames(version), ...Object.keys(computedValues[object.type.name])];
  const withValue = showing(object, names).filter(({ read }) => read(version) !== null);
  return recordText(object, version, withValue);
}

/** After an update: what was written, and what recorded answers add where it has a value. */
export function updatedText(object: ObjectData, version: RecordVersion, written: Iterable<string>): string {
  const added = object.type.addedToUpdates.filter((name) => object.reader(name)(version) !== null);
  return recordText(object, version, showing(object, [...written, ...alwaysShown(object), ...added]));
}

function showing(object: ObjectData, names: readonly string[]): Shown {
  return [...new Set(names)].sort().map((name) => ({ key: `${JSON.stringify(name)}:`, read: object.reader(name) }));
}

function alwaysShown({ type }: ObjectData): string[] {
  return ['hs_object_id', type.createdProperty, type.modifiedProperty];
}

/** `url` of a record in HubSpot's user interface. */
function recordUrl(object: ObjectData, id: string): string {
  const { uiDomain, portalId } = object.portal.settings.account;
  return object.type.name === 'tasks'
    ? `https://${uiDomain}/tasks/${portalId}/view/all/task/${id}`
    : `https://${uiDomain}/contacts/${portalId}/record/${object.type.typeId}/${id}`;
}

/** The only history kept is the present value. */
export function historyJson(
  object: ObjectData,
  version: RecordVersion,
  asked: readonly string[],
): Record<string, unknown> {
  const entries = asked
    .filter((name) => object.properties.usable(name, object.portal.now))
    .map((name) => {
      const value = object.portal.value(object.type, version, name);
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

import { isObject, objectsIn, stringsIn } from '../../../json.ts';
import type { CallMeaning, Json, LinkMeaning, NewDefinition, WireCall, WriteInput } from '../../crm-protocol.ts';
import type { Pair } from '../../crm.ts';
import { placeOf } from '../transport/api-versions.ts';

/** What follows the area and the version in paths. */
const recordsRoute = /^([^/]+)\/(?:batch\/)?([a-z]+)$/;
const linksRoute = /^([^/]+)\/([^/]+)\/batch\/(.+)$/;
const propertiesRoute = /^([^/]+)(\/batch\/create|\/groups)?$/;

export function meaningOf(call: WireCall): CallMeaning {
  return knownMeaning(call) ?? { kind: 'other', call: canonicalCall(call) };
}

function knownMeaning(call: WireCall): CallMeaning | undefined {
  const place = placeOf(call.path);
  switch (place?.area) {
    case 'objects':
      return recordCall(place.rest, call);
    case 'associations':
      return linkCall(place.rest, call);
    case 'properties':
      return propertyCall(place.rest, call);
    default:
      return undefined;
  }
}

function recordCall(route: string, { method, body }: WireCall): CallMeaning | undefined {
  const [, objectType = '', verb = ''] = recordsRoute.exec(route) ?? [];
  if (method !== 'POST' || objectType === '' || !isObject(body)) return undefined;
  const inputs = inputsOf(body);
  switch (verb) {
    case 'read': {
      const idProperty = typeof body.idProperty === 'string' ? body.idProperty : undefined;
      const ids = inputs.map(({ id }) => String(id));
      return { kind: 'read', objectType, idProperty, ids, properties: stringsIn(body.properties) };
    }
    case 'search':
      return { kind: 'search', objectType, terms: termsOf(body), properties: stringsIn(body.properties) };
    case 'create':
    case 'update':
    case 'upsert':
    case 'archive':
      return { kind: 'write', verb, objectType, inputs: inputs.map(writeInput) };
    default:
      return undefined;
  }
}

function linkCall(route: string, { body }: WireCall): LinkMeaning | undefined {
  const link = linksRoute.exec(route);
  if (link === null) return undefined;
  const [, from = '', to = '', verb] = link;
  const inputs = inputsOf(body);
  if (verb !== 'read') return { kind: 'link', from, to, items: inputs.map(linkItem) };
  return { kind: 'read links', from, to, items: inputs.map(({ id }) => ({ fromId: String(id), toId: '' })) };
}

function propertyCall(route: string, call: WireCall): CallMeaning | undefined {
  const [, objectType, suffix] = propertiesRoute.exec(route) ?? [];
  if (objectType === undefined || call.method !== 'POST') return undefined;
  if (suffix === '/groups') return { kind: 'create property group', objectType, call: canonicalCall(call) };
  const bodies = suffix === undefined ? (isObject(call.body) ? [call.body] : []) : inputsOf(call.body);
  return { kind: 'create properties', objectType, definitions: bodies.map(newDefinition) };
}

function newDefinition(body: Json): NewDefinition {
  const traits = ['type', 'fieldType', 'label', 'groupName', 'hasUniqueValue'].flatMap((key) =>
    body[key] === undefined ? [] : [`${key} ${String(body[key])}`],
  );
  return { name: String(body.name), traits, body };
}

/** As {@link import('../../crm-protocol.ts').CallReader.keyOf} describes it. */
export function keyOf({ method, path, body }: WireCall): string {
  return `${method} ${path} ${canonical(body)}`;
}

function canonicalCall({ method, path, body }: WireCall): string {
  return `${method} ${path}${body === undefined ? '' : ` ${canonical(body)}`}`;
}

const unorderedLists = new Set(['inputs', 'properties', 'values', 'filters', 'filterGroups', 'propertiesWithHistory']);

function canonical(value: unknown, key = ''): string {
  if (Array.isArray(value)) {
    const parts = value.map((entry) => canonical(entry));
    return `[${(unorderedLists.has(key) ? parts.sort() : parts).join(',')}]`;
  }
  if (!isObject(value)) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value)
    .filter(([name, entry]) => name !== 'objectWriteTraceId' && entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry, name)}`).join(',')}}`;
}

function inputsOf(body: unknown): Json[] {
  return isObject(body) && Array.isArray(body.inputs) ? body.inputs.filter(isObject) : [];
}

function termsOf(body: Json): string[] {
  const groups = Array.isArray(body.filterGroups) ? body.filterGroups.filter(isObject) : [];
  const filters = groups.flatMap(({ filters }) => objectsIn(filters));
  return filters.flatMap(({ propertyName, operator, value, values }) => {
    // What was modified lately: since when depends on the moment, and pages continue after the id of the one before.
    if (operator === 'GTE') return [`${String(propertyName)}=lately`];
    if (operator === 'GT' && propertyName === 'hs_object_id') return [];
    const all = Array.isArray(values) ? values : value === undefined ? [''] : [value];
    return all.map((one) => `${String(propertyName)}=${String(one).toLowerCase()}`);
  });
}

function writeInput(input: Json): WriteInput {
  const properties = isObject(input.properties) ? input.properties : {};
  return {
    id: typeof input.id === 'string' ? input.id : undefined,
    traceId: typeof input.objectWriteTraceId === 'string' ? input.objectWriteTraceId : undefined,
    properties: Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)])),
    // As a text in which equal links are equal, whatever the order of their keys.
    associations: canonical(input.associations ?? []),
  };
}

function linkItem(input: Json): Pair {
  const from = isObject(input.from) ? input.from : isObject(input._from) ? input._from : {};
  const to = isObject(input.to) ? input.to : {};
  return { fromId: String(from.id), toId: String(to.id) };
}

/** True for a property that identifies a record across writes. */
export function isIdentifying(property: string): boolean {
  return /(?:^|_)(?:email|external_id)$/.test(property);
}

/** A record's id, or the value that a person knows it by. */
export function nameOf({ id, properties }: WriteInput): string {
  return id ?? properties.enginy_external_id ?? properties.email ?? properties.name ?? '';
}

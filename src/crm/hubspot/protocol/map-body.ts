import { isObject } from '../../../json.ts';
import type { BodyText, BodyVisitor, Json } from '../../crm-protocol.ts';
import { placeOf } from '../transport/api-versions.ts';

/** Response keys that never contain user-written text. */
const PLAIN_KEYS = new Set(
  (
    'status category subCategory code errorType policyName correlationId requestId groupName archived archivedAt createdAt ' +
    'updatedAt startedAt completedAt requestedAt associationCategory associationTypeId type fieldType types links sorts operator ' +
    'propertyName objectWriteTraceId idProperty after limit total numErrors new error in hasMore timestamp sourceType ' +
    'fromObjectTypeId toObjectTypeId objectTypeId lifecycleStage portalId accountType timeZone companyCurrency ' +
    'additionalCurrencies utcOffset utcOffsetMilliseconds uiDomain dataHostingLocation paging hs_object_id isValid'
  ).split(' '),
);
/** Keys of an error's context that name parts of the portal, never people. */
const PLAIN_CONTEXT =
  /^(?:propertyNames?|name|objectWriteTraceId|required(?:Granular)?Scopes|existingId|objectType|fromObjectType|toObjectType|expire time)$/i;

interface Place {
  readonly visitor: BodyVisitor;
  readonly objectType: string;
  readonly isOwner: boolean;
  readonly idProperty?: string;
}

type Role = BodyText['role'];

/** As {@link import('../../crm-protocol.ts').ContentReader.mapBody} describes it. */
export function mapBody(path: string, body: unknown, visitor: BodyVisitor): unknown {
  const { area, rest } = placeOf(path) ?? { area: '', rest: '' };
  const [type = ''] = rest.split('/');
  const place = { visitor, objectType: area === 'objects' ? type : '', isOwner: area === 'owners' };
  return area === 'properties' ? mapDefinitions(place, body) : mapValue(place, body, '');
}

/** Property definitions name no people, but an error, also one beside definitions, may quote a value. */
function mapDefinitions(place: Place, body: unknown): unknown {
  if (!isObject(body)) return body;
  if (body.status === 'error' || 'message' in body) return mapValue(place, body, '');
  return 'errors' in body ? { ...body, errors: mapValue(place, body.errors, 'errors') } : body;
}

function mapValue(place: Place, value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const isPlain = key === 'properties' || key === 'propertiesWithHistory' || PLAIN_KEYS.has(key);
    return isPlain ? mapStructure(place, value) : mapList(place, value, key);
  }
  if (!isObject(value)) return value;
  if (key === 'properties') return mapProperties(place, value);
  if (key === 'context') return mapErrorContext(place, value);
  if (typeof value.propertyName === 'string' && 'operator' in value) return mapFilter(place, value);
  const words = wordsIn(value);
  if (words !== undefined) return mapWords(place, words);
  const inside = typeof value.idProperty === 'string' ? { ...place, idProperty: value.idProperty } : place;
  const copy: Json = {};
  for (const [name, entry] of Object.entries(value)) {
    if (PLAIN_KEYS.has(name)) copy[name] = mapStructure(inside, entry);
    else if (typeof entry === 'string') mapText(inside, roleOf(inside, name, entry), slot(copy, name, entry));
    else copy[name] = mapValue(inside, entry, name);
  }
  return copy;
}

/** What should be names and words of HubSpot: the visitor decides whether it is. */
function mapStructure(place: Place, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => mapStructure(place, entry));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, mapStructure(place, entry)]));
  }
  return typeof value === 'string'
    ? place.visitor.text({ text: value, role: { kind: 'structure' }, put: () => undefined })
    : value;
}

function mapList(place: Place, list: readonly unknown[], key: string): unknown[] {
  const copy: unknown[] = [];
  list.forEach((entry, at) => {
    if (typeof entry === 'string') mapText(place, roleOf(place, key, entry), slot(copy, at, entry));
    else copy[at] = mapValue(place, entry, key);
  });
  return copy;
}

/** Where a text is in the copy. */
interface Slot {
  readonly text: string;
  put(text: string): void;
}

function slot(into: Json | unknown[], at: string | number, text: string): Slot {
  return {
    text,
    put(replaced) {
      // A list is written by its positions, an object by its names.
      (into as Record<string | number, unknown>)[at] = replaced;
    },
  };
}

/** Undefined: not personal. */
function mapText({ visitor }: Place, role: Role | undefined, { text, put }: Slot): void {
  put(role === undefined ? text : visitor.text({ text, role, put }));
}

function roleOf(place: Place, key: string, text: string): Role | undefined {
  if (key === 'id') {
    // The id of an input is the value of `idProperty` if one is named.
    return place.idProperty === undefined ? { kind: 'id' } : propertyRole(place, place.idProperty);
  }
  if (place.isOwner && key === 'firstName') return { kind: 'value', of: 'person' };
  if (place.isOwner && key === 'lastName') return { kind: 'value', of: 'family name' };
  if (place.isOwner && key === 'email') return { kind: 'value', of: 'email' };
  if (place.isOwner && key === 'name') return { kind: 'value', of: 'text' };
  if (key === 'query') return { kind: 'value', of: 'unknown' };
  if (key === 'url') return { kind: 'value', of: 'url' };
  return /^\d+$/.test(text) ? undefined : { kind: 'sentence' };
}

function propertyRole({ objectType }: Place, name: string): Role {
  return { kind: 'property', objectType, name };
}

function mapProperties(place: Place, properties: Json): Json {
  const { visitor, objectType } = place;
  const copy: Json = {};
  for (const [name, entry] of Object.entries(properties)) {
    if (typeof entry === 'string') mapText(place, propertyRole(place, name), slot(copy, name, entry));
    else if (typeof entry === 'number') copy[name] = visitor.number(entry, { objectType, name });
    else if (Array.isArray(entry)) copy[name] = entry.map((version) => mapVersion(place, name, version));
    else copy[name] = mapStructure(place, entry);
  }
  return copy;
}

/** An entry of `propertiesWithHistory`. */
function mapVersion(place: Place, name: string, version: unknown): unknown {
  if (!isObject(version) || typeof version.value !== 'string') return version;
  const copy: Json = { ...version };
  mapText(place, propertyRole(place, name), slot(copy, 'value', version.value));
  const { sourceLabel } = version;
  if (typeof sourceLabel === 'string') {
    mapText(place, { kind: 'value', of: 'text' }, slot(copy, 'sourceLabel', sourceLabel));
  }
  return copy;
}

/** A filter of a search. */
function mapFilter(place: Place, filter: Json): Json {
  const role = propertyRole(place, String(filter.propertyName));
  const copy: Json = { ...filter };
  for (const key of ['value', 'highValue']) {
    const entry = filter[key];
    if (typeof entry === 'string') mapText(place, role, slot(copy, key, entry));
  }
  if (Array.isArray(filter.values)) copy.values = mapTexts(place, role, filter.values);
  return copy;
}

/** The filters of a group that asks for the words of one value. */
function wordsIn({ filters }: Json): readonly WordFilter[] | undefined {
  if (!Array.isArray(filters)) return undefined;
  const isWord = (filter: unknown): filter is WordFilter =>
    isObject(filter) && filter.operator === 'CONTAINS_TOKEN' && typeof filter.value === 'string';
  const words = filters.filter(isWord);
  const isOneValue =
    words.length === filters.length && new Set(words.map(({ propertyName }) => propertyName)).size === 1;
  return isOneValue ? words : undefined;
}

type WordFilter = Json & { readonly propertyName: string; readonly value: string };

function mapWords({ visitor, objectType }: Place, filters: readonly WordFilter[]): Json {
  const [{ propertyName: name } = { propertyName: '' }] = filters;
  const words = visitor.words(
    filters.map(({ value }) => value),
    { objectType, name },
  );
  return { filters: words.map((value) => ({ propertyName: name, operator: 'CONTAINS_TOKEN', value })) };
}

function mapTexts(place: Place, role: Role, list: readonly unknown[]): unknown[] {
  const copy: unknown[] = [...list];
  list.forEach((entry, at) => {
    if (typeof entry === 'string') mapText(place, role, slot(copy, at, entry));
  });
  return copy;
}

function mapErrorContext(place: Place, context: Json): Json {
  const copy: Json = { ...context };
  for (const [name, entry] of Object.entries(context)) {
    if (PLAIN_CONTEXT.test(name)) {
      copy[name] = mapStructure(place, entry);
      continue;
    }
    if (Array.isArray(entry)) copy[name] = mapTexts(place, { kind: 'id' }, entry);
    else if (typeof entry === 'string') mapText(place, { kind: 'id' }, slot(copy, name, entry));
  }
  return copy;
}

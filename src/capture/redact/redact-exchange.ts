import { isObject } from '../../json.ts';
import { type Hint, hintOfProperty } from './hints.ts';
import { looksLikeNumber } from './numbers-and-dates.ts';
import type { ValueRedactor } from './value-redactor.ts';

/** What is known of a portal's property. */
export interface PropertyFacts {
  /** Values of its options; empty for anything that is not an enumeration. */
  readonly options: ReadonlySet<string>;
  readonly type: string;
  /** HubSpot's own, as opposed to the portal's. */
  readonly isHubSpots: boolean;
}

export interface Portal {
  property(objectType: string, name: string): PropertyFacts | undefined;
  /** Properties in which Enginy's ids are kept. */
  readonly identityProperties: ReadonlySet<string>;
}

/** A text that can be judged only when every value of the capture is known. */
export type Later = (how: 'sentence' | 'id', text: string, put: (text: string) => void) => void;

export interface RedactDeps {
  readonly values: ValueRedactor;
  readonly portal: Portal;
  readonly later: Later;
}

type Json = Record<string, unknown>;

/** Keys of HubSpot's bodies whose texts are of no person's making. */
const PLAIN_KEYS = new Set(
  (
    'status category subCategory code errorType policyName correlationId requestId groupName archived archivedAt createdAt ' +
    'updatedAt startedAt completedAt requestedAt associationCategory associationTypeId type fieldType types links sorts operator ' +
    'propertyName objectWriteTraceId idProperty after limit total numErrors new error in hasMore timestamp sourceType ' +
    'fromObjectTypeId toObjectTypeId objectTypeId lifecycleStage portalId accountType timeZone companyCurrency ' +
    'additionalCurrencies utcOffset utcOffsetMilliseconds uiDomain dataHostingLocation paging hs_object_id isValid'
  ).split(' '),
);
/** Keys of an error's context that name things of the portal, not of people. */
const PLAIN_CONTEXT =
  /^(?:propertyNames?|name|objectWriteTraceId|required(?:Granular)?Scopes|existingId|objectType|fromObjectType|toObjectType|expire time)$/i;

/** Replaces people's values in a body that was sent to HubSpot or came from it. */
export function redactCrmBody(deps: RedactDeps, path: string, body: unknown): unknown {
  const [, area = '', type = ''] = /^\/crm\/(?:v\d|[\d-]+)?\/?([a-z]+)\/([^/?]+)?/.exec(path) ?? [];
  if (area === 'properties') return redactSchema(deps, body);
  const objectType = area === 'objects' ? type : '';
  return walk(deps, { objectType, isOwner: area === 'owners' }, body, '');
}

/** Definitions of properties name no people, but an error may quote. */
function redactSchema(deps: RedactDeps, body: unknown): unknown {
  if (!isObject(body) || body.status !== 'error') return body;
  return walk(deps, { objectType: '', isOwner: false }, body, '');
}

interface Place {
  readonly objectType: string;
  readonly isOwner: boolean;
  readonly idProperty?: string;
}

function walk(deps: RedactDeps, place: Place, value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    if (key === 'properties' || key === 'propertiesWithHistory' || PLAIN_KEYS.has(key)) return value;
    const list: unknown[] = [];
    for (const entry of value)
      list.push(
        typeof entry === 'string' ? text(deps, place, entry, key, list, list.length) : walk(deps, place, entry, key),
      );
    return list;
  }
  if (!isObject(value)) return value;
  if (key === 'properties') return redactProperties(deps, place.objectType, value);
  if (key === 'context') return redactContext(deps, value);
  if (typeof value.propertyName === 'string' && 'operator' in value) return redactFilter(deps, place.objectType, value);
  const inside = typeof value.idProperty === 'string' ? { ...place, idProperty: value.idProperty } : place;
  const copy: Json = {};
  for (const [name, entry] of Object.entries(value)) {
    if (PLAIN_KEYS.has(name)) copy[name] = entry;
    else
      copy[name] =
        typeof entry === 'string' ? text(deps, inside, entry, name, copy, name) : walk(deps, inside, entry, name);
  }
  return copy;
}

function text(
  deps: RedactDeps,
  place: Place,
  value: string,
  key: string,
  into: Json | unknown[],
  at: string | number,
): string {
  if (key === 'id') return idValue(deps, place, value, into, at);
  if (place.isOwner && (key === 'firstName' || key === 'lastName'))
    return deps.values.value(value, key === 'lastName' ? 'family name' : 'person');
  if (place.isOwner && key === 'email') return deps.values.value(value, 'email');
  if (place.isOwner && key === 'name') return deps.values.value(value, 'text');
  if (key === 'query') return deps.values.value(value, 'unknown');
  if (key === 'url') return deps.values.value(value, 'url');
  if (/^\d+$/.test(value)) return value;
  deps.later('sentence', value, (replaced) => put(into, at, replaced));
  return value;
}

/** The id of an input is the value of `idProperty` where one is named. */
function idValue(deps: RedactDeps, place: Place, value: string, into: Json | unknown[], at: string | number): string {
  if (place.idProperty !== undefined) return propertyValue(deps, place.objectType, place.idProperty, value, into, at);
  return redactId(deps, value, into, at);
}

/** Ids that are made of no name: digests and numbers behind a word for what they number. */
const PLAIN_ID =
  /^(?:[0-9a-f-]+|(?:lead|contact|company|person|account|task|activity|message|user|enginy|genesy|crm|ext|id)[-_:]?\d+)$/i;

/** An id that is made of letters is looked at again when all names are known. */
export function redactId(deps: RedactDeps, value: string, into: Json | unknown[], at: string | number): string {
  const replaced = deps.values.value(value, 'id');
  if (replaced === value && /[a-z]{3}/i.test(value) && !PLAIN_ID.test(value)) {
    deps.later('id', value, (again) => put(into, at, again));
  }
  return replaced;
}

function redactProperties(deps: RedactDeps, objectType: string, properties: Json): Json {
  const copy: Json = {};
  for (const [name, entry] of Object.entries(properties)) {
    if (typeof entry === 'string') copy[name] = propertyValue(deps, objectType, name, entry, copy, name);
    else if (typeof entry === 'number') {
      const hint = hintFor(deps, objectType, name, String(entry));
      copy[name] = deps.values.number(entry, hint === 'option' ? 'constant' : hint);
    } else if (Array.isArray(entry))
      copy[name] = entry.map((version) => redactVersion(deps, objectType, name, version));
    else copy[name] = entry;
  }
  return copy;
}

/** An entry of `propertiesWithHistory`. */
function redactVersion(deps: RedactDeps, objectType: string, name: string, version: unknown): unknown {
  if (!isObject(version) || typeof version.value !== 'string') return version;
  const copy: Json = { ...version };
  copy.value = propertyValue(deps, objectType, name, version.value, copy, 'value');
  if (typeof version.sourceLabel === 'string') copy.sourceLabel = deps.values.value(version.sourceLabel, 'text');
  return copy;
}

function redactFilter(deps: RedactDeps, objectType: string, filter: Json): Json {
  const name = String(filter.propertyName);
  const copy: Json = { ...filter };
  for (const key of ['value', 'highValue']) {
    const entry = filter[key];
    if (typeof entry === 'string') copy[key] = propertyValue(deps, objectType, name, entry, copy, key);
  }
  if (Array.isArray(filter.values)) {
    const list: unknown[] = [];
    copy.values = list;
    for (const entry of filter.values) {
      list.push(typeof entry === 'string' ? propertyValue(deps, objectType, name, entry, list, list.length) : entry);
    }
  }
  return copy;
}

function redactContext(deps: RedactDeps, context: Json): Json {
  const copy: Json = {};
  for (const [name, entry] of Object.entries(context)) {
    if (PLAIN_CONTEXT.test(name)) copy[name] = entry;
    else if (Array.isArray(entry)) {
      const list: unknown[] = [];
      copy[name] = list;
      for (const one of entry) list.push(typeof one === 'string' ? redactId(deps, one, list, list.length) : one);
    } else if (typeof entry === 'string') copy[name] = redactId(deps, entry, copy, name);
    else copy[name] = entry;
  }
  return copy;
}

function propertyValue(
  deps: RedactDeps,
  objectType: string,
  name: string,
  value: string,
  into: Json | unknown[],
  at: string | number,
): string {
  const hint = hintFor(deps, objectType, name, value);
  if (hint === 'option') {
    deps.values.keep(value);
    return value;
  }
  if (hint === 'id') return redactId(deps, value, into, at);
  return deps.values.value(value, hint);
}

/** `option`: a value that the portal itself offers. */
function hintFor({ portal }: RedactDeps, objectType: string, name: string, value: string): Hint | 'option' {
  if (portal.identityProperties.has(name)) return 'id';
  const hint = hintOfProperty(name);
  if (hint !== undefined && hint !== 'constant') return hint;
  const facts = portal.property(objectType, name);
  if (facts !== undefined && facts.options.size > 0 && isOption(facts.options, value)) return 'option';
  if (hint !== undefined) return hint;
  const isMeasure = facts?.isHubSpots === true && ['number', 'date', 'datetime', 'bool'].includes(facts.type);
  return isMeasure && (looksLikeNumber(value) || facts.type !== 'number') ? 'date' : 'unknown';
}

function isOption(options: ReadonlySet<string>, value: string): boolean {
  return value.split(';').every((part) => options.has(part.toLowerCase()));
}

function put(into: Json | unknown[], at: string | number, value: string): void {
  // A list is written by its positions, an object by its names.
  (into as Record<string | number, unknown>)[at] = value;
}

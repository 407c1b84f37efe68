import { isObject } from '../../../json.ts';
import type { BodyText, BodyVisitor, Json, ValueKind } from '../../crm-protocol.ts';
import { placeOf } from '../transport/api-versions.ts';

/** Response keys that never contain user-written text. */
const plainKeys = new Set(
  (
    'status category subCategory code errorType policyName correlationId requestId groupName archived archivedAt createdAt ' +
    'updatedAt startedAt completedAt requestedAt associationCategory associationTypeId type fieldType types links sorts operator ' +
    'propertyName objectWriteTraceId idProperty after limit total numErrors new error in hasMore timestamp sourceType ' +
    'fromObjectTypeId toObjectTypeId objectTypeId lifecycleStage portalId accountType timeZone companyCurrency ' +
    'additionalCurrencies utcOffset utcOffsetMilliseconds uiDomain dataHostingLocation paging hs_object_id isValid'
  ).split(' '),
);
/** Keys of an error's context that name parts of the portal, never people. */
const plainContext =
  /^(?:propertyNames?|name|objectWriteTraceId|required(?:Granular)?Scopes|existingId|objectType|fromObjectType|toObjectType|expire time)$/i;

/** What the filter of a search compares with. */
const operands = new Set(['value', 'highValue', 'values']);

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
  return area === 'properties' ? mapDefinitions(place, body) : mapValue(place, '', body);
}

/** Property definitions name no people, but an error, also one beside definitions, may quote a value. */
function mapDefinitions(place: Place, body: unknown): unknown {
  if (!isObject(body)) return body;
  if (body.status === 'error' || 'message' in body) return mapValue(place, '', body);
  return 'errors' in body ? { ...body, errors: mapValue(place, 'errors', body.errors) } : body;
}

/** @param key the name of the value, or of the list that it is in. */
function mapValue(place: Place, key: string, value: unknown): unknown {
  if (plainKeys.has(key)) return mapTexts(place, structure, value);
  if (typeof value === 'string') return mapText(place, key, value);
  if (Array.isArray(value)) {
    const isNames = key === 'properties' || key === 'propertiesWithHistory';
    return isNames ? mapTexts(place, { kind: 'name' }, value) : value.map((entry) => mapValue(place, key, entry));
  }
  if (!isObject(value)) return value;
  if (key === 'properties') return mapEntries(value, (name, entry) => mapProperty(place, name, entry));
  if (key === 'context') {
    return mapEntries(value, (name, entry) =>
      mapTexts(place, plainContext.test(name) ? structure : { kind: 'id' }, entry),
    );
  }
  if (typeof value.propertyName === 'string' && 'operator' in value) {
    const role = propertyRole(place.objectType, value.propertyName);
    return mapEntries(value, (name, entry) => (operands.has(name) ? mapTexts(place, role, entry) : entry));
  }
  const words = wordsIn(value);
  if (words !== undefined) return mapWords(place, words);
  const inside = typeof value.idProperty === 'string' ? { ...place, idProperty: value.idProperty } : place;
  return mapEntries(value, (name, entry) => mapValue(inside, name, entry));
}

/** What should be names and words of HubSpot: the visitor decides whether it is. */
const structure: Role = { kind: 'structure' };
const ownerFields: Readonly<Record<string, ValueKind>> = {
  firstName: 'person',
  lastName: 'family name',
  email: 'email',
  name: 'text',
};

function mapText({ visitor, objectType, isOwner, idProperty }: Place, key: string, text: string): string {
  const textAs = (role: Role) => visitor.text({ text, role });
  // The id of an input is the value of `idProperty` if one is named.
  if (key === 'id') return textAs(idProperty === undefined ? { kind: 'id' } : propertyRole(objectType, idProperty));
  const ofOwner = isOwner ? ownerFields[key] : undefined;
  if (ofOwner !== undefined) return textAs({ kind: 'value', of: ofOwner });
  if (key === 'query') return textAs({ kind: 'value', of: 'unknown' });
  if (key === 'url') return textAs({ kind: 'value', of: 'url' });
  return /^\d+$/.test(text) ? text : textAs({ kind: 'sentence' });
}

function propertyRole(objectType: string, name: string): Role {
  return { kind: 'property', objectType, name };
}

/** All texts within a value have one role. */
function mapTexts(place: Place, role: Role, value: unknown): unknown {
  if (typeof value === 'string') return place.visitor.text({ text: value, role });
  if (Array.isArray(value)) return value.map((entry) => mapTexts(place, role, entry));
  return isObject(value) ? mapEntries(value, (_name, entry) => mapTexts(place, role, entry)) : value;
}

function mapEntries(object: Json, map: (name: string, entry: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([name, entry]) => [name, map(name, entry)]));
}

/** The value of a property, or its entries of `propertiesWithHistory`. */
function mapProperty(place: Place, name: string, value: unknown): unknown {
  const { visitor, objectType } = place;
  if (typeof value === 'number') return visitor.number(value, { objectType, name });
  const role = propertyRole(objectType, name);
  if (!Array.isArray(value)) return mapTexts(place, typeof value === 'string' ? role : structure, value);
  return value.map((version) =>
    isObject(version)
      ? mapEntries(version, (key, entry) => {
          if (key === 'value') return mapTexts(place, role, entry);
          return key === 'sourceLabel' ? mapTexts(place, { kind: 'value', of: 'text' }, entry) : entry;
        })
      : version,
  );
}

/** The filters of a group that asks for the words of one value. */
function wordsIn({ filters }: Json): readonly WordFilter[] | undefined {
  if (!Array.isArray(filters)) return undefined;
  const isWord = (filter: unknown): filter is WordFilter =>
    isObject(filter) && filter.operator === 'CONTAINS_TOKEN' && typeof filter.value === 'string';
  const isOneValue = filters.every(isWord) && new Set(filters.map(({ propertyName }) => propertyName)).size === 1;
  return isOneValue ? filters : undefined;
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

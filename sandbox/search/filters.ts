import type { PropertyDefinition, PropertyType } from '../definitions/property-definition.ts';
import { invalid, Refusal } from '../http/problem-body.ts';
import { findObjectType } from '../object-types.ts';
import type { ObjectData } from '../portal.ts';
import { volatileProperties } from '../records/computed-values.ts';
import type { RecordVersion } from '../records/record-store.ts';
import type { Filter } from './search-request.ts';
import { containsTokens, queryTokens, tokensOf } from './tokens.ts';

/** A filter ready to run. */
export interface Matcher {
  readonly matches: (version: RecordVersion) => boolean;
  /** Where an index narrows the search: how many records at most, and which. */
  readonly candidates?: { readonly count: number; readonly ids: () => readonly number[] };
}

/** Makes a filter runnable; an unknown property is refused. */
export function compileFilter(object: ObjectData, filter: Filter): Matcher {
  if (filter.property.startsWith('associations.')) return compileAssociationFilter(object, filter);
  const definition = object.properties.usable(filter.property, object.portal.now);
  if (!definition)
    throw new Refusal(invalid(`There was a problem with the request: unknown property ${filter.property}`));
  const read = object.reader(filter.property);
  const test = compileTest(definition, filter);
  const isNegative = filter.operator === 'NOT_HAS_PROPERTY' || filter.operator === 'NOT_CONTAINS_TOKEN';
  const matches = (version: RecordVersion) => {
    const value = read(version) ?? '';
    // A record without a value matches the negations of presence and tokens only.
    return value === '' ? isNegative : test(value);
  };
  const candidates = volatileProperties.has(filter.property) ? undefined : candidatesOf(object, definition, filter);
  return candidates ? { matches, candidates } : { matches };
}

function compileTest(definition: PropertyDefinition, filter: Filter): (value: string) => boolean {
  const { operator } = filter;
  switch (operator) {
    case 'HAS_PROPERTY':
      return () => true;
    case 'NOT_HAS_PROPERTY':
      return () => false;
    case 'CONTAINS_TOKEN':
    case 'NOT_CONTAINS_TOKEN': {
      const query = queryTokens(filter.value);
      const wanted = operator === 'CONTAINS_TOKEN';
      return (value) => containsTokens(tokensOf(value), query) === wanted;
    }
    case 'EQ':
    case 'NEQ':
    case 'IN':
    case 'NOT_IN': {
      const keys = new Set(wantedKeys(definition, filter));
      const keysOf = keysFor(definition);
      const wanted = operator === 'EQ' || operator === 'IN';
      return (value) => keysOf(value).some((key) => keys.has(key)) === wanted;
    }
    default:
      return compileComparison(definition, filter);
  }
}

/** How a value is compared: texts in lower case, lists by their parts, numbers and times by what they mean. */
export function keysFor(definition: PropertyDefinition): (value: string) => readonly string[] {
  if (definition.type === 'enumeration')
    return definition.fieldType === 'checkbox' ? (value) => value.split(';') : (value) => [value];
  if (isOrdered(definition.type)) return (value) => [String(orderOf(definition.type, value))];
  return (value) => [value.toLowerCase()];
}

/** The keys a filter asks for. IN on texts takes its values as they are: one in upper case finds nothing. */
function wantedKeys(definition: PropertyDefinition, { operator, value, values }: Filter): string[] {
  const isList = operator === 'IN' || operator === 'NOT_IN';
  const asked = isList ? values : [value];
  if (definition.type === 'enumeration') return [...asked];
  if (isOrdered(definition.type)) return asked.map((one) => String(orderOf(definition.type, one)));
  return isList ? [...asked] : asked.map((one) => one.toLowerCase());
}

function candidatesOf(object: ObjectData, definition: PropertyDefinition, filter: Filter): Matcher['candidates'] {
  const { index } = object;
  if (filter.operator === 'EQ' || filter.operator === 'IN') {
    const postings = index.byValue(definition.name, keysFor(definition));
    const keys = [...new Set(wantedKeys(definition, filter))];
    const count = keys.reduce((sum, key) => sum + postings.count(key), 0);
    return { count, ids: () => [...new Set(keys.flatMap((key) => postings.get(key)))] };
  }
  const isFrom = filter.operator === 'GTE' || filter.operator === 'GT' || filter.operator === 'BETWEEN';
  if (isFrom && definition.name === object.type.modifiedProperty)
    return index.modifiedSince(orderOf(definition.type, filter.value));
  if (filter.operator !== 'CONTAINS_TOKEN') return undefined;
  const tokens = queryTokens(filter.value).filter((token) => !token.includes('*'));
  if (tokens.length === 0) return undefined;
  const postings = index.byToken(definition.name);
  const rarest = tokens.reduce((best, token) => (postings.count(token) < postings.count(best) ? token : best));
  return { count: postings.count(rarest), ids: () => postings.get(rarest) };
}

function compileComparison(definition: PropertyDefinition, filter: Filter): (value: string) => boolean {
  const { type } = definition;
  if (!isOrdered(type)) return compare((value) => value.toLowerCase(), filter);
  const order = (value: string) => orderOf(type, value);
  if (Number.isNaN(order(filter.value)))
    throw new Refusal(invalid(`${filter.value} is not a value of ${definition.name}, which is a ${type}`));
  return compare(order, filter);
}

function compare<Order extends string | number>(
  orderOfValue: (value: string) => Order,
  filter: Filter,
): (value: string) => boolean {
  const low = orderOfValue(filter.value);
  switch (filter.operator) {
    case 'LT':
      return (value) => orderOfValue(value) < low;
    case 'LTE':
      return (value) => orderOfValue(value) <= low;
    case 'GT':
      return (value) => orderOfValue(value) > low;
    case 'GTE':
      return (value) => orderOfValue(value) >= low;
    default: {
      const high = orderOfValue(filter.highValue);
      return (value) => orderOfValue(value) >= low && orderOfValue(value) <= high;
    }
  }
}

export function isOrdered(type: PropertyType): boolean {
  return type === 'number' || type === 'date' || type === 'datetime';
}

/** A number, or a time as epoch milliseconds; times are written either way in filters. */
export function orderOf(type: PropertyType, value: string): number {
  return type === 'number' || /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
}

/** The pseudo property `associations.contact`: records linked to a record, or to any or none. */
function compileAssociationFilter(object: ObjectData, filter: Filter): Matcher {
  const to = findObjectType(filter.property.slice('associations.'.length));
  if (!to) throw new Refusal(invalid(`There was a problem with the request: unknown property ${filter.property}`));
  const linkedIds = (version: RecordVersion) =>
    object.portal.associations.linked({ type: object.type.name, id: version.record.id }, to.name);
  const wanted = filter.operator === 'IN' ? filter.values : [filter.value];
  switch (filter.operator) {
    case 'EQ':
    case 'IN':
      return { matches: (version) => wanted.some((id) => linkedIds(version).has(Number(id))) };
    case 'HAS_PROPERTY':
      return { matches: (version) => linkedIds(version).size > 0 };
    case 'NOT_HAS_PROPERTY':
      return { matches: (version) => linkedIds(version).size === 0 };
    default:
      throw new Refusal(invalid(`The operator ${filter.operator} cannot be used on ${filter.property}`));
  }
}

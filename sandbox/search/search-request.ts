import { asList, asObject, asString, asStrings, optionalString, requiredString } from '../http/read-json.ts';
import { invalid, Refusal } from '../http/problem-body.ts';

export const operators = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'BETWEEN',
  'IN',
  'NOT_IN',
  'HAS_PROPERTY',
  'NOT_HAS_PROPERTY',
  'CONTAINS_TOKEN',
  'NOT_CONTAINS_TOKEN',
] as const;
export type Operator = (typeof operators)[number];

export interface Filter {
  readonly property: string;
  readonly operator: Operator;
  readonly value: string;
  readonly highValue: string;
  readonly values: readonly string[];
}

export interface SearchRequest {
  readonly groups: readonly (readonly Filter[])[];
  readonly sort: { readonly property: string; readonly descending: boolean } | undefined;
  readonly query: string | undefined;
  readonly properties: readonly string[];
  readonly limit: number;
  readonly after: number;
}

/** Limits of HubSpot's search guide. */
const max = {
  groups: 5,
  filtersPerGroup: 6,
  filters: 18,
  characters: 3000,
  limit: 200,
  results: 10_000,
  inValues: 100,
};

/** Reads and checks a search body. Keys that it does not know are ignored, so a misspelled `filterGroup` matches everything. */
export function readSearchRequest(body: unknown, bodyText: string): SearchRequest {
  const request = asObject(body ?? {});
  const query = optionalString(request, 'query');
  if (bodyText.length > max.characters)
    refuse(`The request is ${bodyText.length} characters long; a search may have at most ${max.characters}`);
  const groups = asList(request.filterGroups).map((group) =>
    asList(asObject(group).filters).map((filter) => readFilter(filter)),
  );
  if (groups.length > max.groups) refuse(`There are ${groups.length} filter groups; at most ${max.groups} are allowed`);
  const maxFilters = Math.max(0, ...groups.map((group) => group.length));
  if (maxFilters > max.filtersPerGroup)
    refuse(`A filter group holds ${maxFilters} filters; at most ${max.filtersPerGroup} are allowed`);
  const filters = groups.flat().length;
  if (filters > max.filters) refuse(`There are ${filters} filters; at most ${max.filters} are allowed in all`);
  const limit = readNumber(request.limit, 10, 'limit');
  if (limit > max.limit) refuse(`The limit is ${limit}; at most ${max.limit} results are allowed on a page`);
  const after = readNumber(request.after, 0, 'after');
  if (after + limit > max.results) refuse(`Only the first ${max.results} results of a search can be paged through`);
  return { groups, sort: readSort(request.sorts), query, properties: asStrings(request.properties), limit, after };
}

function readFilter(raw: unknown): Filter {
  const filter = asObject(raw);
  const operator = operators.find((known) => known === filter.operator);
  if (!operator) refuse(`Invalid operator ${String(filter.operator)}`);
  const property = requiredString(filter, 'propertyName');
  const values = asStrings(filter.values);
  const isList = operator === 'IN' || operator === 'NOT_IN';
  if (isList && values.length === 0) refuse(`The operator ${operator} needs values`);
  if (isList && values.length > max.inValues) refuse(`The operator ${operator} takes at most ${max.inValues} values`);
  const needsValue = !isList && operator !== 'HAS_PROPERTY' && operator !== 'NOT_HAS_PROPERTY';
  const value = optionalString(filter, 'value');
  if (needsValue && (value === undefined || value === '')) refuse(`The operator ${operator} needs a value`);
  const highValue = optionalString(filter, 'highValue');
  if (operator === 'BETWEEN' && highValue === undefined) refuse('The operator BETWEEN needs a highValue');
  return { property, operator, value: value ?? '', highValue: highValue ?? '', values };
}

/** One sort: `{propertyName, direction}`, `"name"` or `"-name"`. */
function readSort(raw: unknown): SearchRequest['sort'] {
  const sorts = asList(raw);
  if (sorts.length > 1) refuse('Only one sort is allowed');
  const sort = sorts[0];
  if (sort === undefined || sort === null) return undefined;
  if (typeof sort !== 'object') {
    const text = asString(sort);
    return { property: text.replace(/^-/, ''), descending: text.startsWith('-') };
  }
  const { propertyName, direction } = asObject(sort);
  return { property: asString(propertyName), descending: direction === 'DESCENDING' };
}

function readNumber(raw: unknown, fallback: number, name: string): number {
  if (raw === undefined || raw === null || raw === '') return fallback;
  const value = Number(raw);
  if (!Number.isInteger(value) || value < 0) refuse(`${name} must be a whole number`);
  return value;
}

function refuse(message: string): never {
  throw new Refusal(invalid(message));
}

import { type Answer, okText } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { invalid, Refusal } from '../http/problem-body.ts';
import type { ObjectData } from '../portal.ts';
import { objectOfCall } from '../records/object-of-call.ts';
import type { RecordVersion } from '../records/record-store.ts';
import { recordText, shownProperties } from '../records/record-text.ts';
import { compileFilter, isOrdered, type Matcher, orderOf } from './filters.ts';
import { readSearchRequest, type SearchRequest } from './search-request.ts';

/** `POST /crm/v3/objects/{type}/search`: filters of a group are AND, groups are OR; oldest first unless sorted. */
export function search(call: Call): Answer {
  const { portal } = call;
  const object = objectOfCall(call);
  const request = readSearchRequest(call.body, call.bodyText);
  object.index.refresh(portal.now);
  const found = sorted(object, request, findMatches(object, request));
  const page = found.slice(request.after, request.after + request.limit);
  const end = request.after + page.length;
  const shown = shownProperties(object, request.properties, portal.now);
  // Matched by the index, shown from the store: a record archived meanwhile counts in `total` and is missing (recorded answers).
  const results = page
    .filter(({ record }) => record.archivedAt === undefined)
    .map(({ record }) => recordText(object, record.version, shown))
    .join(',');
  const paging = end < found.length && page.length > 0 ? `,"paging":{"next":{"after":"${end}"}}` : '';
  return okText(`{"total":${found.length},"results":[${results}]${paging}}`);
}

function findMatches(object: ObjectData, { groups, query }: SearchRequest): RecordVersion[] {
  const inQuery = queryTest(object, query);
  const compiled = groups.map((filters) => filters.map((filter) => compileFilter(object, filter)));
  const found = new Map<number, RecordVersion>();
  for (const matchers of compiled.length > 0 ? compiled : [[]]) {
    for (const id of candidateIds(object, matchers)) {
      if (found.has(id)) continue;
      const version = object.index.get(id, object.portal.now);
      if (version && matchers.every(({ matches }) => matches(version)) && inQuery(version)) found.set(id, version);
    }
  }
  return [...found.values()];
}

/** The fewest records that an indexed filter of the group leaves, or all. */
function candidateIds(object: ObjectData, matchers: readonly Matcher[]): Iterable<number> {
  const indexed = matchers.map(({ candidates }) => candidates).filter((candidates) => candidates !== undefined);
  if (indexed.length === 0) return object.index.ids();
  return indexed.reduce((best, candidates) => (candidates.count < best.count ? candidates : best)).ids();
}

/** Free text: every word must occur in one of the default searchable properties. */
function queryTest(object: ObjectData, query: string | undefined): (version: RecordVersion) => boolean {
  const words = (query ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return () => true;
  return (version) => {
    const text = object.type.searchable
      .map((property) => object.portal.value(object.type, version, property) ?? '')
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

function sorted(object: ObjectData, { sort }: SearchRequest, found: RecordVersion[]): RecordVersion[] {
  const byAge = (a: RecordVersion, b: RecordVersion) =>
    a.record.createdAt - b.record.createdAt || a.record.id - b.record.id;
  if (!sort) return found.sort(byAge);
  const definition = object.properties.usable(sort.property, object.portal.now);
  if (!definition)
    throw new Refusal(invalid(`There was a problem with the request: unknown property ${sort.property}`));
  const readValue = object.reader(sort.property);
  const read = (version: RecordVersion) => readValue(version) ?? '';
  const rank = isOrdered(definition.type)
    ? (version: RecordVersion) =>
        read(version) === '' ? Number.NEGATIVE_INFINITY : orderOf(definition.type, read(version))
    : (version: RecordVersion) => read(version).toLowerCase();
  const ranked = found.map((version) => ({ version, rank: rank(version) }));
  const sign = sort.descending ? -1 : 1;
  ranked.sort((a, b) => (a.rank < b.rank ? -sign : a.rank > b.rank ? sign : byAge(a.version, b.version)));
  return ranked.map(({ version }) => version);
}

/**
 * Packs search keys into search requests of the size that HubSpot accepts. Pure: nothing here makes a call.
 *
 * One request has up to five filter groups (OR) of up to six filters (AND), eighteen in all, and a body of at most 3,000 characters
 * (HubSpot's search guide). `IN` clauses of one property share a filter; a clause of words is a group of its own. The body's length
 * is usually the limit that is reached first: it is counted in bytes of its JSON, the stricter reading of "characters".
 */
import type { CrmProblem, SearchClause, SearchKey } from '../../crm.ts';

export interface SearchBody {
  readonly filterGroups: readonly { readonly filters: readonly SearchFilter[] }[];
  readonly properties: readonly string[];
  readonly limit: number;
  /** By creation unless given. */
  readonly sorts?: readonly string[];
  readonly after?: string;
}

export interface SearchFilter {
  readonly propertyName: string;
  readonly operator: 'IN' | 'CONTAINS_TOKEN' | 'GT' | 'GTE';
  readonly value?: string;
  readonly values?: readonly string[];
}

export interface PackedSearch {
  readonly keys: readonly string[];
  readonly body: SearchBody;
}

export interface PackedSearches {
  readonly searches: readonly PackedSearch[];
  /** Keys that fit into no request. */
  readonly failed: ReadonlyMap<string, CrmProblem>;
}

const maxBytes = 3_000;
const maxGroups = 5;
const maxFiltersInGroup = 6;
const maxFilters = 18;
const maxValues = 100;
/** Results on a page of a search (HubSpot's search guide). */
export const searchPageSize = 200;
/** `"after":"9800",` on later pages. */
const pagingBytes = 15;

/** Packs the keys in order. The clauses of one key stay together unless they are too large for one request. */
export function packSearchKeys(keys: readonly SearchKey[], properties: readonly string[]): PackedSearches {
  const failed = new Map<string, CrmProblem>();
  const drafts: SearchDraft[] = [];
  for (const key of keys) {
    const parts = partsOf(key.clauses.map(normalize).filter(isNotEmpty), properties);
    if (parts === undefined || parts.length === 0) {
      failed.set(key.key, parts === undefined ? tooLong : nothingToFind);
      continue;
    }
    for (const part of parts) {
      if (drafts.at(-1)?.add(key.key, part)) continue;
      const draft = new SearchDraft(properties);
      draft.add(key.key, part);
      drafts.push(draft);
    }
  }
  return { searches: drafts.map((draft) => ({ keys: [...draft.keys], body: draft.body() })), failed };
}

/**
 * The same search by ascending record id, after a given id: HubSpot returns no more than 10,000 results of one query. Undefined if
 * the narrower search would be too large.
 */
export function searchAfterId(body: SearchBody, id: string): SearchBody | undefined {
  const filter: SearchFilter = { propertyName: 'hs_object_id', operator: 'GT', value: id };
  const groups = body.filterGroups.map(({ filters }) => ({
    filters: [...filters.filter(({ operator }) => operator !== 'GT'), filter],
  }));
  const count = groups.reduce((sum, { filters }) => sum + filters.length, 0);
  const narrower = { ...body, filterGroups: groups, sorts: ['hs_object_id'] };
  const isTooLarge =
    count > maxFilters ||
    groups.some(({ filters }) => filters.length > maxFiltersInGroup) ||
    bytesOf(narrower) + pagingBytes > maxBytes;
  return isTooLarge ? undefined : narrower;
}

const tooLong: CrmProblem = { kind: 'invalid', message: 'A value is too long for a HubSpot search', properties: [] };
const nothingToFind: CrmProblem = { kind: 'invalid', message: 'There is no value to search for', properties: [] };

/** `IN` finds text only in lower case. If there are more words than a group holds, the longest are used: candidates are verified anyway. */
function normalize(clause: SearchClause): SearchClause {
  const clean = (values: readonly string[]) => [
    ...new Set(values.map((value) => value.trim().toLowerCase()).filter((value) => value !== '')),
  ];
  if ('in' in clause) return { property: clause.property, in: clean(clause.in) };
  const words = clean(clause.tokens).sort((a, b) => b.length - a.length);
  return { property: clause.property, tokens: words.slice(0, maxFiltersInGroup) };
}

function isNotEmpty(clause: SearchClause): boolean {
  return 'in' in clause ? clause.in.length > 0 : clause.tokens.length > 0;
}

/** The clauses in one part if a request can hold them all, or else cut value by value; undefined if a single one is too long. */
function partsOf(clauses: readonly SearchClause[], properties: readonly string[]): SearchClause[][] | undefined {
  if (clauses.length === 0) return [];
  if (new SearchDraft(properties).add('', clauses)) return [[...clauses]];
  const atoms = clauses.flatMap((clause): SearchClause[] =>
    'in' in clause ? clause.in.map((value) => ({ property: clause.property, in: [value] })) : [clause],
  );
  const parts: { draft: SearchDraft; atoms: SearchClause[] }[] = [];
  for (const atom of atoms) {
    const last = parts.at(-1);
    if (last?.draft.add('', [atom])) {
      last.atoms.push(atom);
      continue;
    }
    const draft = new SearchDraft(properties);
    if (!draft.add('', [atom])) return undefined;
    parts.push({ draft, atoms: [atom] });
  }
  return parts.map((part) => part.atoms);
}

interface InGroup {
  readonly property: string;
  readonly values: string[];
}

/** A request while it is being filled. Its length is counted as it grows, exact to the byte. */
class SearchDraft {
  readonly keys = new Set<string>();
  readonly #properties: readonly string[];
  readonly #inGroups: InGroup[] = [];
  readonly #known = new Set<string>();
  readonly #wordGroups: SearchFilter[][] = [];
  #filters = 0;
  #bytes: number;

  constructor(properties: readonly string[]) {
    this.#properties = properties;
    this.#bytes = bytesOf(this.body()) + pagingBytes;
  }

  /** Adds all of the clauses, or none if they do not fit (false). */
  add(key: string, clauses: readonly SearchClause[]): boolean {
    const plan = this.#plan(clauses);
    if (plan === undefined) return false;
    for (const [index, value] of plan.values) this.#inGroups[index]?.values.push(value);
    for (const group of plan.newInGroups) this.#inGroups.push(group);
    for (const group of plan.newWordGroups) this.#wordGroups.push(group);
    for (const name of plan.known) this.#known.add(name);
    this.#filters += plan.filters;
    this.#bytes += plan.bytes;
    this.keys.add(key);
    return true;
  }

  body(): SearchBody {
    const inFilters = this.#inGroups.map(({ property, values }) => ({ filters: [inFilter(property, values)] }));
    return {
      filterGroups: [...inFilters, ...this.#wordGroups.map((filters) => ({ filters }))],
      properties: this.#properties,
      limit: searchPageSize,
    };
  }

  #plan(clauses: readonly SearchClause[]): Plan | undefined {
    const plan: Plan = { values: [], newInGroups: [], newWordGroups: [], known: new Set(), filters: 0, bytes: 0 };
    for (const clause of clauses) {
      if ('in' in clause) for (const value of clause.in) this.#planValue(plan, clause.property, value);
      else this.#planWords(plan, clause.property, clause.tokens);
    }
    const groups =
      this.#inGroups.length + this.#wordGroups.length + plan.newInGroups.length + plan.newWordGroups.length;
    const fits =
      groups <= maxGroups && this.#filters + plan.filters <= maxFilters && this.#bytes + plan.bytes <= maxBytes;
    return fits ? plan : undefined;
  }

  #planValue(plan: Plan, property: string, value: string): void {
    const name = JSON.stringify([property, value]);
    if (this.#known.has(name) || plan.known.has(name)) return;
    plan.known.add(name);
    const opened = plan.newInGroups.find((group) => group.property === property && group.values.length < maxValues);
    const index = this.#inGroups.findIndex(
      (group, at) => group.property === property && group.values.length + planned(plan, at) < maxValues,
    );
    if (index >= 0) {
      plan.values.push([index, value]);
      plan.bytes += bytesOf(value) + 1;
    } else if (opened !== undefined) {
      opened.values.push(value);
      plan.bytes += bytesOf(value) + 1;
    } else {
      const group = { property, values: [value] };
      plan.newInGroups.push(group);
      plan.filters += 1;
      plan.bytes += groupBytes([inFilter(property, group.values)]);
    }
  }

  #planWords(plan: Plan, property: string, words: readonly string[]): void {
    const name = JSON.stringify([property, [...words].sort()]);
    if (this.#known.has(name) || plan.known.has(name)) return;
    plan.known.add(name);
    const filters = words.map((value): SearchFilter => ({ propertyName: property, operator: 'CONTAINS_TOKEN', value }));
    plan.bytes += groupBytes(filters);
    plan.newWordGroups.push(filters);
    plan.filters += filters.length;
  }
}

interface Plan {
  /** Index of an existing group and the value to add to it. */
  readonly values: [number, string][];
  readonly newInGroups: InGroup[];
  readonly newWordGroups: SearchFilter[][];
  readonly known: Set<string>;
  filters: number;
  bytes: number;
}

function planned(plan: Plan, index: number): number {
  return plan.values.filter(([at]) => at === index).length;
}

/** A group with the comma before it; the very first has none, which leaves a byte of slack. */
function groupBytes(filters: readonly SearchFilter[]): number {
  return bytesOf({ filters }) + 1;
}

function inFilter(propertyName: string, values: readonly string[]): SearchFilter {
  return { propertyName, operator: 'IN', values };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

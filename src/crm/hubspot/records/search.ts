/**
 * Search keys → search requests of the size that HubSpot takes. Pure: nothing here calls anything.
 *
 * One request has up to five filter groups (OR) of up to six filters (AND), eighteen in all, and a body of at most 3,000 characters
 * (HubSpot's search guide). `IN` clauses of one property share a filter; a clause of words is a group of its own. The body's length
 * is what binds: it is counted in bytes of its JSON, the stricter reading of "characters".
 */
import type { CrmProblem, SearchClause, SearchKey } from '../../crm.ts';
import type { SearchBody, SearchFilter } from '../calls/api.ts';

export interface PackedSearch {
  readonly keys: readonly string[];
  readonly body: SearchBody;
}

export interface PackedSearchKeys {
  readonly searches: readonly PackedSearch[];
  /** Search keys that no request can hold. */
  readonly failed: ReadonlyMap<string, CrmProblem>;
}

const MOST_BYTES = 3_000;
const MOST_GROUPS = 5;
const MOST_FILTERS_IN_GROUP = 6;
const MOST_FILTERS = 18;
const MOST_VALUES = 100;
const PAGE = 200;
/** `"after":"9800",` on later pages. */
const PAGING_BYTES = 15;

/** Packs search keys, in order. All clauses of one stay together; only one too large for any request is spread over several. */
export function packSearchKeys(searchKeys: readonly SearchKey[], properties: readonly string[]): PackedSearchKeys {
  const failed = new Map<string, CrmProblem>();
  const drafts: Draft[] = [];
  for (const searchKey of searchKeys) {
    const parts = partsOf(searchKey.clauses.map(normalise).filter(isNotEmpty), properties);
    if (parts === undefined || parts.length === 0) {
      failed.set(searchKey.key, parts === undefined ? TOO_LONG : NOTHING_TO_FIND);
      continue;
    }
    for (const part of parts) {
      if (drafts.at(-1)?.add(searchKey.key, part)) continue;
      const draft = new Draft(properties);
      draft.add(searchKey.key, part);
      drafts.push(draft);
    }
  }
  return { searches: drafts.map((draft) => ({ keys: [...draft.keys], body: draft.body() })), failed };
}

/**
 * The same search by ascending record id, from an id on: HubSpot pages no further than 10,000 results of one query. Undefined where
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
    count > MOST_FILTERS ||
    groups.some(({ filters }) => filters.length > MOST_FILTERS_IN_GROUP) ||
    bytesOf(narrower) + PAGING_BYTES > MOST_BYTES;
  return isTooLarge ? undefined : narrower;
}

const TOO_LONG: CrmProblem = { kind: 'invalid', message: 'A value is too long for a HubSpot search', properties: [] };
const NOTHING_TO_FIND: CrmProblem = { kind: 'invalid', message: 'There is no value to search for', properties: [] };

/** `IN` finds text only in lower case. Of more words than a group holds the longest serve: candidates are verified anyway. */
function normalise(clause: SearchClause): SearchClause {
  const clean = (values: readonly string[]) => [
    ...new Set(values.map((value) => value.trim().toLowerCase()).filter((value) => value !== '')),
  ];
  if ('in' in clause) return { property: clause.property, in: clean(clause.in) };
  const words = clean(clause.tokens).sort((a, b) => b.length - a.length);
  return { property: clause.property, tokens: words.slice(0, MOST_FILTERS_IN_GROUP) };
}

function isNotEmpty(clause: SearchClause): boolean {
  return 'in' in clause ? clause.in.length > 0 : clause.tokens.length > 0;
}

/** The clauses in one part where a request can hold them all, else cut value by value; undefined when one alone is too long. */
function partsOf(clauses: readonly SearchClause[], properties: readonly string[]): SearchClause[][] | undefined {
  if (clauses.length === 0) return [];
  if (new Draft(properties).add('', clauses)) return [[...clauses]];
  const atoms = clauses.flatMap((clause): SearchClause[] =>
    'in' in clause ? clause.in.map((value) => ({ property: clause.property, in: [value] })) : [clause],
  );
  const parts: { draft: Draft; atoms: SearchClause[] }[] = [];
  for (const atom of atoms) {
    const last = parts.at(-1);
    if (last?.draft.add('', [atom])) {
      last.atoms.push(atom);
      continue;
    }
    const draft = new Draft(properties);
    if (!draft.add('', [atom])) return undefined;
    parts.push({ draft, atoms: [atom] });
  }
  return parts.map((part) => part.atoms);
}

interface InGroup {
  readonly property: string;
  readonly values: string[];
}

/** A request while it is being filled. Its length is kept by addition, exact to the byte. */
class Draft {
  readonly keys = new Set<string>();
  readonly #properties: readonly string[];
  readonly #inGroups: InGroup[] = [];
  readonly #known = new Set<string>();
  readonly #wordGroups: SearchFilter[][] = [];
  #filters = 0;
  #bytes: number;

  constructor(properties: readonly string[]) {
    this.#properties = properties;
    this.#bytes = bytesOf(this.body()) + PAGING_BYTES;
  }

  /** Adds all of the clauses, or none where they do not fit (false). */
  add(key: string, clauses: readonly SearchClause[]): boolean {
    const plan = this.#plan(clauses);
    if (plan === undefined) return false;
    for (const [index, value] of plan.values) this.#inGroups[index]?.values.push(value);
    for (const group of plan.newInGroups) this.#inGroups.push(group);
    this.#wordGroups.push(...plan.newWordGroups);
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
      limit: PAGE,
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
      groups <= MOST_GROUPS && this.#filters + plan.filters <= MOST_FILTERS && this.#bytes + plan.bytes <= MOST_BYTES;
    return fits ? plan : undefined;
  }

  #planValue(plan: Plan, property: string, value: string): void {
    const name = JSON.stringify([property, value]);
    if (this.#known.has(name) || plan.known.has(name)) return;
    plan.known.add(name);
    const opened = plan.newInGroups.find((group) => group.property === property && group.values.length < MOST_VALUES);
    const index = this.#inGroups.findIndex(
      (group, at) => group.property === property && group.values.length + planned(plan, at) < MOST_VALUES,
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
  /** Index of a present group and a value that joins it. */
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

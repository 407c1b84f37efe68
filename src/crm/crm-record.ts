/** Records of a CRM at the port: one by one, as a search finds them, and in pages. */
import type { CrmProblem } from './crm-problem.ts';

/** The name of a kind of record in the CRM, as mapping files give it (`target: hubspot/contacts` → `contacts`). */
export type ObjectType = string;

/** Property values travel as text; null or absent means that the CRM holds no value. */
export type CrmProperties = Readonly<Record<string, string | null>>;

export interface CrmRecord {
  readonly id: string;
  readonly properties: CrmProperties;
  /** ISO 8601; decides `if_several: oldest | newest`. */
  readonly createdAt?: string;
}

/** One way in which a record may be found by search. */
export type SearchClause =
  /** The property equals one of the values, regardless of case. */
  | { readonly property: string; readonly in: readonly string[] }
  /** The property contains every one of the words. */
  | { readonly property: string; readonly tokens: readonly string[] };

/** Something to find: any one of its clauses may find it. The clauses of one search key stay in one call. */
export interface SearchKey {
  readonly key: string;
  readonly clauses: readonly SearchClause[];
}

/** Candidates of all search keys together; which candidate serves which search key is up to the caller to verify by value. */
export interface SearchOutcome {
  readonly candidates: readonly CrmRecord[];
  /** Keys of the search keys that could not be looked up completely. */
  readonly failed: ReadonlyMap<string, CrmProblem>;
}

/** A record as a list or a sweep returns it. */
export interface ListedRecord extends CrmRecord {
  /** ISO 8601: when the CRM last noted a change; also moves through its own calculations. */
  readonly modifiedAt: string;
}

export interface ListRequest {
  readonly objectType: ObjectType;
  /** `next` of the page before; the first page without it. */
  readonly after?: string | undefined;
  readonly properties: readonly string[];
  /** Lists the archived records instead of the others. */
  readonly archived?: boolean;
}

/** One page of all records. */
export interface RecordPage {
  readonly records: readonly ListedRecord[];
  /** Where to continue; undefined on the last page. */
  readonly next: string | undefined;
}

export interface ModifiedSinceRequest {
  readonly objectType: ObjectType;
  /** Records modified at this moment or later. */
  readonly since: Date;
  /** `next` of the page before: records with greater ids only. */
  readonly afterId?: string | undefined;
  readonly properties: readonly string[];
}

export interface ModifiedPage extends RecordPage {
  /** By the CRM's clock, rounded down to the second: the response was composed at this moment or later. */
  readonly servedAt: Date;
}

/** The bytes of a record's values in UTF-8. */
export function bytesOfValues({ properties }: Pick<CrmRecord, 'properties'>): number {
  let bytes = 0;
  for (const value of Object.values(properties)) {
    // Most values are short, and counting their characters is faster.
    if (value !== null) bytes += value.length < 100 ? value.length : Buffer.byteLength(value);
  }
  return bytes;
}

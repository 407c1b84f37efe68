/**
 * The port: what the bridge needs from any CRM, in CRM-neutral terms. One folder beside this file implements it for one CRM.
 *
 * Rules that every implementation keeps:
 * - It accepts any number of values or inputs and splits them into the calls that its CRM allows.
 * - Every value and every input has an outcome: found, missing, or failed with a problem.
 * - One bad record is a value ({@link CrmProblem}), not an exception. Exceptions of the GatewayError family are for calls
 *   that failed as a whole (token refused, CRM down before anything was done).
 */
import type { Deadline } from './deadline.ts';

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

/** Which request makes a call, how urgent it is, and its deadline. Passed to every call. */
export interface CallContext {
  /** Id of Enginy's request: bulk requests take turns by it, and log lines carry it. */
  readonly requestId: string;
  /** `urgent` calls (single tasks, activities, health) go before `bulk` ones. */
  readonly urgency: 'urgent' | 'bulk';
  readonly deadline: Deadline;
  /** The request's place in a trace (W3C Trace Context); calls carry it on. */
  readonly traceparent?: string;
  /** Ids of other requests that this call serves, if their work was batched. */
  readonly alsoFor?: readonly string[];
}

/** Why one value or one record could not be served. */
export type CrmProblem =
  /** The CRM refused the values of the named properties (unknown, not an option, read-only, badly formed). */
  | { readonly kind: 'invalid'; readonly message: string; readonly properties: readonly InvalidProperty[] }
  /** The record lacks values that the account requires. */
  | {
      readonly kind: 'incomplete';
      readonly message: string;
      readonly required: readonly Pick<RequiredProperty, 'name' | 'when'>[];
    }
  /** Another record holds a value that must be unique. */
  | { readonly kind: 'conflict'; readonly message: string; readonly existingId?: string; readonly property?: string }
  | { readonly kind: 'not-found'; readonly message: string }
  /** The CRM refused the bridge: token, scope, permission. */
  | { readonly kind: 'refused'; readonly message: string; readonly missingScopes?: readonly string[] }
  /** Certainly not executed, because of the CRM's state: can be sent again later. */
  | { readonly kind: 'unavailable'; readonly message: string; readonly retryAfterSeconds?: number }
  /** May have been executed: look it up before sending it again. */
  | { readonly kind: 'ambiguous'; readonly message: string }
  /** Not sent: the request's deadline passed first. */
  | { readonly kind: 'late'; readonly message: string };

/** A property without which the account accepts no record: a rule of its administrator. */
export interface RequiredProperty {
  readonly objectType: ObjectType;
  readonly name: string;
  /** `created`: of every new record; `conditional`: of records with certain other values. */
  readonly when: 'created' | 'conditional';
}

/** The only code that the bridge acts on: the CRM has no property of that name (anymore, or yet). */
export const noSuchProperty = 'PROPERTY_DOESNT_EXIST';

export interface InvalidProperty {
  readonly name: string;
  /** {@link noSuchProperty}, or the CRM's own code where it gives one, e.g. `INVALID_OPTION`, `READ_ONLY_VALUE`. */
  readonly code?: string;
  /** Short, without the rejected value's neighbours; never a list of every option. */
  readonly reason: string;
  /** The record that already has the value, where it must be unique. */
  readonly holderId?: string;
}

/** Result of a read by id or by a unique property: every requested value is in exactly one of the three. */
export interface ReadOutcome {
  /** Requested value → record. For a merged id it is the surviving record, whose `id` differs from the requested one. */
  readonly found: ReadonlyMap<string, CrmRecord>;
  readonly missing: ReadonlySet<string>;
  readonly failed: ReadonlyMap<string, CrmProblem>;
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

export interface CreateInput {
  readonly properties: Readonly<Record<string, string>>;
  /** Records to link the new one to, with the CRM's default association. */
  readonly links?: readonly { readonly objectType: ObjectType; readonly id: string }[];
}

export interface UpdateInput {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** One per input, in the order of the inputs. */
export type WriteOutcome = { readonly record: CrmRecord } | { readonly problem: CrmProblem };

export type PropertyType = 'text' | 'number' | 'bool' | 'date' | 'datetime' | 'enum' | 'other';

export interface PropertyDefinition {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  readonly type: PropertyType;
  /** Enum with several values at once, joined by `;`. */
  readonly isMultiple: boolean;
  /** Long text (a text area). */
  readonly isLong: boolean;
  readonly options: readonly { readonly value: string; readonly label: string; readonly isHidden?: boolean }[];
  /** True for an enum whose options are stored elsewhere (owners): its empty option list proves nothing. */
  readonly hasExternalOptions: boolean;
  readonly isReadOnly: boolean;
  readonly isCalculated: boolean;
  readonly isArchived: boolean;
  readonly isUnique: boolean;
  readonly group: string;
  /** True for a property that the account's users created; absent otherwise. */
  readonly isCustom?: boolean;
}

export interface ReadPropertiesOptions {
  /** Not from a cache. */
  readonly refresh?: boolean;
  readonly archived?: boolean;
  /** Also those of sensitive data, which an ordinary list omits. */
  readonly includeSensitive?: boolean;
}

export interface NewProperty {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: 'text' | 'number' | 'bool' | 'date' | 'datetime';
  readonly isLong?: boolean;
  readonly isUnique?: boolean;
  readonly group: string;
}

/** `existed`: another client was faster; a success. */
export type NewPropertyOutcome = 'created' | 'existed' | { readonly problem: CrmProblem };

export interface Pair {
  readonly fromId: string;
  readonly toId: string;
}

/** One per pair, in the order of the pairs. An existing link counts as linked. */
export type LinkOutcome = 'linked' | { readonly problem: CrmProblem };

export type UnlinkOutcome = 'unlinked' | { readonly problem: CrmProblem };

export interface Owner {
  readonly id: string;
  readonly name: string;
  /** The parts of the name, where the CRM keeps them. */
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
}

export interface Account {
  readonly id: string;
  /** Absent where the CRM does not say. */
  readonly name?: string;
  readonly timeZone: string;
  /** Template of a record's page in the CRM's user interface by Enginy's word for the kind. */
  readonly linkTemplates: { readonly contacts: string; readonly companies: string };
}

/** What the CRM's responses said about its limits and its clock; each absent until a response said it. */
export interface ObservedLimits {
  readonly callsPerWindow?: number;
  readonly windowMs?: number;
  readonly callsPerDay?: number;
  readonly remainingToday?: number;
  /** This machine's clock minus the CRM's, to about a second. */
  readonly clockOffsetMs?: number;
}

export interface Crm {
  /** Properties of which a new record needs at least one, the one that takes any text last; empty or absent where it needs none. */
  readonly neededIn?: (objectType: ObjectType) => readonly string[];

  /** True if {@link Crm.readBy} accepts this property: a read of the store, with no lag and outside the search limit. */
  canReadBy(objectType: ObjectType, property: string, context: CallContext): Promise<boolean>;

  readByIds(
    objectType: ObjectType,
    ids: readonly string[],
    properties: readonly string[],
    context: CallContext,
  ): Promise<ReadOutcome>;

  /** Reads by a property that is unique in the CRM; values are compared regardless of case. */
  readBy(
    objectType: ObjectType,
    property: string,
    values: readonly string[],
    properties: readonly string[],
    context: CallContext,
  ): Promise<ReadOutcome>;

  /** Searches an index that may lag behind writes; pages are read to the end. */
  search(
    objectType: ObjectType,
    searchKeys: readonly SearchKey[],
    properties: readonly string[],
    context: CallContext,
  ): Promise<SearchOutcome>;

  /** Never repeats a call that may have been executed: such inputs are returned as `ambiguous`. */
  create(
    objectType: ObjectType,
    inputs: readonly CreateInput[],
    context: CallContext,
  ): Promise<readonly WriteOutcome[]>;

  /** Ids must be distinct. Result records carry at least the id; for a merged id it is the surviving record's. */
  update(
    objectType: ObjectType,
    inputs: readonly UpdateInput[],
    context: CallContext,
  ): Promise<readonly WriteOutcome[]>;

  /** Definitions of all properties, without archived ones unless requested; may be served from a cache. */
  readProperties(
    objectType: ObjectType,
    context: CallContext,
    options?: ReadPropertiesOptions,
  ): Promise<readonly PropertyDefinition[]>;

  /** What the account was seen to require of records is tried again. */
  forgetRequirements(): void;

  /** Creates the group first if it is missing. One outcome per property, in order. */
  createProperties(
    objectType: ObjectType,
    properties: readonly NewProperty[],
    context: CallContext,
  ): Promise<readonly NewPropertyOutcome[]>;

  link(from: ObjectType, to: ObjectType, pairs: readonly Pair[], context: CallContext): Promise<readonly LinkOutcome[]>;

  /** Removes all links between the two records of a pair. No link is a success too. One outcome per pair, in order. */
  unlink(
    from: ObjectType,
    to: ObjectType,
    pairs: readonly Pair[],
    context: CallContext,
  ): Promise<readonly UnlinkOutcome[]>;

  /** Ids of the linked records of each id; an id without links maps to an empty list. */
  readLinks(
    from: ObjectType,
    to: ObjectType,
    ids: readonly string[],
    context: CallContext,
  ): Promise<{
    readonly found: ReadonlyMap<string, readonly string[]>;
    readonly failed: ReadonlyMap<string, CrmProblem>;
  }>;

  /** Active users who may own records, all pages. */
  listOwners(context: CallContext): Promise<readonly Owner[]>;

  /**
   * The cheapest proof that the CRM answers and accepts the token.
   * @param options.isProbe one attempt only: the caller wants to know how the CRM answers now.
   */
  readAccount(context: CallContext, options?: { readonly isProbe?: boolean }): Promise<Account>;

  /** What the token may do; undefined if the CRM does not say. */
  readScopes(context: CallContext): Promise<readonly string[] | undefined>;
}

/**
 * The port: what the bridge needs from any CRM, in CRM-neutral terms. One folder beside this file implements it for one CRM.
 *
 * Rules that every implementation keeps:
 * - It accepts any number of values or inputs and splits them into the calls that its CRM allows.
 * - Every value and every input has an outcome: found, missing, or failed with a problem.
 * - One bad record is a value ({@link CrmProblem}). Exceptions (GatewayError) are for calls that failed as a whole.
 */
import type { CrmProblem } from './crm-problem.ts';
import type {
  CrmRecord,
  ListRequest,
  ModifiedPage,
  ModifiedSinceRequest,
  ObjectType,
  RecordPage,
  SearchKey,
  SearchOutcome,
} from './crm-record.ts';
import type { Deadline } from './deadline.ts';

export type { CrmProblem, InvalidProperty, RequiredProperty } from './crm-problem.ts';
export { bytesOfValues } from './crm-record.ts';
export type {
  CrmProperties,
  CrmRecord,
  ListedRecord,
  ListRequest,
  ModifiedPage,
  ModifiedSinceRequest,
  ObjectType,
  RecordPage,
  SearchClause,
  SearchKey,
  SearchOutcome,
} from './crm-record.ts';

/** Which request makes a call, how urgent it is, and its deadline. Passed to every call. */
export interface CallContext {
  /** Id of Enginy's request: bulk requests take turns by it, and log lines carry it. */
  readonly requestId: string;
  /** `urgent` calls (single tasks, activities, health) go before `bulk` ones; `background` ones start only while no other call waits. */
  readonly urgency: 'urgent' | 'bulk' | 'background';
  readonly deadline: Deadline;
  /** The request's place in a trace (W3C Trace Context); calls carry it on. */
  readonly traceparent?: string;
  /** Ids of other requests that this call serves, if their work was batched. */
  readonly alsoFor?: readonly string[];
}

/** Result of a read by id or by a unique property: every requested value is in exactly one of the three. */
export interface ReadOutcome {
  /** Requested value → record. For a merged id it is the surviving record, whose `id` differs from the requested one. */
  readonly found: ReadonlyMap<string, CrmRecord>;
  readonly missing: ReadonlySet<string>;
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

/** How records are linked, where the CRM's default is not enough. */
export interface LinkStyle {
  /** `primary`: as the main record of its kind; `only_primary`: and links to others of that kind are removed. */
  readonly as: 'additional' | 'primary' | 'only_primary';
  /** Names of labels as the CRM's users see them. */
  readonly labels: readonly string[];
}

/** One outcome per pair, in order; links to others that were removed; labels that the account does not have, which are omitted. */
export interface StyledLinks {
  readonly outcomes: readonly LinkOutcome[];
  readonly removed: readonly Pair[];
  readonly unknownLabels: readonly string[];
}

export type UnlinkOutcome = 'unlinked' | { readonly problem: CrmProblem };

export interface Owner {
  readonly id: string;
  readonly name: string;
  /** The parts of the name, where the CRM keeps them. */
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
}

/** A label that links between two kinds of record may have. */
export interface LinkLabel {
  readonly typeId: number;
  readonly label: string;
  /** Who defined it, in the CRM's terms. */
  readonly category: string;
}

export interface Account {
  readonly id: string;
  /** Absent where the CRM does not say. */
  readonly name?: string;
  readonly timeZone: string;
  /** Template of a record's page in the CRM's user interface by Enginy's word for the kind. */
  readonly linkTemplates: { readonly contacts: string; readonly companies: string };
}

/** What the CRM's responses reported about its limits and its clock; each value is absent until a response reports it. */
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

  /** True if most of the CRM's limit for such calls is unused, so that one more would start at once; absent where that is unknown. */
  readonly hasRoom?: (kind: 'read' | 'search') => boolean;
  /** What is wrong with the CRM's part of this request's calls; undefined: nothing, or unknown. */
  readonly troubleOf?: (requestId: string) => string | undefined;
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
    unique: { readonly objectType: ObjectType; readonly property: string; readonly values: readonly string[] },
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

  /** How many records have a value in each of the properties, by the search index: one search a property. */
  countFilled(
    objectType: ObjectType,
    properties: readonly string[],
    context: CallContext,
  ): Promise<ReadonlyMap<string, number>>;

  /** One page (100 records) of all records, archived or not, from the store: with no lag. Throws if the page cannot be read. */
  list(request: ListRequest, context: CallContext): Promise<RecordPage>;

  /**
   * One page (200 records) of what was modified at `since` or later, in the order of ids. Asks the search index, which may lag
   * behind writes and omits archived records. Throws if the page cannot be read.
   */
  modifiedSince(request: ModifiedSinceRequest, context: CallContext): Promise<ModifiedPage>;

  /** Never repeats a call that may have been executed: such inputs are returned as `ambiguous`. Result records carry at least the id. */
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

  /** Like {@link Crm.link}, in a style. Labels that a pair has already are kept. */
  linkAs(
    links: Readonly<{ from: ObjectType; to: ObjectType; pairs: readonly Pair[]; style: LinkStyle }>,
    context: CallContext,
  ): Promise<StyledLinks>;

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

  /** The labels of links in this direction; unlabeled types are omitted. */
  listLinkLabels(from: ObjectType, to: ObjectType, context: CallContext): Promise<readonly LinkLabel[]>;

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

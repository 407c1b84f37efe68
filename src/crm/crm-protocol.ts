import type { Logger } from '../logger.ts';
import type { Clock } from './clock.ts';
import type { Crm, Pair } from './crm.ts';
import type { LaneName } from './pacing/lanes.ts';
import type { Pacer } from './pacing/pacer.ts';

/** All that captures and replays use of a CRM. One module of the CRM's folder exports it, and `capture/captured-crm.ts` names that. */
export interface CapturedCrm {
  readonly protocol: CrmProtocol;
  /** What the CRM allows in custom properties. */
  readonly propertyRules: {
    readonly maxNameLength: number;
    readonly reservedPrefixes: readonly string[];
    readonly maxTextLength: number;
  };
  /**
   * The port as it was configured when a request was captured, on the clock of a replay.
   * @param captured its `paths` show which version of the API the calls used.
   */
  createReplayed(
    deps: { readonly clock: Clock; readonly callClock: Clock; readonly log: Logger },
    captured: { readonly settings: Readonly<Record<PacedSetting, number>>; readonly paths: readonly string[] },
  ): Promise<{ readonly crm: Crm; readonly pacer: Pacer }>;
}

/** Settings of the bridge that a capture holds: the rates and the timeout of calls. */
type PacedSetting = 'burstPerTenSeconds' | 'searchPerSecond' | 'hubspotTimeoutMs';

/**
 * The second half of the port: what captures and replays need to know of a CRM's wire format. The bridge itself never uses it.
 * Each CRM implements it beside its {@link import('./crm.ts').Crm}; `capture/` knows this interface only.
 */
export interface CrmProtocol {
  /** Origin of every call, e.g. `https://api.example.com`. */
  readonly origin: string;
  /** Response headers that captures keep, by name in lower case, and the values that each may have. */
  readonly keptHeaders: ReadonlyMap<string, RegExp>;
  readonly calls: CallReader;
  readonly answers: AnswerReader;
  readonly replies: ReplyComposer;
  readonly definitions: DefinitionReader;
  readonly content: ContentReader;
}

export type Json = Record<string, unknown>;

export interface WireCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
}

export interface AnsweredCall extends WireCall {
  readonly status: number;
  readonly response: unknown;
}

/** A call as it was noted: bodies are unparsed, and the answer may never have arrived. */
export interface NotedCall {
  readonly method: string;
  readonly path: string;
  readonly requestText?: string;
  readonly status?: number;
  readonly responseText?: string;
}

/** Reads what a call asks for. */
export interface CallReader {
  meaningOf(call: WireCall): CallMeaning;
  /** Two calls with the same key ask for the same, regardless of the order of their parts and of how inputs are numbered. */
  keyOf(call: WireCall): string;
  laneOf(path: string): LaneName;
  /** The object type that a record call addresses. */
  objectTypeOf(path: string): string | undefined;
  /** The object types whose property definitions an endpoint of the bridge needs, e.g. for `/tasks/7`. */
  objectTypesFor(endpoint: string): readonly string[];
  /** What the bridge learned from a call for later requests; undefined for calls that concern one request only. */
  knowledgeFrom(call: NotedCall): Knowledge | undefined;
  /** The key under which an exhausted daily limit of this path's lane is known. */
  dailyLimitKey(path: string): string;
  /** True for a property that identifies a record across writes. */
  isIdentifying(property: string): boolean;
  /** A name for the record of a write, for a person; empty when it has none. */
  nameOf(input: WriteInput): string;
}

/** What a call asks of the CRM, regardless of how inputs are batched. */
export type CallMeaning =
  | ReadMeaning
  | SearchMeaning
  | WriteMeaning
  | LinkMeaning
  | { readonly kind: 'create properties'; readonly objectType: string; readonly definitions: readonly NewDefinition[] }
  /** `call`: method, path and body in canonical form. */
  | { readonly kind: 'create property group'; readonly objectType: string; readonly call: string }
  | { readonly kind: 'other'; readonly call: string };

export interface ReadMeaning {
  readonly kind: 'read';
  readonly objectType: string;
  /** Undefined: by record id. */
  readonly idProperty: string | undefined;
  readonly ids: readonly string[];
  readonly properties: readonly string[];
}

export interface SearchMeaning {
  readonly kind: 'search';
  readonly objectType: string;
  /** `property=value`, lowercase. */
  readonly terms: readonly string[];
  readonly properties: readonly string[];
}

export interface WriteMeaning {
  readonly kind: 'write';
  readonly verb: 'create' | 'update' | 'upsert' | 'archive';
  readonly objectType: string;
  readonly inputs: readonly WriteInput[];
}

export interface WriteInput {
  /** Record id of an update; undefined for a create. */
  readonly id: string | undefined;
  readonly traceId: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly associations: unknown;
}

export interface LinkMeaning {
  readonly kind: 'link' | 'read links';
  readonly from: string;
  readonly to: string;
  /** `toId` is empty when links are read. */
  readonly items: readonly Pair[];
}

export interface NewDefinition {
  readonly name: string;
  /** What it asks for, one `name value` each, e.g. `type string`. */
  readonly traits: readonly string[];
  readonly body: Json;
}

/** An answer that a later request relies on without asking again. */
export interface Knowledge {
  readonly key: string;
  readonly kind: 'definitions' | 'property group' | 'refused creation' | 'owners' | 'account' | 'daily limit';
  /** The object type it is about; empty for owners, the account and limits. */
  readonly objectType: string;
}

/** Reads what an answer says. */
export interface AnswerReader {
  /** Records in their order. */
  recordsIn(answer: AnsweredCall): AnsweredRecord[];
  /** Entries of a list answer in their order, of whatever form. */
  resultsIn(response: unknown): unknown[];
  /** Errors about single inputs. */
  errorsIn(response: unknown): Json[];
  isAboutInput(error: Json, input: WriteInput): boolean;
  /** True for a result or an error that concerns this link. */
  isAboutLink(entry: unknown, item: Pair): boolean;
  /** The values, lowercase, that a read by `idProperty` (undefined: by id) finds this record under. */
  lookupValuesOf(record: AnsweredRecord, idProperty: string | undefined): string[];
  /** The human-readable parts of an error. */
  describeError(error: Json): DescribedError;
}

export interface AnsweredRecord {
  readonly id: string;
  readonly properties: Json;
  /** Ties a result to the input of a batch. */
  readonly traceId: string | undefined;
  /** Everything besides id and properties. */
  readonly rest: Json;
}

export interface DescribedError {
  /** The CRM's category and policy; empty when it names none. */
  readonly category: string;
  readonly message: string;
  /** Ids of the inputs it is about. */
  readonly ids: readonly string[];
}

/** Builds answers in the CRM's wire format, for a replay. */
export interface ReplyComposer {
  batch(kind: 'read' | 'create' | 'update' | 'link' | 'create properties', content: BatchContent): ComposedReply;
  search(records: readonly Json[]): ComposedReply;
  /** One record with these properties; null for those that it lacks. */
  record(record: Omit<AnsweredRecord, 'traceId'>, properties: readonly string[]): Json;
  /** The error for ids that do not exist. */
  missing(ids: readonly string[]): Json;
  groupCreated(call: WireCall): ComposedReply;
  unknownCall(): ComposedReply;
  /** The same content with inputs renumbered. */
  withTraceIds(content: unknown, ids: ReadonlyMap<string, string>): unknown;
}

export interface BatchContent {
  readonly results: readonly unknown[];
  readonly errors: readonly unknown[];
}

export interface ComposedReply {
  readonly status: number;
  readonly body: unknown;
}

/** Reads property definitions. */
export interface DefinitionReader {
  /** Undefined unless the call reads the definitions of an object type. */
  readIn(
    call: Pick<WireCall, 'method' | 'path'>,
  ): { readonly objectType: string; readonly isArchived: boolean } | undefined;
  parse(response: unknown): ObjectDefinitions;
  /** The same answer with definitions that it lacks appended. */
  withAdded(response: unknown, added: readonly NewDefinition[]): unknown;
  /** The same answer with only the definitions that `isWanted`. */
  only(response: unknown, isWanted: (name: string) => boolean): unknown;
}

/** What the definitions of one object type say that redaction and replay need. */
export interface ObjectDefinitions {
  readonly facts: ReadonlyMap<string, PropertyFacts>;
  /** The answer without texts for people and without very long option lists. */
  readonly slim: unknown;
}

/** What is known of a portal's property. */
export interface PropertyFacts {
  /** Values and labels of its options, lowercase; empty unless it is an enumeration. */
  readonly options: ReadonlySet<string>;
  readonly type: string;
  /** Defined by the CRM rather than by the portal. */
  readonly isBuiltIn: boolean;
}

/** Locates personal data in a body. */
export interface ContentReader {
  /** What a property holds, by its name; undefined for properties without a known meaning. */
  kindOf(property: string): ValueKind | undefined;
  /** A copy of a request or response body in which the visitor has replaced every text that may hold personal data. */
  mapBody(path: string, body: unknown, visitor: BodyVisitor): unknown;
}

/** What a value is about: decides how it is redacted. */
export type ValueKind =
  /** Kept if it looks like an id, because people look records up by it. */
  | 'id'
  | 'email'
  | 'phone'
  | 'person'
  | 'family name'
  | 'company'
  | 'domain'
  | 'url'
  /** User-written text, HTML included; phrases of the mapping files are kept. */
  | 'text'
  /** Kept if it is a number, a date, or a constant of the CRM or of the mapping files. */
  | 'constant'
  /** Kept if it is a date or a number. */
  | 'date'
  /** A field without a description. */
  | 'unknown';

export interface BodyVisitor {
  text(found: BodyText): string;
  /** Words of one value, for which a search asks together. */
  words(words: readonly string[], property: PropertyPlace): readonly string[];
  number(value: number, property: PropertyPlace): number;
}

export interface PropertyPlace {
  readonly objectType: string;
  readonly name: string;
}

/** A text in a body. */
export interface BodyText {
  readonly text: string;
  readonly role:
    | ({ readonly kind: 'property' } & PropertyPlace)
    | { readonly kind: 'id' }
    /** The name of a property, which errors repeat. */
    | { readonly kind: 'name' }
    /** A sentence that may quote values. */
    | { readonly kind: 'sentence' }
    /** A name or a word of the CRM, unless it is not one. */
    | { readonly kind: 'structure' }
    | { readonly kind: 'value'; readonly of: ValueKind };
}

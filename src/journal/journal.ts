import type { DecidedRequest, NotedProblem, RecordDecision } from '../bridge/decisions.ts';
import type { ConsoleAction } from './console-action.ts';

/** Keeps what was decided about every record of every request. Names and ids, never values. */
export interface Journal {
  /** Returns at once and never throws; the entries are written a moment later. */
  write(request: DecidedRequest): void;
  /** Notes what a user of the console did. Returns at once and never throws. */
  note(action: ConsoleAction): void;
  /** Entries (one per record) written and dropped so far. */
  readonly counts: { readonly written: number; readonly dropped: number };
  /** Writes what is waiting, for at most `graceMs` milliseconds, and closes. */
  close(graceMs: number): Promise<void>;
}

/** One request as the journal returns it. */
export interface JournalRequest extends Omit<DecidedRequest, 'records' | 'method' | 'route'> {
  /** Position in the journal: later requests have higher ones. */
  readonly position: number;
  /** `PUT /contacts`. */
  readonly endpoint: string;
  readonly replica: string;
  /** Records by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Records of which a field was held back. */
  readonly heldBack: number;
}

/** One record of one request. */
export type JournalEntry = Omit<RecordDecision, 'emails' | 'phones' | 'profiles'> & {
  readonly request: JournalRequest;
};

export interface RequestFilter {
  /** Milliseconds since 1970; `until` is excluded. */
  readonly since?: number;
  readonly until?: number;
  /** Lowest and highest status. */
  readonly status?: readonly [number, number];
  /** Part of `PUT /contacts`, regardless of case. */
  readonly endpoint?: string;
  /** At least one record has this outcome. */
  readonly outcome?: string;
  /** A field was held back, or a record or the request failed, for this reason; see reasons/request-reasons.ts. */
  readonly reason?: string;
  /** The beginning of a request id. */
  readonly requestId?: string;
  /** A request id as it is. */
  readonly wholeRequestId?: string;
  /** Part of the request's id, endpoint or error, the id of a record, or part of a name among what was decided. */
  readonly text?: string;
  /** Only requests behind this position, from there on. */
  readonly after?: number;
  /** Only requests before this position. */
  readonly before?: number;
  /** Only requests from this position on; bounds what is searched. */
  readonly from?: number;
  /** Only this many of the newest; with `after`, of the oldest. */
  readonly limit: number;
}

/** The `error` of a request without records that failed for this reason; undefined: only records fail for it. */
export const errorOfProblem: Readonly<Record<NotedProblem['kind'], string | undefined>> = {
  invalid: undefined,
  incomplete: undefined,
  conflict: undefined,
  'not-found': undefined,
  refused: 'CRM refused the request',
  unavailable: 'CRM unavailable',
  ambiguous: undefined,
  'too-large': 'Answer too large',
  late: 'Deadline exceeded',
  request: 'Invalid request',
  fault: 'Internal error',
};

/** Records of one endpoint with the same outcome and the same details, for the same reasons. */
export interface CauseCount {
  readonly endpoint: string;
  readonly object: string;
  readonly outcome: string;
  /** Digest of the details; {@link JournalReader.requestsOfCause} finds requests by it. */
  readonly details: number;
  readonly heldBack: RecordDecision['heldBack'];
  readonly problem?: NonNullable<RecordDecision['problem']>;
  readonly rule?: string;
  readonly unusualFields?: RecordDecision['unusualFields'];
  readonly records: number;
  /** Records in each part of the time asked for. */
  readonly trend: readonly number[];
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Requests that failed as a whole, without a record. */
export interface FailureCount {
  readonly endpoint: string;
  readonly status: number;
  readonly error: string;
  readonly requests: number;
  readonly trend: readonly number[];
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Requests from a position to another one, which is excluded, and how long a part of time is. */
export interface TroubleRange {
  readonly from: number;
  readonly end: number;
  readonly slotMs: number;
}

/** How often something occurred in one part of time. */
export interface SlotCount {
  /** Milliseconds since 1970, divided by the length of a part. */
  readonly slot: number;
  readonly number: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What went wrong in a range of requests. */
export interface Troubles {
  readonly ofRecords: readonly {
    readonly head: Omit<CauseCount, 'records' | 'trend' | 'firstAt' | 'lastAt'>;
    readonly slot: SlotCount;
  }[];
  readonly ofRequests: readonly {
    readonly head: Omit<FailureCount, 'requests' | 'trend' | 'firstAt' | 'lastAt'>;
    readonly slot: SlotCount;
  }[];
}

/** What {@link JournalReader.requestsOfCause} looks for. */
export interface CauseReference {
  readonly since: number;
  readonly endpoint: string;
  readonly details: readonly number[];
}

export interface JournalReader {
  /** Position of the newest request, or of the newest one before a moment; 0 for an empty journal. */
  newestPosition(until?: number): Promise<number>;
  /** A record that failed, otherwise one of which a field was held back. */
  firstTrouble(request: JournalRequest): Promise<JournalEntry | undefined>;
  /** What went wrong in a range of requests, counted by cause and part of time. */
  troubles(range: TroubleRange): Promise<Troubles>;
  /** Requests with a record of these details, newest first. */
  requestsOfCause(cause: CauseReference, limit: number): Promise<readonly JournalRequest[]>;
  /**
   * Everything that happened to one record, oldest first: entries of contacts, companies, tasks and activities.
   * @param name Enginy's id, the CRM's id, an email address, a phone number or the URL of a LinkedIn profile.
   */
  lifeOf(name: string, limit: number): Promise<readonly JournalEntry[]>;
  /** Oldest first. */
  requests(filter: RequestFilter): Promise<readonly JournalRequest[]>;
  /** The records of a request, those that failed first. */
  recordsOf(request: JournalRequest, limit: number): Promise<readonly JournalEntry[]>;
  /** The latest of these actions on each subject, of those that were done. */
  latestOf(actions: readonly string[]): Promise<readonly ConsoleAction[]>;
  /** What users of the console did, newest first. */
  actions(limit: number): Promise<readonly (ConsoleAction & { readonly replica: string })[]>;
  close(): void;
}

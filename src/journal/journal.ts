import type { DecidedRequest, RecordDecision } from '../bridge/decisions.ts';
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
  /** At least one field was held back for this reason. */
  readonly reason?: string;
  /** The beginning of a request id. */
  readonly requestId?: string;
  /** Only requests behind this position, from there on. */
  readonly after?: number;
  /** Only the newest so many; with `after`, the oldest. */
  readonly limit: number;
}

export interface JournalReader {
  /**
   * Everything that happened to one record, oldest first: entries of contacts, companies, tasks and activities.
   * @param name Enginy's id, the CRM's id, an email address, a telephone number or the URL of a LinkedIn profile.
   */
  lifeOf(name: string, limit: number): Promise<readonly JournalEntry[]>;
  /** Oldest first. */
  requests(filter: RequestFilter): Promise<readonly JournalRequest[]>;
  /** The records of a request, those that failed first. */
  recordsOf(request: JournalRequest, limit: number): Promise<readonly JournalEntry[]>;
  /** What users of the console did, newest first. */
  actions(limit: number): Promise<readonly (ConsoleAction & { readonly replica: string })[]>;
  close(): void;
}

import type { DecidedRequest, RecordDecision } from '../bridge/decisions.ts';
import type { ConsoleAction } from './console-action.ts';
import type { PartKeys } from './stored-parts.ts';

/** How much a journal may hold; the oldest entries are deleted first. */
export interface JournalLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

export interface JournalSettings {
  readonly folder: string;
  readonly limits: JournalLimits;
  /** Key of the digests; by default the folder's own. */
  readonly secret?: string;
  /** Name of this process among several. */
  readonly replica: string;
  /** The thread runs only when the processor is otherwise idle; true by default. */
  readonly hasLowPriority?: boolean;
}

/** Some records of a request; a large one comes in several parts, in order. */
export interface PartHead {
  /** Equal for all parts of one request. */
  readonly sequence: number;
  readonly request: Omit<DecidedRequest, 'records'>;
  /** Of the whole request: records by outcome, and records of which a field was held back. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly heldBack: number;
  /** Position of the first record of this part. */
  readonly offset: number;
  /** What records of the part have in common, each once. */
  readonly decisions: readonly SharedDecision[];
  readonly keys: PartKeys;
}

/** `details`: JSON that is stored as it is. `number`: how many records have it. */
export type SharedDecision = readonly [
  object: RecordDecision['object'],
  outcome: RecordDecision['outcome'],
  details: string,
  number: number,
];

export type JournalMessage =
  /**
   * `texts`: each a part as three lines of JSON, {@link PartHead}, and of stored-parts.ts RecordColumns and IdsByPosition (or nothing).
   * Text costs the sender a third of what copying objects does, and the last two lines are stored as they are.
   */
  | { readonly kind: 'parts'; readonly texts: readonly string[]; readonly records: number }
  | { readonly kind: 'action'; readonly action: ConsoleAction }
  | { readonly kind: 'flush' };

export type JournalReport =
  | { readonly kind: 'done'; readonly records: number; readonly isWritten: boolean }
  /** A file could not be opened or written. `isFolder`: nothing can be written until it is opened again. */
  | { readonly kind: 'trouble'; readonly reason: string; readonly isFolder: boolean }
  | { readonly kind: 'set aside'; readonly file: string }
  | { readonly kind: 'flushed' };

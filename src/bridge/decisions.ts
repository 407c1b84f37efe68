import type { CrmProblem } from '../crm/crm.ts';
import type { HeldBack } from '../mapping/run/held-back.ts';
import { unconfirmed } from './problem.ts';

/** What was done with one record, by name: which properties were written, which were held back and why. Never a value. */
export interface WriteDecision {
  /** `unchanged`: nothing was left to write. `several`: the record was not written, because several records match. */
  readonly outcome: 'created' | 'linked' | 'updated' | 'unchanged' | 'several' | 'failed';
  /** Names of the properties that were written. */
  readonly written: readonly string[];
  readonly heldBack: readonly HeldBack[];
  /** Custom properties that were created for this record's fields. */
  readonly createdProperties: readonly string[];
  /** Property → Enginy's field, where its name may be a person's value, such as `jane@acme.com`. The property's name repeats it. */
  readonly unusualFields?: Readonly<Record<string, string>>;
  /** `linked`: what the record shares with the existing one: `externalId`, a unique property, `fingerprint`, or `this request` for a duplicate within one request. */
  readonly linkedBy?: string;
  /** What was looked for before the record was created, such as `identity`; of a record that was not found: the rules that had a value. */
  readonly tried?: readonly string[];
  /** The rules that the identity index answered, of those in `tried`, `rule` or `linkedBy`. */
  readonly byIndex?: readonly string[];
  /** How old the index's last sweep was then; absent if unknown. */
  readonly sweptAgoMs?: number;
  /** Records that a rule found and that are another person or company. */
  readonly setAside?: readonly NotedCandidate[];
  /** The match rule that found it, or found several. */
  readonly rule?: string;
  /** Ids of the records that match, where there are several. */
  readonly matchingIds?: readonly string[];
  /** The record that was written instead, because the CRM had merged this one into it. */
  readonly survivorId?: string;
}

/** A candidate that was set aside, without the value that differs. */
export interface NotedCandidate {
  readonly id: string;
  readonly rule: string;
  readonly differs: string;
}

/** What a request did with one record, as it is noted for the journal. Names and ids, never a value. */
export interface RecordDecision extends Omit<WriteDecision, 'outcome'> {
  readonly object: 'contacts' | 'companies' | 'activities' | 'tasks' | 'associations';
  /** Enginy's id; absent where it sends none. */
  readonly externalId?: string;
  /** The CRM's id; absent of associations. */
  readonly crmId?: string;
  /** The contact and the company that a task, an activity or an association is about. */
  readonly contactId?: string;
  readonly companyId?: string;
  /** Where in the request an entry was that has no usable id; the first is 0. */
  readonly position?: number;
  readonly outcome: WriteDecision['outcome'] | 'matched' | 'not-found';
  readonly problem?: NotedProblem;
  /** How many warnings the response has for it. */
  readonly warnings: number;
  /** Email addresses of the record: stored as keyed digests only. */
  readonly emails: readonly string[];
  /** Phone numbers and LinkedIn URLs, for the same purpose. */
  readonly phones?: readonly string[];
  readonly profiles?: readonly string[];
}

/** A problem without the texts that may quote values. */
export interface NotedProblem {
  readonly kind: CrmProblem['kind'] | 'request' | 'fault';
  /** The bridge's own sentence, cut before anything that the CRM said. */
  readonly text?: string;
  readonly properties?: readonly { readonly name: string; readonly code?: string }[];
  readonly property?: string;
  readonly existingId?: string;
  readonly missingScopes?: readonly string[];
  /** For a record that was not processed in time: what the CRM did, or failed to do, until then. */
  readonly because?: string;
  /** The CRM may have carried out the update. */
  readonly mayBeWritten?: true;
}

/** The text of an `incomplete` problem of a record that needs one of the properties, not all. */
export const needsOneOfText = 'one of';

/** What may be noted of a problem. */
export function noteProblem(problem: CrmProblem): NotedProblem {
  switch (problem.kind) {
    case 'invalid': {
      const { needsOneOf = [] } = problem;
      if (needsOneOf.length > 0) {
        return { kind: 'incomplete', text: needsOneOfText, properties: needsOneOf.map((name) => ({ name })) };
      }
      const properties = problem.properties.map(({ name, code }) => ({ name, ...(code !== undefined && { code }) }));
      return { kind: 'invalid', properties, ...(properties.length === 0 && { text: ownWords(problem.message) }) };
    }
    case 'incomplete':
      return { kind: 'incomplete', properties: problem.required.map(({ name }) => ({ name })) };
    case 'conflict': {
      const { property, existingId } = problem;
      return {
        kind: 'conflict',
        ...(property !== undefined && { property }),
        ...(existingId !== undefined && { existingId }),
      };
    }
    case 'refused': {
      const { missingScopes } = problem;
      return { kind: 'refused', text: ownWords(problem.message), ...(missingScopes && { missingScopes }) };
    }
    case 'late':
    case 'unavailable': {
      const { kind, message, mayBeWritten } = problem;
      const because = problem.kind === 'late' ? (problem.because ?? problem.slowness) : undefined;
      return {
        kind,
        text: ownWords(message),
        ...(because !== undefined && { because: ownWords(because) }),
        ...(mayBeWritten && { mayBeWritten }),
      };
    }
    case 'not-found':
      // Its message is about one id.
      return { kind: 'not-found' };
    case 'too-large':
      return { kind: 'too-large', text: ownWords(problem.message) };
    case 'ambiguous':
      // The error of a request about one record says so already.
      return { kind: 'ambiguous', text: ownWords(problem.message.replace(unconfirmed, '')) };
  }
}

/** What follows a colon may be the CRM's message, which quotes values. */
function ownWords(message: string): string {
  return message.split(':')[0] ?? '';
}

/** One request and what it did with each of its records. */
export interface DecidedRequest {
  readonly requestId: string;
  /** When it arrived, in milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  /** The route's pattern, such as `/tasks/:id`. */
  readonly route: string;
  /** 499: the caller disconnected. */
  readonly status: number;
  readonly durationMs: number;
  /** Calls of the CRM that it made or took part in, and the longest time that one of them waited for its turn. */
  readonly calls?: number;
  readonly waitedMs?: number;
  /** Version of the mapping files; absent where the request did not get so far. */
  readonly mapping?: string;
  /** The `error` of the response. */
  readonly error?: string;
  /** Why a request without records failed, where `error` does not say so. */
  readonly reason?: string;
  readonly records: readonly RecordDecision[];
  /** Which replica served it; absent: this one. */
  readonly replica?: string;
}

/** Receives requests once they are answered; returns at once and never throws. */
export interface DecisionListener {
  write(request: DecidedRequest): void;
}

/** The decision about a record that failed before anything was decided. */
export const nothingDecided: WriteDecision = { outcome: 'failed', written: [], heldBack: [], createdProperties: [] };

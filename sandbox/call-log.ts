import type { CallKind } from './http/call-kind.ts';
import type { ObjectName } from './object-types.ts';

/** One request that reached the sandbox. */
export interface LogEntry {
  readonly number: number;
  /** Epoch milliseconds of the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly kind: CallKind;
  readonly object: ObjectName | undefined;
  /** Number of inputs of a batch call. */
  readonly inputs: number;
  readonly correlationId: string;
  /** The body, parsed; undefined when there was none or it was malformed. */
  readonly body: unknown;
  /** Set when the answer has gone out; 0 while there is none (running, reset, hanging). */
  status: number;
  /** The fault that was played. */
  fault: string | undefined;
}

/** What is known of a request when it arrives. */
type StartedRequest = Omit<LogEntry, 'number' | 'body' | 'status' | 'fault'> & { readonly bodyText: string };

export interface Counters {
  readonly calls: number;
  readonly byKind: Readonly<Partial<Record<CallKind, number>>>;
  readonly byStatus: Readonly<Record<string, number>>;
  /** 429 answers. */
  readonly rateLimited: number;
  readonly maxConcurrent: number;
}

/** The body of a request, parsed when it is looked at: parsed ones would cost many times the memory of their text. */
function parseBody(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // Malformed: it was answered with a 400.
    return undefined;
  }
}

/** The latest requests and counts of all of them. */
export class CallLog {
  readonly #size: number;
  #entries: LogEntry[] = [];
  #calls = 0;
  #byKind = new Map<CallKind, number>();
  #byStatus = new Map<number, number>();
  #running = 0;
  #maxConcurrent = 0;

  /** @param size how many entries are kept; 0 keeps counts only. */
  constructor(size: number) {
    this.#size = size;
  }

  start({ bodyText, ...request }: StartedRequest): LogEntry {
    const entry: LogEntry = {
      ...request,
      number: ++this.#calls,
      status: 0,
      fault: undefined,
      get body() {
        return parseBody(bodyText);
      },
    };
    this.#byKind.set(entry.kind, (this.#byKind.get(entry.kind) ?? 0) + 1);
    this.#running++;
    this.#maxConcurrent = Math.max(this.#maxConcurrent, this.#running);
    if (this.#size > 0) this.#entries.push(entry);
    // Trimmed now and then, since cutting an array's head on every call costs more.
    if (this.#entries.length > this.#size * 2) this.#entries = this.#entries.slice(-this.#size);
    return entry;
  }

  /** Once per entry, with the status that was sent or 0 when none was. */
  finish(entry: LogEntry, status: number): void {
    entry.status = status;
    this.#running--;
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
  }

  get entries(): readonly LogEntry[] {
    return this.#size === 0 ? [] : this.#entries.slice(-this.#size);
  }

  get counters(): Counters {
    return {
      calls: this.#calls,
      byKind: Object.fromEntries(this.#byKind),
      byStatus: Object.fromEntries(this.#byStatus),
      rateLimited: this.#byStatus.get(429) ?? 0,
      maxConcurrent: this.#maxConcurrent,
    };
  }

  clear(): void {
    this.#entries = [];
    this.#calls = 0;
    this.#byKind = new Map();
    this.#byStatus = new Map();
    this.#maxConcurrent = this.#running;
  }
}

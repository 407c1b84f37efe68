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
  /** The body as it came; kept as text, since parsed ones would cost many times the memory. */
  readonly bodyText: string;
  /** The body, parsed; undefined when there was none or it was malformed. */
  readonly body: unknown;
  /** Set when the answer has gone out; 0 while there is none (running, reset, hanging). */
  status: number;
  /** The fault that was played. */
  fault: string | undefined;
}

export interface Counters {
  readonly calls: number;
  readonly byKind: Readonly<Partial<Record<CallKind, number>>>;
  readonly byStatus: Readonly<Record<string, number>>;
  /** 429 answers. */
  readonly rateLimited: number;
  readonly maxConcurrent: number;
}

class Entry implements LogEntry {
  readonly number: number;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly kind: CallKind;
  readonly object: ObjectName | undefined;
  readonly inputs: number;
  readonly correlationId: string;
  readonly bodyText: string;
  status = 0;
  fault: string | undefined = undefined;

  constructor(request: Omit<LogEntry, 'number' | 'status' | 'fault' | 'body'>, number: number) {
    this.number = number;
    this.at = request.at;
    this.method = request.method;
    this.path = request.path;
    this.query = request.query;
    this.kind = request.kind;
    this.object = request.object;
    this.inputs = request.inputs;
    this.correlationId = request.correlationId;
    this.bodyText = request.bodyText;
  }

  get body(): unknown {
    try {
      return this.bodyText === '' ? undefined : JSON.parse(this.bodyText);
    } catch {
      // Malformed: it was answered with a 400, and the text is there to look at.
      return undefined;
    }
  }

  toJSON(): object {
    const { bodyText: _text, ...shown } = this;
    return { ...shown, body: this.body };
  }
}

/** The latest requests and counts of all of them. */
export class RequestLog {
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

  start(request: Omit<LogEntry, 'number' | 'status' | 'fault' | 'body'>): LogEntry {
    const entry = new Entry(request, ++this.#calls);
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

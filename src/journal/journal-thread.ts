import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DecidedRequest } from '../bridge/decisions.ts';
import type { Logger } from '../logger.ts';
import type { ConsoleAction } from './console-action.ts';
import type { Journal } from './journal.ts';
import type { JournalMessage, JournalReport, JournalSettings } from './journal-messages.ts';
import { toParts, type WaitingPart } from './request-parts.ts';

/** How long entries wait to be written together. If the process ends suddenly, well below a second of entries is lost. */
const flushMs = 250;
/** This many records leave at once. They are one transaction: a commit costs the thread as much as a hundred records do. */
const batchSize = 1_000;
/** Records that the thread has at once; its memory stays small, whatever a request contains. */
const maxPosted = 2 * batchSize;
/** Records that wait for a slow disk; more are dropped. About 300 bytes each. */
const maxWaiting = 100_000;
/** The thread starts this long after the process, which is then serving: the first entries must not wait for it. */
const startAfterMs = 1_000;
/** An unusable folder is tried again after this. */
const retryMs = 60_000;

/** Writes the journal in a thread of its own, which starts with the first request, or soon after the process. */
export class JournalThread implements Journal {
  readonly #settings: JournalSettings;
  readonly #log: Logger;
  #worker: Worker | undefined;
  #parts: WaitingPart[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sequence = 0;
  /** Records in `#parts` and with the thread. */
  #waiting = 0;
  #posted = 0;
  #isFlushing = false;
  /** True while parts wait for the thread to finish others. */
  #isWaitingForThread = false;
  #pausedUntil = 0;
  #troubledAt = 0;
  #isClosed = false;
  #onFlushed: (() => void) | undefined;
  readonly #logged = new Set<string>();
  readonly counts = { written: 0, dropped: 0 };

  constructor(settings: JournalSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
    setTimeout(() => {
      if (!this.#isClosed && this.#worker === undefined) this.#start();
    }, startAfterMs).unref();
  }

  write(request: DecidedRequest): void {
    const { records } = request;
    const isFull = this.#waiting > 0 && this.#waiting + records.length > maxWaiting;
    if (this.#isClosed || isFull || performance.now() < this.#pausedUntil) {
      this.counts.dropped += records.length;
      if (isFull) this.#logOnce('the disk is too slow: entries are dropped');
      return;
    }
    this.#sequence += 1;
    for (const part of toParts(request, this.#sequence)) this.#parts.push(part);
    this.#waiting += records.length;
    this.#schedule();
  }

  note(action: ConsoleAction): void {
    if (this.#isClosed) return;
    const worker = this.#worker ?? this.#start();
    worker?.postMessage({ kind: 'action', action } satisfies JournalMessage);
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    while (this.#parts.length > 0) this.#post(this.#nextParts());
    const worker = this.#worker;
    if (worker === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onFlushed = resolve;
    const timer = setTimeout(resolve, graceMs);
    worker.postMessage({ kind: 'flush' } satisfies JournalMessage);
    await promise;
    clearTimeout(timer);
    await worker.terminate();
    this.#worker = undefined;
  }

  #schedule(): void {
    if (this.#waiting - this.#posted < batchSize) this.#timer ??= setTimeout(() => this.#flush(), flushMs).unref();
    else if (!this.#isWaitingForThread) this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => this.#flush());
  }

  /** Passes on what waits; between two batches, requests get their turn. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isFlushing = false;
    if (this.#isClosed || this.#parts.length === 0) return;
    this.#isWaitingForThread = this.#posted >= maxPosted;
    if (this.#isWaitingForThread) return;
    this.#post(this.#nextParts());
    if (this.#parts.length > 0) this.#flushSoon();
  }

  #nextParts(): readonly WaitingPart[] {
    let records = 0;
    const end = this.#parts.findIndex((part) => {
      records += part.records + 1;
      return records > batchSize;
    });
    return this.#parts.splice(0, end < 0 ? this.#parts.length : Math.max(1, end));
  }

  #post(parts: readonly WaitingPart[]): void {
    const worker = this.#worker ?? this.#start();
    const records = parts.reduce((sum, part) => sum + part.records, 0);
    if (worker === undefined) {
      this.#settle(records, false);
      return;
    }
    this.#posted += records;
    const texts = parts.map((part) => part.toText());
    worker.postMessage({ kind: 'parts', texts, records } satisfies JournalMessage);
  }

  #settle(records: number, isWritten: boolean): void {
    this.#waiting -= records;
    this.counts[isWritten ? 'written' : 'dropped'] += records;
  }

  #start(): Worker | undefined {
    // Source runs as .ts, the built program as .js; the compiler does not rewrite this URL.
    const file = new URL(`./journal-worker${extname(import.meta.url)}`, import.meta.url);
    try {
      // A small young generation: what a batch leaves behind is collected soon. With less than this, collecting costs a seventh of the work.
      const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 48 };
      this.#worker = new Worker(file, { workerData: this.#settings, name: 'journal', resourceLimits });
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
    this.#worker.unref();
    this.#worker.on('message', (report: JournalReport) => this.#receive(report));
    this.#worker.on('error', (error) => this.#fail(error));
    return this.#worker;
  }

  #receive(report: JournalReport): void {
    switch (report.kind) {
      case 'done':
        this.#posted -= report.records;
        this.#settle(report.records, report.isWritten);
        if (report.isWritten) this.#recover();
        if (this.#isWaitingForThread) this.#flush();
        return;
      case 'set aside':
        this.#log.warn(
          { file: report.file },
          'the journal was damaged: its file was renamed, and a new one was started',
        );
        return;
      case 'trouble':
        if (report.isFolder) this.#pausedUntil = performance.now() + retryMs;
        this.#logOnce(report.reason);
        return;
      case 'flushed':
        this.#onFlushed?.();
    }
  }

  /** The same failure is logged again once the journal has been written for a while. */
  #recover(): void {
    if (this.#logged.size === 0 || performance.now() < this.#troubledAt + retryMs) return;
    this.#logged.clear();
    this.#log.info({ folder: this.#settings.folder }, 'the journal can be written again');
  }

  #logOnce(reason: string): void {
    this.#troubledAt = performance.now();
    if (this.#logged.has(reason)) return;
    this.#logged.add(reason);
    const { folder } = this.#settings;
    this.#log.warn({ folder, reason }, 'could not write the journal (logged once per reason)');
  }

  /** The thread ended; a new one starts in a minute. */
  #fail(error: unknown): void {
    this.#log.error({ err: error }, 'the thread of the journal failed');
    this.#worker = undefined;
    this.#settle(this.#posted, false);
    this.#posted = 0;
    if (this.#isWaitingForThread) this.#flush();
    this.#pausedUntil = performance.now() + retryMs;
    this.#onFlushed?.();
  }
}

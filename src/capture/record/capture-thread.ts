import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../logger.ts';
import type { MappingSources } from './portal-knowledge.ts';
import type { RawExchange } from './raw-capture.ts';
import type { WriterMessage, WriterReport, WriterSettings } from './writer-messages.ts';

/** An unusable folder is tried again after this. */
const retryFolderMs = 60_000;
/** Knowledge that is kept for a thread that starts later. */
const maxKnowledge = 40;

/** The thread that writes captures. It starts with the first capture, and again after its folder was unusable. */
export class CaptureThread {
  readonly #settings: WriterSettings;
  readonly #log: Logger;
  readonly #events: ThreadEvents;
  #worker: Worker | undefined;
  #isBroken = false;
  #pausedUntil = 0;
  #onFlushed: (() => void) | undefined;
  readonly #loggedTroubles = new Set<string>();
  /** What the thread must know when it starts. */
  #mapping: MappingSources | undefined;
  /** By name, newest last. */
  readonly #knowledge = new Map<string, RawExchange>();

  constructor(settings: WriterSettings, log: Logger, events: ThreadEvents) {
    this.#settings = settings;
    this.#log = log;
    this.#events = events;
  }

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** False when the thread failed, and for a minute after its folder was unusable. */
  get isUsable(): boolean {
    return !this.#isBroken && performance.now() >= this.#pausedUntil;
  }

  setMapping(mapping: MappingSources): void {
    this.#mapping = mapping;
  }

  addKnowledge(name: string, exchange: RawExchange): void {
    this.#knowledge.set(name, exchange);
    const [oldest] = this.#knowledge.keys();
    if (this.#knowledge.size > maxKnowledge && oldest !== undefined) this.#knowledge.delete(oldest);
  }

  post(messages: readonly WriterMessage[]): void {
    const worker = this.#worker ?? this.#start();
    for (const message of messages) worker?.postMessage(message);
  }

  /** Waits up to `graceMs` for what was posted, and ends the thread. */
  async close(graceMs: number): Promise<void> {
    if (this.#worker === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onFlushed = resolve;
    const timer = setTimeout(resolve, graceMs);
    this.#worker.postMessage({ kind: 'flush' } satisfies WriterMessage);
    await promise;
    clearTimeout(timer);
    await this.#worker?.terminate();
    this.#worker = undefined;
    this.#isBroken = true;
  }

  #start(): Worker | undefined {
    if (this.#isBroken) return undefined;
    // Source runs as .ts, the built program as .js; the compiler does not rewrite this URL.
    const file = new URL(`./capture-worker${extname(import.meta.url)}`, import.meta.url);
    try {
      this.#worker = new Worker(file, { workerData: this.#settings, name: 'captures' });
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
    this.#worker.unref();
    this.#worker.on('message', (report: WriterReport) => this.#receive(report));
    this.#worker.on('error', (error) => this.#fail(error));
    for (const message of this.#initialMessages()) this.#worker.postMessage(message);
    return this.#worker;
  }

  #initialMessages(): WriterMessage[] {
    const mapping = this.#mapping;
    return [
      ...(mapping === undefined ? [] : [{ kind: 'mapping', mapping } as const]),
      ...[...this.#knowledge].map(([name, exchange]) => ({ kind: 'knowledge', name, exchange }) as const),
    ];
  }

  #receive(report: WriterReport): void {
    if (report.kind === 'flushed') this.#onFlushed?.();
    else if (report.kind === 'done') this.#events.onDone(report.size, report.isWritten);
    else this.#logTrouble(report.where, report.reason);
  }

  #logTrouble(where: 'folder' | 'file', reason: string): void {
    if (where === 'folder') this.#pause();
    if (this.#loggedTroubles.has(`${where} ${reason}`)) return;
    this.#loggedTroubles.add(`${where} ${reason}`);
    this.#log.warn({ folder: this.#settings.folder, reason }, 'could not write a capture (logged once per reason)');
  }

  /** The thread has no folder to write to: it ends, and a new one starts later. */
  #pause(): void {
    this.#pausedUntil = performance.now() + retryFolderMs;
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#events.onPaused();
    this.#onFlushed?.();
  }

  #fail(error: unknown): void {
    this.#isBroken = true;
    this.#worker = undefined;
    this.#onFlushed?.();
    this.#log.error({ err: error }, 'captures stopped: their thread failed');
  }
}

export interface ThreadEvents {
  /** A capture was handled. */
  onDone(size: number, isWritten: boolean): void;
  /** What was posted is lost. */
  onPaused(): void;
}

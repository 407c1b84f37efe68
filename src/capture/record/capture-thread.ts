import { extname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../logger.ts';
import { knownNamesBounds, LatestEntries } from './latest-entries.ts';
import type { MappingSources } from './portal-knowledge.ts';
import type { KnownCall } from './prior-knowledge.ts';
import { bytesOf, type RawCapture } from './raw-capture.ts';
import type { CaptureOutcome, WriterMessage, WriterReport, WriterSettings } from './writer-messages.ts';

/** An unusable folder is tried again after this. */
const retryFolderMs = 60_000;
/** A thread that does not end within this, whatever is left of the grace, waits for its file system. */
const minTerminateMs = 500;

/**
 * In megabytes: several times what the largest capture and the calls that captures rely on take. Without limits, a thread on a large
 * machine collects its garbage late, and the process grows.
 */
const memoryLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 384 };

/** For tests: how a thread is started, and what happens when it cannot be ended. */
export interface ThreadParts {
  readonly startWorker?: (settings: WriterSettings) => Worker;
  /** By default, the process is killed when it exits: it would wait for the thread without end. */
  readonly onStuck?: () => void;
}

export interface ThreadEvents extends ThreadParts {
  /** A capture was handled. */
  onDone(size: number, outcome: CaptureOutcome): void;
  /** What was posted is lost. */
  onPaused(): void;
}

/** A capture to write. */
export interface PostedCapture {
  readonly capture: RawCapture;
  readonly knowledge: readonly KnownCall[];
  readonly size: number;
}

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
  /** Names of the calls that the current thread knows, newest last. */
  readonly #knownNames = new LatestEntries<true>(knownNamesBounds);

  constructor(settings: WriterSettings, log: Logger, events: ThreadEvents) {
    this.#settings = settings;
    this.#log = log;
    this.#events = events;
  }

  /** False when the thread failed, and for a minute after its folder was unusable. */
  get isUsable(): boolean {
    return !this.#isBroken && performance.now() >= this.#pausedUntil;
  }

  setMapping(mapping: MappingSources): void {
    this.#mapping = mapping;
    if (this.#worker !== undefined) this.#send({ kind: 'mapping', mapping });
  }

  /** Calls that the thread does not know yet go ahead of the capture that relies on them. */
  post({ capture, knowledge, size }: PostedCapture): void {
    if (this.#worker === undefined) this.#start();
    for (const known of knowledge) this.#introduce(known);
    const names = knowledge.map(({ name }) => name);
    const isSent = this.#send({ kind: 'capture', capture, knowledge: names, size });
    if (!isSent) this.#events.onDone(size, 'lost');
  }

  /** Waits up to `graceMs` for what was posted, and ends the thread. Never waits longer for a file system that blocks. */
  async close(graceMs: number): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const endsAt = performance.now() + graceMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onFlushed = resolve;
    const timer = setTimeout(resolve, graceMs);
    this.#send({ kind: 'flush' });
    await promise;
    clearTimeout(timer);
    this.#worker = undefined;
    this.#isBroken = true;
    const leftMs = Math.max(minTerminateMs, endsAt - performance.now());
    const hasEnded = await Promise.race([worker.terminate().then(() => true), wait(leftMs, false, { ref: true })]);
    if (!hasEnded) this.#giveUp();
  }

  #giveUp(): void {
    this.#log.error(
      { folder: this.#settings.folder },
      'the thread of captures does not stop: it is busy, or its folder does not respond',
    );
    const { onStuck = killOnExit } = this.#events;
    onStuck();
  }

  #introduce({ name, exchange }: KnownCall): void {
    if (this.#knownNames.get(name)) return;
    if (!this.#send({ kind: 'knowledge', name, exchange })) return;
    this.#knownNames.set(name, true, bytesOf(exchange));
  }

  #send(message: WriterMessage): boolean {
    if (this.#worker === undefined) return false;
    try {
      this.#worker.postMessage(message);
      return true;
    } catch (error) {
      this.#logTrouble('hand-over', error instanceof Error ? error.name : 'unknown reason');
      return false;
    }
  }

  #start(): void {
    if (this.#isBroken) return;
    const { startWorker = startCaptureWorker } = this.#events;
    try {
      const worker = startWorker(this.#settings);
      worker.unref();
      worker.on('message', (report: WriterReport) => this.#receive(report));
      worker.on('error', (error) => this.#fail(error));
      this.#worker = worker;
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#knownNames.clear();
    if (this.#mapping !== undefined) this.#send({ kind: 'mapping', mapping: this.#mapping });
  }

  #receive(report: WriterReport): void {
    if (report.kind === 'flushed') this.#onFlushed?.();
    else if (report.kind === 'done') this.#events.onDone(report.size, report.outcome);
    else this.#logTrouble(report.where, report.reason);
    if (report.kind === 'trouble' && report.where === 'folder') this.#pause();
  }

  #logTrouble(where: string, reason: string): void {
    if (this.#loggedTroubles.has(`${where} ${reason}`)) return;
    this.#loggedTroubles.add(`${where} ${reason}`);
    this.#log.warn({ folder: this.#settings.folder, reason }, 'could not write a capture (logged once per reason)');
  }

  /** The thread has no folder to write to: it ends, and a new one starts later. */
  #pause(): void {
    this.#pausedUntil = performance.now() + retryFolderMs;
    const worker = this.#worker;
    this.#worker = undefined;
    worker?.terminate().catch((error: unknown) => this.#log.warn({ err: error }, 'the thread of captures did not end'));
    this.#events.onPaused();
    this.#onFlushed?.();
  }

  /** After one capture that takes too much memory, the next one starts a new thread. */
  #fail(error: unknown): void {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#isBroken = !isTooLarge;
    this.#worker = undefined;
    this.#events.onPaused();
    this.#onFlushed?.();
    if (isTooLarge) this.#log.warn({}, 'captures were lost: one of them took too much memory');
    else this.#log.error({ err: error }, 'captures stopped: their thread failed');
  }
}

export function startCaptureWorker(settings: WriterSettings): Worker {
  // Source runs as .ts, the built program as .js; the compiler does not rewrite this URL.
  const file = new URL(`./capture-worker${extname(import.meta.url)}`, import.meta.url);
  return new Worker(file, { workerData: settings, name: 'captures', resourceLimits: memoryLimits });
}

/** A process that exits waits for its threads, also for one that waits for a file system. */
function killOnExit(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
}

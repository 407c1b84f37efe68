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
/** If the thread does not end within this time, regardless of the grace period, it is waiting for its file system. */
const minTerminateMs = 500;

/** Bytes of captures that the thread has at once. A larger one it has alone: if it takes too much memory, no other is lost with it. */
const maxBytesAtOnce = 1024 ** 2;

/**
 * In megabytes: more than the largest capture and the calls that captures rely on take. Without limits, a thread on a large machine
 * collects its garbage late, and the process grows.
 */
const memoryLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 };

/** For tests: how a thread is started, and what happens when it cannot be ended. */
export interface ThreadParts {
  readonly startWorker?: (settings: WriterSettings) => Worker;
  /** By default, the process is killed when it exits: it would wait for the thread without end. */
  readonly onStuck?: () => void;
}

export interface ThreadEvents extends ThreadParts {
  /** A capture was handled. */
  onDone(size: number, outcome: CaptureOutcome): void;
  /** All that was posted is lost. */
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
  /** What the thread is to receive, in order. */
  #waiting: (PostedCapture | MappingSources)[] = [];
  /** Sizes of the captures that the thread has, in order. */
  #inThread: number[] = [];
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
    if (this.#worker === undefined) return;
    this.#waiting.push(mapping);
    this.#pass();
  }

  post(posted: PostedCapture): void {
    if (this.#worker === undefined) this.#start();
    // What waited when the thread could not start is counted already.
    if (this.#worker === undefined) return;
    this.#waiting.push(posted);
    this.#pass();
  }

  /** Passes on what waits, as far as the thread may have it at once. */
  #pass(maxBytes = maxBytesAtOnce): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if ('capture' in next && !this.#hasRoom(next.size, maxBytes)) return;
      this.#waiting.shift();
      if ('capture' in next) this.#passCapture(next);
      else this.#send({ kind: 'mapping', mapping: next });
    }
  }

  #hasRoom(size: number, maxBytes: number): boolean {
    const bytes = this.#inThread.reduce((sum, each) => sum + each, size);
    return this.#inThread.length === 0 || bytes <= maxBytes;
  }

  /** Calls that the thread does not know yet go ahead of the capture that relies on them. */
  #passCapture({ capture, knowledge, size }: PostedCapture): void {
    for (const known of knowledge) this.#introduce(known);
    const names = knowledge.map(({ name }) => name);
    const isSent = this.#send({ kind: 'capture', capture, knowledge: names, size });
    if (isSent) this.#inThread.push(size);
    else this.#events.onDone(size, 'lost');
  }

  /** Waits up to `graceMs` for what was posted, and ends the thread. Never waits longer for a file system that blocks. */
  async close(graceMs: number): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const endsAt = performance.now() + graceMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onFlushed = resolve;
    const timer = setTimeout(resolve, graceMs);
    this.#pass(Number.POSITIVE_INFINITY);
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
      'the capture thread does not stop: it is busy, or its folder does not respond',
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
    else if (report.kind === 'done') this.#settle(report);
    else this.#logTrouble(report.where, report.reason);
    if (report.kind === 'trouble' && report.where === 'folder') this.#pause();
  }

  #settle({ size, outcome }: WriterReport & { readonly kind: 'done' }): void {
    this.#inThread.shift();
    this.#events.onDone(size, outcome);
    this.#pass();
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
    worker?.terminate().catch((error: unknown) => this.#log.warn({ err: error }, 'the capture thread did not end'));
    this.#forgetAll();
    this.#onFlushed?.();
  }

  #forgetAll(): void {
    this.#waiting = [];
    this.#inThread = [];
    this.#events.onPaused();
  }

  #fail(error: unknown): void {
    this.#worker = undefined;
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.#replace();
    else {
      this.#isBroken = true;
      this.#forgetAll();
      this.#log.error({ err: error }, 'captures stopped: their thread failed');
    }
    this.#onFlushed?.();
  }

  /** The thread ran out of memory: what it had is lost, and what waits goes to a new one. */
  #replace(): void {
    const lost = this.#inThread;
    this.#inThread = [];
    for (const size of lost) this.#events.onDone(size, 'lost');
    this.#log.warn({ lost: lost.length }, 'captures were lost: one of them used too much memory');
    if (this.#waiting.length === 0) return;
    this.#start();
    if (this.#worker !== undefined) this.#pass();
  }
}

export function startCaptureWorker(settings: WriterSettings): Worker {
  // Source runs as .ts, the built program as .js; the compiler does not rewrite this URL.
  const file = new URL(`./capture-worker${extname(import.meta.url)}`, import.meta.url);
  return new Worker(file, { workerData: settings, name: 'captures', resourceLimits: memoryLimits });
}

/** A process that exits waits for its threads, even for one that is blocked by a file system. */
function killOnExit(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'));
}

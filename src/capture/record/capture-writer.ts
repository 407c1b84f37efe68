import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../logger.ts';
import type { FolderLimits } from './capture-folder.ts';
import type { ComposerSettings, MappingSources } from './compose-capture.ts';
import type { RawCapture, RawExchange } from './raw-capture.ts';

export interface WriterSettings {
  readonly folder: string;
  readonly limits: FolderLimits;
  /** Key of the stand-ins; the folder's own unless given. */
  readonly secret?: string;
  readonly composer: Omit<ComposerSettings, 'secret'>;
}

export type WriterMessage =
  | { readonly kind: 'mapping'; readonly mapping: MappingSources }
  | { readonly kind: 'ambient'; readonly name: string; readonly exchange: RawExchange }
  | {
      readonly kind: 'capture';
      readonly capture: RawCapture;
      readonly ambient: readonly string[];
      readonly size: number;
    }
  | { readonly kind: 'flush' };

export type WriterReport =
  | { readonly kind: 'done'; readonly size: number; readonly isWritten: boolean }
  | { readonly kind: 'trouble'; readonly where: 'folder' | 'file'; readonly reason: string }
  | { readonly kind: 'flushed' };

/** Hands captures to a thread of their own. Never waits, never throws: what cannot be written is told in the log, once. */
export interface CaptureWriter {
  setMapping(mapping: MappingSources): void;
  addKnowledge(name: string, exchange: RawExchange): void;
  write(capture: RawCapture, ambient: readonly string[]): void;
  /** Captures that were dropped because the thread could not keep up. */
  readonly dropped: number;
  readonly written: number;
  /** Waits for what is queued, at most `graceMs`, and ends the thread. */
  close(graceMs: number): Promise<void>;
}

/** What may wait at most; beyond it captures are dropped instead of filling the memory. */
const mostWaiting = 2_000;
const mostBytesWaiting = 128 * 1024 ** 2;
/** Captures are handed over when no request has ended for this long, so that a burst is not slowed by its own captures … */
const quietMs = 50;
/** A folder that cannot be used is tried again after this. */
const retryFolderMs = 60_000;
/** … but when they have waited this long at the latest. */
const longestWaitMs = 3_000;
/** Calls that are kept for a thread that starts later. */
const mostAmbient = 40;

export function createCaptureWriter(settings: WriterSettings, log: Logger): CaptureWriter {
  let worker: Worker | undefined;
  let isBroken = false;
  let pending: WriterMessage[] = [];
  let pendingSince = 0;
  const timer = setTimeout(handOver, quietMs).unref();
  let waiting = 0;
  let bytesWaiting = 0;
  let dropped = 0;
  let written = 0;
  let isDropping = false;
  let pausedUntil = 0;
  const toldTroubles = new Set<string>();
  let onFlushed: (() => void) | undefined;
  /** What the thread is to know when it starts: it starts with the first capture, perhaps never. By name, newest last. */
  let mapping: MappingSources | undefined;
  const ambient = new Map<string, RawExchange>();

  function started(): Worker | undefined {
    if (worker !== undefined || isBroken) return worker;
    // Source runs as .ts, the built program as .js; the address is not rewritten by the compiler.
    const file = new URL(`./capture-worker${extname(import.meta.url)}`, import.meta.url);
    try {
      worker = new Worker(file, { workerData: settings, name: 'captures' });
    } catch (error) {
      fail(error);
      return undefined;
    }
    worker.unref();
    worker.on('message', receive);
    worker.on('error', fail);
    if (mapping !== undefined) worker.postMessage({ kind: 'mapping', mapping } satisfies WriterMessage);
    for (const [name, exchange] of ambient) {
      worker.postMessage({ kind: 'ambient', name, exchange } satisfies WriterMessage);
    }
    return worker;
  }

  function fail(error: unknown): void {
    isBroken = true;
    worker = undefined;
    onFlushed?.();
    log.error({ err: error }, 'captures cannot be written any more: their thread failed');
  }

  function receive(report: WriterReport): void {
    if (report.kind === 'flushed') onFlushed?.();
    else if (report.kind === 'trouble') {
      const { where, reason } = report;
      if (where === 'folder') pause();
      if (toldTroubles.has(`${where} ${reason}`)) return;
      toldTroubles.add(`${where} ${reason}`);
      log.warn({ folder: settings.folder, reason }, 'a capture could not be written; this is told once per reason');
    } else {
      waiting -= 1;
      bytesWaiting -= report.size;
      if (report.isWritten) written += 1;
      if (waiting === 0) isDropping = false;
    }
  }

  /** The thread has no folder to write to: it ends, and another one tries later. */
  function pause(): void {
    pausedUntil = performance.now() + retryFolderMs;
    void worker?.terminate();
    worker = undefined;
    pending = [];
    waiting = 0;
    bytesWaiting = 0;
    onFlushed?.();
  }

  function handOver(): void {
    if (pending.length === 0) return;
    const thread = started();
    for (const message of pending) thread?.postMessage(message);
    pending = [];
  }

  function send(message: WriterMessage): void {
    if (pending.length === 0) pendingSince = performance.now();
    pending.push(message);
    if (performance.now() - pendingSince > longestWaitMs) handOver();
    else timer.refresh();
  }

  return {
    setMapping(sources) {
      mapping = sources;
      if (worker !== undefined) send({ kind: 'mapping', mapping });
    },
    addKnowledge(name, exchange) {
      if (isBroken) return;
      ambient.set(name, exchange);
      for (const [oldest] of ambient) {
        if (ambient.size <= mostAmbient) break;
        ambient.delete(oldest);
      }
      if (worker !== undefined) send({ kind: 'ambient', name, exchange });
    },
    write(capture, ambient) {
      const size = sizeOf(capture);
      if (isBroken || performance.now() < pausedUntil) return;
      if (waiting >= mostWaiting || bytesWaiting + size > mostBytesWaiting) {
        dropped += 1;
        if (!isDropping) log.warn({ waiting, bytesWaiting }, 'captures are dropped: writing cannot keep up');
        isDropping = true;
        return;
      }
      waiting += 1;
      bytesWaiting += size;
      send({ kind: 'capture', capture, ambient, size });
    },
    get dropped() {
      return dropped;
    },
    get written() {
      return written;
    },
    async close(graceMs) {
      handOver();
      clearTimeout(timer);
      if (worker === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onFlushed = resolve;
      const enough = setTimeout(resolve, graceMs);
      worker.postMessage({ kind: 'flush' } satisfies WriterMessage);
      await promise;
      clearTimeout(enough);
      await worker?.terminate();
      worker = undefined;
      isBroken = true;
    },
  };
}

/** Roughly what it takes while it waits. */
export function sizeOf({ body, answer, exchanges }: RawCapture): number {
  const texts = exchanges.reduce((sum, each) => sum + lengthOf(each.requestText) + lengthOf(each.responseText), 0);
  return 1_000 + (body?.byteLength ?? 0) + lengthOf(answer?.text) + texts;
}

function lengthOf(text: string | undefined): number {
  return text?.length ?? 0;
}

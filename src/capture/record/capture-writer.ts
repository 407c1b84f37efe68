import type { Logger } from '../../logger.ts';
import { CaptureThread } from './capture-thread.ts';
import type { MappingSources } from './portal-knowledge.ts';
import type { RawCapture, RawExchange } from './raw-capture.ts';
import type { WriterMessage, WriterSettings } from './writer-messages.ts';

/** Hands captures to a thread of their own. Never waits and never throws: failures are logged once per reason. */
export interface CaptureWriter {
  setMapping(mapping: MappingSources): void;
  addKnowledge(name: string, exchange: RawExchange): void;
  /** @param knowledge names given to {@link CaptureWriter.addKnowledge} that the request could rely on. */
  write(capture: RawCapture, knowledge: readonly string[]): void;
  /** Captures that were dropped because the thread could not keep up. */
  readonly dropped: number;
  readonly written: number;
  /** Waits up to `graceMs` for queued captures, and ends the thread. */
  close(graceMs: number): Promise<void>;
}

/** Beyond these, captures are dropped instead of filling the memory. */
const maxWaiting = 2_000;
const maxBytesWaiting = 128 * 1024 ** 2;
/** Captures are handed over when no request has ended for this long, so that they do not slow down a burst … */
const quietMs = 50;
/** … but after this long at the latest. */
const maxWaitMs = 3_000;

export function createCaptureWriter(settings: WriterSettings, log: Logger): CaptureWriter {
  const backlog = { waiting: 0, bytesWaiting: 0 };
  const counts = { dropped: 0, written: 0 };
  let isDropping = false;
  let pending: WriterMessage[] = [];
  let pendingSince = 0;
  const timer = setTimeout(handOver, quietMs).unref();
  const thread = new CaptureThread(settings, log, {
    onDone(size, isWritten) {
      backlog.waiting -= 1;
      backlog.bytesWaiting -= size;
      if (isWritten) counts.written += 1;
      if (backlog.waiting === 0) isDropping = false;
    },
    onPaused() {
      pending = [];
      backlog.waiting = 0;
      backlog.bytesWaiting = 0;
    },
  });

  function handOver(): void {
    if (pending.length > 0) thread.post(pending);
    pending = [];
  }

  function send(message: WriterMessage): void {
    if (pending.length === 0) pendingSince = performance.now();
    pending.push(message);
    if (performance.now() - pendingSince > maxWaitMs) handOver();
    else timer.refresh();
  }

  function drop(): void {
    counts.dropped += 1;
    if (!isDropping) log.warn(backlog, 'captures are being dropped: writing cannot keep up');
    isDropping = true;
  }

  return {
    setMapping(mapping) {
      thread.setMapping(mapping);
      if (thread.isRunning) send({ kind: 'mapping', mapping });
    },
    addKnowledge(name, exchange) {
      thread.addKnowledge(name, exchange);
      if (thread.isRunning) send({ kind: 'knowledge', name, exchange });
    },
    write(capture, knowledge) {
      if (!thread.isUsable) return;
      const size = sizeOf(capture);
      if (backlog.waiting >= maxWaiting || backlog.bytesWaiting + size > maxBytesWaiting) {
        drop();
        return;
      }
      backlog.waiting += 1;
      backlog.bytesWaiting += size;
      send({ kind: 'capture', capture, knowledge, size });
    },
    get dropped() {
      return counts.dropped;
    },
    get written() {
      return counts.written;
    },
    async close(graceMs) {
      handOver();
      clearTimeout(timer);
      await thread.close(graceMs);
    },
  };
}

/** Roughly the memory that a waiting capture takes, in bytes. */
export function sizeOf({ body, answer, exchanges }: RawCapture): number {
  const texts = exchanges.reduce((sum, each) => sum + lengthOf(each.requestText) + lengthOf(each.responseText), 0);
  return 1_000 + (body?.byteLength ?? 0) + lengthOf(answer?.text) + texts;
}

function lengthOf(text: string | undefined): number {
  return text?.length ?? 0;
}

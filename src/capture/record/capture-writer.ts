import type { Logger } from '../../logger.ts';
import { CaptureThread, type ThreadParts } from './capture-thread.ts';
import type { MappingSources } from './portal-knowledge.ts';
import type { KnownCall } from './prior-knowledge.ts';
import { bytesOf, bytesOfText, type RawCapture } from './raw-capture.ts';
import type { CaptureOutcome, WriterSettings } from './writer-messages.ts';

/** Hands captures to a thread of their own. Never waits and never throws: failures are logged once per reason. */
export interface CaptureWriter {
  setMapping(mapping: MappingSources): void;
  /** @param knowledge earlier calls that the request could rely on. */
  write(capture: RawCapture, knowledge: readonly KnownCall[]): void;
  readonly counts: Readonly<CaptureCounts>;
  /** Waits up to `graceMs` for queued captures, and ends the thread. */
  close(graceMs: number): Promise<void>;
}

/** Captures since the start. */
export interface CaptureCounts {
  /** Written, those without their bodies included. */
  written: number;
  /** Written without their bodies, because replacing values took too long. */
  trimmed: number;
  /** Not written: the thread could not keep up, failed, or was stopped before. */
  dropped: number;
}

/** Beyond these, captures are dropped instead of filling the memory. */
const maxWaiting = 2_000;
/** Three captures of the largest size. What waits is held twice for a moment, when it is handed over. */
const maxBytesWaiting = 24 * 1024 ** 2;
/** Captures are handed over when no request has ended for this long, so that they do not slow down a burst of requests … */
const quietMs = 50;
/** … but after this long at the latest. */
const maxWaitMs = 3_000;

export function createCaptureWriter(settings: WriterSettings, log: Logger, parts?: ThreadParts): CaptureWriter {
  const backlog = { waiting: 0, bytesWaiting: 0 };
  const counts: CaptureCounts = { written: 0, trimmed: 0, dropped: 0 };
  let isDropping = false;
  const queue = createQuietQueue();
  const thread = new CaptureThread(settings, log, {
    onDone(size, outcome) {
      backlog.waiting -= 1;
      backlog.bytesWaiting -= size;
      count(counts, outcome, log);
      if (backlog.waiting === 0) isDropping = false;
    },
    onPaused: dropWaiting,
    ...parts,
  });

  function dropWaiting(): number {
    const { waiting } = backlog;
    counts.dropped += waiting;
    queue.clear();
    backlog.waiting = 0;
    backlog.bytesWaiting = 0;
    return waiting;
  }

  function drop(): void {
    counts.dropped += 1;
    if (!isDropping) log.warn(backlog, 'captures are being dropped: writing cannot keep up');
    isDropping = true;
  }

  return {
    setMapping: (mapping) => queue.add(() => thread.setMapping(mapping)),
    write(capture, knowledge) {
      if (!thread.isUsable) return;
      const size = sizeOf(capture);
      if (backlog.waiting >= maxWaiting || backlog.bytesWaiting + size > maxBytesWaiting) {
        drop();
        return;
      }
      backlog.waiting += 1;
      backlog.bytesWaiting += size;
      queue.add(() => thread.post({ capture, knowledge, size }));
    },
    counts,
    async close(graceMs) {
      queue.end();
      await thread.close(graceMs);
      const lost = dropWaiting();
      if (lost > 0) log.warn({ lost }, 'captures were lost: the bridge stopped before they were written');
    },
  };
}

function count(counts: CaptureCounts, outcome: CaptureOutcome, log: Logger): void {
  if (outcome === 'lost') counts.dropped += 1;
  else counts.written += 1;
  if (outcome === 'trimmed') counts.trimmed += 1;
  if (outcome === 'trimmed' && counts.trimmed === 1) {
    log.warn({}, 'a capture was written without its bodies: replacing their values took too long (logged once)');
  }
}

interface QuietQueue {
  add(send: () => void): void;
  /** Forgets what waits. */
  clear(): void;
  /** Runs what waits, and stops the timer. */
  end(): void;
}

/** Runs what was added once nothing more is added for a while, or at the latest after the longest wait. */
function createQuietQueue(): QuietQueue {
  let pending: (() => void)[] = [];
  let pendingSince = 0;
  const timer = setTimeout(handOver, quietMs).unref();

  function handOver(): void {
    const sending = pending;
    pending = [];
    for (const send of sending) send();
  }

  return {
    add(send) {
      if (pending.length === 0) pendingSince = performance.now();
      pending.push(send);
      if (performance.now() - pendingSince > maxWaitMs) handOver();
      else timer.refresh();
    },
    clear() {
      pending = [];
    },
    end() {
      handOver();
      clearTimeout(timer);
    },
  };
}

/** Roughly the memory that a waiting capture uses, in bytes. */
export function sizeOf({ body, answer, exchanges }: RawCapture): number {
  const texts = exchanges.reduce((sum, exchange) => sum + bytesOf(exchange), 0);
  return 1_000 + (body?.byteLength ?? 0) + bytesOfText(answer?.text ?? '') + texts;
}

import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Screen } from '../screens/screen.ts';
import { type Counted, EventStream, type TextMessages } from './event-stream.ts';

/** Sends screens what changes while they are open, as server-sent events. */
export interface EventHub {
  /** There is one more of it: `requests`. Screens say how many came since they were loaded. */
  count(what: string): void;
  /** Keeps the response open. @param isSignedIn asked again while it is open */
  listen(request: Request, response: Response, reader: { readonly screen: Screen; isSignedIn(): boolean }): void;
  /** Ends all, and accepts none any more. */
  close(): void;
}

const maxStreams = 20;
/** At most one message of counts a second. */
const flushMs = 1_000;
const lookMs = 1_000;
const keepAliveMs = 15_000;
const ringSize = 500;

/** @param onTrouble called when the texts of a screen cannot be read. */
export function createEventHub(onTrouble: (error: unknown) => void): EventHub {
  const era = randomBytes(4).toString('hex');
  const streams = new Set<EventStream>();
  const ring: Counted[] = [];
  let pending: Record<string, number> = {};
  let lastId = 0;
  let flushTimer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const flush = () => {
    flushTimer = undefined;
    lastId += 1;
    ring.push({ id: lastId, counts: pending });
    if (ring.length > ringSize) ring.shift();
    pending = {};
    for (const stream of streams) stream.sendCounts(ring);
  };
  const timers = [
    setInterval(() => sendTexts(streams, onTrouble), lookMs),
    setInterval(() => {
      for (const stream of streams) stream.keepAlive();
    }, keepAliveMs),
  ];
  for (const timer of timers) timer.unref();

  return {
    count(what) {
      if (isClosed) return;
      pending[what] = (pending[what] ?? 0) + 1;
      flushTimer ??= setTimeout(flush, flushMs).unref();
    },
    listen(request, response, { screen, isSignedIn }) {
      if (isClosed || streams.size >= maxStreams) {
        response.status(503).setHeader('Retry-After', '10').end();
        return;
      }
      const [sentEra, sentId = ''] = String(request.headers['last-event-id'] ?? '').split('-');
      const isKept = sentEra === era && Number(sentId) >= (ring[0]?.id ?? 1) - 1 && Number(sentId) <= lastId;
      const stream = new EventStream(response, { screen, isSignedIn, era, lastId: isKept ? Number(sentId) : lastId });
      response.once('close', () => streams.delete(stream));
      streams.add(stream);
      if (sentEra !== '' && !isKept) stream.sendMissed();
      stream.sendCounts(ring);
      sendTexts(new Set([stream]), onTrouble);
    },
    close() {
      isClosed = true;
      clearTimeout(flushTimer);
      for (const timer of timers) clearInterval(timer);
      for (const stream of streams) stream.end();
      streams.clear();
    },
  };
}

/** Reads the texts of each screen once, and writes each message once for all that are sent the same. */
function sendTexts(streams: ReadonlySet<EventStream>, onTrouble: (error: unknown) => void): void {
  for (const [screen, readers] of Map.groupBy(streams, (stream) => stream.screen)) {
    try {
      const texts = screen.live?.() ?? {};
      const messages: TextMessages = new Map();
      for (const stream of readers) stream.sendTexts(texts, messages);
    } catch (error) {
      onTrouble(error);
    }
  }
}

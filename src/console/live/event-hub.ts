import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Screen } from '../screens/screen.ts';
import { EventStream } from './event-stream.ts';
import { type Counted, createNews, noTexts, type Texts } from './news.ts';

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
/** Each browser gets at most one message in this time. */
const sendMs = 1_000;
const keepAliveMs = 15_000;
const ringSize = 500;

/** @param onTrouble called when the texts of a screen cannot be read. */
export function createEventHub(onTrouble: (error: unknown) => void): EventHub {
  const era = randomBytes(4).toString('hex');
  const streams = new Set<EventStream>();
  const ring: Counted[] = [];
  let pending: Record<string, number> | undefined;
  let lastId = 0;
  let isClosed = false;

  const newsOf = (screen: Screen) => createNews({ era, ring }, readTexts(screen, onTrouble));
  const send = () => {
    if (pending !== undefined) {
      lastId += 1;
      ring.push({ id: lastId, counts: pending });
      if (ring.length > ringSize) ring.shift();
      pending = undefined;
    }
    for (const [screen, readers] of Map.groupBy(streams, (stream) => stream.screen)) {
      const news = newsOf(screen);
      for (const stream of readers) stream.send(news);
    }
  };
  const timers = [
    setInterval(send, sendMs),
    setInterval(() => {
      for (const stream of streams) stream.keepAlive();
    }, keepAliveMs),
  ];
  for (const timer of timers) timer.unref();

  return {
    count(what) {
      if (isClosed) return;
      pending ??= {};
      pending[what] = (pending[what] ?? 0) + 1;
    },
    listen(request, response, { screen, isSignedIn }) {
      if (isClosed || streams.size >= maxStreams) {
        response.status(503).setHeader('Retry-After', '10').end();
        return;
      }
      const [sentEra, sentId = ''] = String(request.headers['last-event-id'] ?? '').split('-');
      const isKept = sentEra === era && Number(sentId) >= (ring[0]?.id ?? 1) - 1 && Number(sentId) <= lastId;
      const stream = new EventStream(response, { screen, isSignedIn, lastId: isKept ? Number(sentId) : lastId });
      response.once('close', () => streams.delete(stream));
      streams.add(stream);
      stream.send(newsOf(screen), `retry: 3000\n\n${sentEra !== '' && !isKept ? missed : ''}`);
    },
    close() {
      isClosed = true;
      for (const timer of timers) clearInterval(timer);
      for (const stream of streams) stream.end();
      streams.clear();
    },
  };
}

/** Once for all readers of a screen. */
function readTexts(screen: Screen, onTrouble: (error: unknown) => void): Texts {
  try {
    return screen.live?.() ?? noTexts;
  } catch (error) {
    onTrouble(error);
    return noTexts;
  }
}

/** The browser was away for longer than events are kept. */
const missed = 'event: missed\ndata: {}\n\n';

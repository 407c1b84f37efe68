import { AsyncLocalStorage } from 'node:async_hooks';
import { type CandidateSearch, flightKey } from '../../bridge/records/candidate-search.ts';
import type { RecordIdCache } from '../../bridge/records/record-id-cache.ts';
import type { CallContext } from '../../crm/crm.ts';
import { type CaptureWriter, sizeOf } from './capture-writer.ts';
import { createPriorKnowledge, type KnowledgeSnapshot } from './prior-knowledge.ts';
import type { RawCapture, RawExchange, RememberedId } from './raw-capture.ts';

/** Which requests are kept: those that had an error or a warning, or all. */
export type CaptureMode = 'errors' | 'all';

/** What is known of a request when it arrives. */
export interface RequestFacts {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly mappingHash: string;
}

export type Answer = NonNullable<RawCapture['answer']>;

/** Notes of one request in the making. */
export interface Recording {
  setKey(key: RawCapture['key']): void;
  setBody(body: Uint8Array): void;
  /** To be called once, when the answer is out or the caller is gone. */
  finish(answer: Answer | undefined, hasTrouble: boolean): void;
  /** Runs the request's work so that what it takes from memory is noted here. */
  run<Result>(work: () => Result): Result;
}

/**
 * Follows requests through the bridge: the calls made for each, what it took from memory, and other requests' work that it shared.
 * Costs a request next to nothing: texts that exist anyway are kept until its answer is out.
 */
export interface Recorder {
  begin(facts: RequestFacts): Recording;
  /** For the CRM's adapter: one call went over the wire. */
  exchange(context: CallContext, exchange: RawExchange): void;
  /** The same cache; what a request takes from it is noted. */
  watchIds(ids: RecordIdCache): RecordIdCache;
  /** The same search; who waits for whose search is noted. */
  watchCandidates(candidates: CandidateSearch): CandidateSearch;
}

/** Bodies of one request that together are larger are left out of its capture. */
const mostBytes = 24 * 1024 ** 2;
/** A scanner that tries keys must not push everything else out: refused keys are kept this seldom. */
const refusalEveryMs = 10_000;

interface OpenRecording {
  readonly facts: RequestFacts;
  readonly startedAt: string;
  readonly start: number;
  readonly exchanges: RawExchange[];
  readonly remembered: Map<string, RememberedId>;
  /** Requests whose work was waited for. */
  readonly joined: Set<OpenRecording>;
  readonly knownAtStart: KnowledgeSnapshot;
  key: RawCapture['key'];
  body?: Uint8Array;
}

export function createRecorder(writer: CaptureWriter, mode: CaptureMode): Recorder {
  const open = new Map<string, Set<OpenRecording>>();
  const current = new AsyncLocalStorage<OpenRecording>();
  const ambient = createPriorKnowledge((name, exchange) => writer.addKnowledge(name, exchange));
  let refusedAt = Number.NEGATIVE_INFINITY;

  function finish(recording: OpenRecording, answer: Answer | undefined, hasTrouble: boolean): void {
    const { requestId } = recording.facts;
    const same = open.get(requestId);
    same?.delete(recording);
    if (same?.size === 0) open.delete(requestId);
    if (mode === 'errors' && !hasTrouble) return;
    const now = performance.now();
    if (recording.key !== 'good') {
      if (now - refusedAt < refusalEveryMs) return;
      refusedAt = now;
    }
    const exchanges = allExchanges(recording);
    const raw = trimmed({
      ...recording.facts,
      startedAt: recording.startedAt,
      durationMs: now - recording.start,
      key: recording.key,
      ...(recording.body !== undefined && { body: recording.body }),
      ...(answer !== undefined && { answer }),
      exchanges,
      remembered: [...recording.remembered.values()],
      isTrimmed: false,
    });
    writer.write(raw, ambient.relevantTo(recording.facts.path, recording.exchanges, recording.knownAtStart));
  }

  return {
    begin(facts) {
      const recording: OpenRecording = {
        facts,
        startedAt: new Date().toISOString(),
        start: performance.now(),
        exchanges: [],
        remembered: new Map(),
        joined: new Set(),
        knownAtStart: ambient.snapshot(),
        key: 'missing',
      };
      const same = open.get(facts.requestId) ?? new Set();
      open.set(facts.requestId, same.add(recording));
      let isFinished = false;
      return {
        setKey(key) {
          recording.key = key;
        },
        setBody(body) {
          recording.body = body;
        },
        run: (work) => current.run(recording, work),
        finish(answer, hasTrouble) {
          if (!isFinished) finish(recording, answer, hasTrouble);
          isFinished = true;
        },
      };
    },
    exchange(context, exchange) {
      ambient.note(exchange);
      const ids = new Set([context.requestId, ...(context.alsoFor ?? [])]);
      const recordings = [...ids].flatMap((id) => [...(open.get(id) ?? [])]);
      const noted = recordings.length > 1 || ids.size > 1 ? { ...exchange, isShared: true } : exchange;
      for (const recording of recordings) recording.exchanges.push(noted);
    },
    watchIds: (ids) => ({
      get(objectType, key) {
        const id = ids.get(objectType, key);
        if (id !== undefined) {
          const entry = { objectType, name: key.name, value: key.value, id };
          current.getStore()?.remembered.set(`${objectType}\u0001${key.name}\u0001${key.value}`, entry);
        }
        return id;
      },
      remember: (objectType, keys, id) => ids.remember(objectType, keys, id),
      forget: (objectType, key) => ids.forget(objectType, key),
      get size() {
        return ids.size;
      },
    }),
    watchCandidates: (candidates) => watchFlights(candidates, current),
  };
}

/** Equal look-ups of concurrent requests share one search: the first that asks makes it, the others join. */
function watchFlights(candidates: CandidateSearch, current: AsyncLocalStorage<OpenRecording>): CandidateSearch {
  const askers = new Map<string, OpenRecording>();
  return {
    async find(search, context) {
      const asker = current.getStore();
      if (asker === undefined) return await candidates.find(search, context);
      const own: string[] = [];
      for (const key of search.keys) {
        const flight = flightKey(search, key);
        const first = askers.get(flight);
        if (first !== undefined && first !== asker) asker.joined.add(first);
        else if (first === undefined) {
          askers.set(flight, asker);
          own.push(flight);
        }
      }
      try {
        return await candidates.find(search, context);
      } finally {
        for (const flight of own) askers.delete(flight);
      }
    },
  };
}

/** Its own calls and, marked, the searches of the requests that it waited for; in the order in which they began. */
function allExchanges(recording: OpenRecording): readonly RawExchange[] {
  if (recording.joined.size === 0) return recording.exchanges;
  const others = [...recording.joined].flatMap(({ exchanges }) =>
    exchanges.filter(({ path }) => path.endsWith('/search')).map((exchange) => ({ ...exchange, isShared: true })),
  );
  return [...recording.exchanges, ...others].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function trimmed(raw: RawCapture): RawCapture {
  if (sizeOf(raw) <= mostBytes) return raw;
  const { body: _body, ...rest } = raw;
  return {
    ...rest,
    exchanges: raw.exchanges.map(({ requestText: _request, responseText, ...exchange }) => ({
      ...exchange,
      ...(responseText !== undefined && { responseText: '' }),
    })),
    ...(raw.answer !== undefined && { answer: { ...raw.answer, text: '' } }),
    isTrimmed: true,
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { type CandidateSearch, flightKey } from '../../bridge/matching/candidate-search.ts';
import type { IdentityIndex } from '../../bridge/identity-index.ts';
import type { RecordIdCache } from '../../bridge/matching/record-id-cache.ts';
import type { CallContext } from '../../crm/crm.ts';
import type { CallReader } from '../../crm/crm-protocol.ts';
import { type CaptureWriter, sizeOf } from './capture-writer.ts';
import { createPriorKnowledge, type KnowledgeSnapshot } from './prior-knowledge.ts';
import {
  bytesOf,
  type RawCapture,
  type RawExchange,
  type RememberedId,
  toRawExchange,
  withoutBodies,
  withoutTexts,
} from './raw-capture.ts';
import { watchIndex } from './watch-index.ts';

/** Which requests are captured: those with an error or a warning, or all. */
export type CaptureMode = 'errors' | 'all';

/** What is known about a request when it arrives. */
export interface RequestFacts {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly mappingHash: string;
}

export type RawAnswer = NonNullable<RawCapture['answer']>;

/** The recording of one request. */
export interface Recording {
  setBody(body: Uint8Array): void;
  /** Call once, when the answer was sent or the caller disconnected. */
  finish(answer: RawAnswer | undefined, hasTrouble: boolean): void;
  /** Runs the request's work and notes what it reads from memory. */
  run<Result>(work: () => Result): Result;
}

/**
 * Follows requests through the bridge: the calls made for each, what it read from memory, and the work it shared with others.
 * Cheap for a request: it only keeps texts that exist anyway until the answer is sent.
 */
export interface Recorder {
  begin(facts: RequestFacts): Recording;
  /** For the CRM's adapter: one call was made. */
  exchange(context: CallContext, exchange: RawExchange): void;
  /** The same cache; what a request reads from it is noted. */
  watchIds(ids: RecordIdCache): RecordIdCache;
  /** The same search; which request waits for which is noted. */
  watchCandidates(candidates: CandidateSearch): CandidateSearch;
  /** The same index; what it proposes to a request is noted. */
  watchIndex(index: IdentityIndex): IdentityIndex;
}

/** Bodies of a request that exceed this together are omitted from its capture. */
const maxBytes = 8 * 1024 ** 2;

interface OpenRecording {
  readonly facts: RequestFacts;
  readonly startedAt: string;
  readonly start: number;
  exchanges: RawExchange[];
  /** Bytes of the bodies kept so far; infinite once they were too large together and were dropped. */
  size: number;
  readonly remembered: Map<string, RememberedId>;
  /** Requests whose searches this one waited for. */
  readonly joined: Set<OpenRecording>;
  readonly knownAtStart: KnowledgeSnapshot;
  body?: Uint8Array;
}

export interface RecorderDeps {
  readonly writer: CaptureWriter;
  readonly calls: CallReader;
}

export function createRecorder({ writer, calls }: RecorderDeps, mode: CaptureMode): Recorder {
  const open = new OpenRecordings();
  const current = new AsyncLocalStorage<OpenRecording>();
  const knowledge = createPriorKnowledge(calls);

  function finish(recording: OpenRecording, answer: RawAnswer | undefined, hasTrouble: boolean): void {
    open.remove(recording);
    if (mode === 'errors' && !hasTrouble) return;
    const { facts, exchanges, knownAtStart } = recording;
    writer.write(toRawCapture(calls, recording, answer), knowledge.relevantTo(facts.path, exchanges, knownAtStart));
  }

  return {
    begin(facts) {
      const recording = startRecording(facts, knowledge.snapshot());
      open.add(recording);
      let isFinished = false;
      return {
        setBody(body) {
          recording.size += body.byteLength;
          if (recording.size <= maxBytes) recording.body = body;
          else recording.size = Number.POSITIVE_INFINITY;
        },
        run: (work) => current.run(recording, work),
        finish(answer, hasTrouble) {
          if (!isFinished) finish(recording, answer, hasTrouble);
          isFinished = true;
        },
      };
    },
    exchange(context, made) {
      const exchange = toRawExchange(made);
      knowledge.note(exchange);
      const ids = new Set([context.requestId, ...(context.alsoFor ?? [])]);
      const recordings = open.of(ids);
      const noted = recordings.length > 1 || ids.size > 1 ? { ...exchange, isShared: true } : exchange;
      for (const recording of recordings) keepExchange(recording, noted);
    },
    watchIds: (ids) => watchIds(ids, current),
    watchCandidates: (candidates) => watchCandidates(candidates, current),
    watchIndex: (index) => watchIndex(index, (entry) => noteRemembered(current, entry)),
  };
}

function startRecording(facts: RequestFacts, knownAtStart: KnowledgeSnapshot): OpenRecording {
  return {
    facts,
    startedAt: new Date().toISOString(),
    start: performance.now(),
    exchanges: [],
    size: 0,
    remembered: new Map(),
    joined: new Set(),
    knownAtStart,
  };
}

/** Bodies that would be omitted in the end are dropped at once: they must not fill the memory until then. */
function keepExchange(recording: OpenRecording, exchange: RawExchange): void {
  recording.size += bytesOf(exchange);
  if (recording.size <= maxBytes) {
    recording.exchanges.push(exchange);
    return;
  }
  if (recording.size !== Number.POSITIVE_INFINITY) recording.exchanges = recording.exchanges.map(withoutTexts);
  delete recording.body;
  recording.size = Number.POSITIVE_INFINITY;
  recording.exchanges.push(withoutTexts(exchange));
}

/** Recordings by request id; several requests may carry the same one. */
class OpenRecordings {
  readonly #byId = new Map<string, Set<OpenRecording>>();

  add(recording: OpenRecording): void {
    const { requestId } = recording.facts;
    const same = this.#byId.get(requestId) ?? new Set();
    this.#byId.set(requestId, same.add(recording));
  }

  remove(recording: OpenRecording): void {
    const { requestId } = recording.facts;
    const same = this.#byId.get(requestId);
    same?.delete(recording);
    if (same?.size === 0) this.#byId.delete(requestId);
  }

  of(requestIds: Iterable<string>): OpenRecording[] {
    return [...requestIds].flatMap((id) => [...(this.#byId.get(id) ?? [])]);
  }
}

function toRawCapture(calls: CallReader, recording: OpenRecording, answer: RawAnswer | undefined): RawCapture {
  const raw: RawCapture = {
    ...recording.facts,
    startedAt: recording.startedAt,
    durationMs: performance.now() - recording.start,
    ...(recording.body !== undefined && { body: recording.body }),
    ...(answer !== undefined && { answer }),
    exchanges: allExchanges(calls, recording),
    remembered: [...recording.remembered.values()],
    isTrimmed: false,
  };
  return recording.size === Number.POSITIVE_INFINITY || sizeOf(raw) > maxBytes ? withoutBodies(raw) : raw;
}

function noteRemembered(current: AsyncLocalStorage<OpenRecording>, entry: RememberedId): void {
  const { objectType, name, value, id = '' } = entry;
  current.getStore()?.remembered.set(`${objectType}\u0001${name}\u0001${value}\u0001${id}`, entry);
}

function watchIds(ids: RecordIdCache, current: AsyncLocalStorage<OpenRecording>): RecordIdCache {
  return {
    get(objectType, key) {
      const known = ids.get(objectType, key);
      if (known === undefined) return undefined;
      const entry = {
        ...{ objectType, name: key.name, value: key.value },
        ...(known.isSearched && { searched: true as const }),
        ...(known.isAwaited && { awaited: true as const }),
      };
      for (const id of known.ids) noteRemembered(current, { ...entry, id });
      // A replay must not search for the key either.
      if (known.ids.length === 0 && (known.isSearched || known.isAwaited)) noteRemembered(current, entry);
      return known;
    },
    prefetch: (objectType, keys) => ids.prefetch(objectType, keys),
    remember: (objectType, keys, id) => ids.remember(objectType, keys, id),
    settle: (objectType, key, found) => ids.settle(objectType, key, found),
    deliver: (objectType, key) => ids.deliver(objectType, key),
    get size() {
      return ids.size;
    },
  };
}

/** Equal lookups of concurrent requests share one search: the first request makes it, the others join. */
function watchCandidates(candidates: CandidateSearch, current: AsyncLocalStorage<OpenRecording>): CandidateSearch {
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

/** Its own calls and, marked as shared, the searches of the requests it waited for, in the order in which they began. */
function allExchanges(calls: CallReader, recording: OpenRecording): readonly RawExchange[] {
  if (recording.joined.size === 0) return recording.exchanges;
  const others = [...recording.joined].flatMap(({ exchanges }) =>
    exchanges
      .filter(({ path }) => calls.laneOf(path) === 'search')
      .map((exchange) => ({ ...exchange, isShared: true })),
  );
  return [...recording.exchanges, ...others].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

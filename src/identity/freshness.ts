import type { CallContext } from '../crm/crm.ts';
import { deadlineIn } from '../crm/deadline.ts';
import type { ObjectIndex } from './object-index.ts';

/** A request waits for at most this many pages of a sweep, or for one per search that it would make instead. */
const leastPagesWaitedFor = 10;
const sweepTimeoutMs = 60_000;
/** How often a process looks whether the sweep of another one has ended. */
const lookEveryMs = 100;
/** Time per page of a search, at five searches a second. */
const pageMs = 200;

interface Flight {
  /** Resolves once the sweep has succeeded or failed. */
  readonly ended: Promise<void>;
  /** Of the page that is being read. */
  page: number;
  readonly waiting: Set<() => void>;
}

/** The request that needs a fresh index. */
export interface Waiting {
  /** When it arrived. */
  readonly at: number;
  /** About how many searches it would make without the index. */
  readonly searches: number;
  readonly context: CallContext;
}

/** Sweeps that requests wait for: one at a time for each object type, in all processes that have the same store. */
export class Freshness {
  readonly #onError: (error: unknown) => void;
  readonly #flights = new Map<ObjectIndex, Flight>();
  #count = 0;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /**
   * Waits until the index is fresh for the request, or until that is not worth waiting for. Requests share a sweep that is young enough;
   * one that is not is waited for, and followed by another.
   */
  async refresh(object: ObjectIndex, { at, searches, context }: Waiting): Promise<void> {
    const pages = Math.max(leastPagesWaitedFor, searches);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (isFreshForAll(object, at) || context.deadline.remainingMs() <= 0) return;
      const underWay = this.#flights.get(object);
      // A sweep that no request would wait for would use up the searches that requests make instead; it runs in the background.
      if (underWay === undefined && object.expectedPages > pages) return;
      const flight = underWay ?? this.#start(object, at, context);
      if (!(await endsInTime(flight, pages, context.deadline.remainingMs()))) return;
    }
  }

  #start(object: ObjectIndex, at: number, { traceparent }: CallContext): Flight {
    this.#count += 1;
    // Several requests wait for it, some of them urgent, and it is one call in two seconds.
    const context: CallContext = {
      requestId: `identity-sweep-${this.#count}`,
      urgency: 'urgent',
      deadline: deadlineIn(sweepTimeoutMs),
      ...(traceparent !== undefined && { traceparent }),
    };
    const waiting = new Set<() => void>();
    const onPage = (page: number) => {
      flight.page = page;
      for (const look of waiting) look();
    };
    // The flight is there when the first page is read.
    const ended = Promise.resolve()
      .then(() => sweepForAll(object, at, { context, onPage }))
      .catch(this.#onError)
      .finally(() => this.#flights.delete(object));
    const flight: Flight = { ended, page: 0, waiting };
    this.#flights.set(object, flight);
    return flight;
  }
}

/** Sweeps, unless another process does or has just done so. @throws as {@link ObjectIndex.sweep} */
async function sweepForAll(
  object: ObjectIndex,
  at: number,
  { context, onPage }: { readonly context: CallContext; readonly onPage: (page: number) => void },
): Promise<void> {
  const { sharedSweeps: shared } = object;
  if (shared === undefined) return await object.sweep(context, onPage);
  const { objectType } = object.rules;
  for (let waitedMs = 0; context.deadline.remainingMs() > 0; waitedMs += lookEveryMs) {
    await object.adoptSweep();
    if (isFreshForAll(object, at)) return;
    if (await shared.begin(objectType)) break;
    onPage(Math.floor(waitedMs / pageMs));
    await pause(lookEveryMs);
  }
  let swept: readonly string[] | undefined;
  try {
    const { fingerprints } = object.rules;
    await object.sweep(context, onPage);
    swept = fingerprints;
  } finally {
    await shared.end(objectType, swept);
  }
}

function isFreshForAll(object: ObjectIndex, at: number): boolean {
  return object.rules.fingerprints.every((fingerprint) => object.isFresh(fingerprint, at));
}

/** @returns false if it reads more pages than that, or the time runs out first. */
async function endsInTime(flight: Flight, pages: number, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const look = () => {
    if (flight.page >= pages) resolve(false);
  };
  const timer = setTimeout(() => resolve(false), Math.min(ms, 2 ** 31 - 1));
  flight.waiting.add(look);
  look();
  try {
    return await Promise.race([flight.ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
    flight.waiting.delete(look);
  }
}

function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  return promise;
}

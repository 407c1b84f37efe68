import type { CallContext } from '../crm/crm.ts';
import { deadlineIn } from '../crm/deadline.ts';
import type { ObjectIndex } from './object-index.ts';

/** Requests wait for so many pages; with more to read, searching for their values is as fast. */
const pagesWaitedFor = 10;
const sweepTimeoutMs = 60_000;

interface Flight {
  readonly startedAt: number;
  /** Resolves once the sweep has ended, well or not, or is longer than requests wait for. */
  readonly awaited: Promise<void>;
}

/** Sweeps that requests wait for: one at a time for each object type. */
export class Freshness {
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #flights = new Map<ObjectIndex, Flight>();
  #count = 0;

  constructor(now: () => number, onError: (error: unknown) => void) {
    this.#now = now;
    this.#onError = onError;
  }

  /**
   * Waits until the index is fresh for a request that arrived at `at`, or until that is not worth waiting for. Requests share a sweep
   * that is young enough; one that is not is waited for, and followed by another.
   */
  async refresh(object: ObjectIndex, at: number, context: CallContext): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (isFreshForAll(object, at) || context.deadline.remainingMs() <= 0) return;
      const flight = this.#flights.get(object) ?? this.#start(object, context);
      if (!(await isInTime(flight.awaited, context.deadline.remainingMs()))) return;
    }
  }

  #start(object: ObjectIndex, { traceparent }: CallContext): Flight {
    this.#count += 1;
    const { promise: isLong, resolve } = Promise.withResolvers<void>();
    // Several requests wait for it, some of them urgent, and it is one call in two seconds.
    const context: CallContext = {
      requestId: `identity-sweep-${this.#count}`,
      urgency: 'urgent',
      deadline: deadlineIn(sweepTimeoutMs),
      ...(traceparent !== undefined && { traceparent }),
    };
    const sweep = object
      .sweep(context, (page) => {
        if (page >= pagesWaitedFor) resolve();
      })
      .catch(this.#onError)
      .finally(() => this.#flights.delete(object));
    const flight = { startedAt: this.#now(), awaited: Promise.race([sweep, isLong]) };
    this.#flights.set(object, flight);
    return flight;
  }
}

function isFreshForAll(object: ObjectIndex, at: number): boolean {
  return object.rules.fingerprints.every((fingerprint) => object.isFresh(fingerprint, at));
}

/** @returns false if the time ran out first. */
async function isInTime(work: Promise<void>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), Math.min(ms, 2 ** 31 - 1));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

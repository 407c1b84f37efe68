import type { Clock } from '../crm/clock.ts';
import type { CallContext } from '../crm/crm.ts';
import { deadlineIn } from '../crm/deadline.ts';
import type { Logger } from '../logger.ts';
import type { ObjectIndex } from './object-index.ts';

export interface BuilderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The index of an object type, opened if necessary; undefined if it is no longer followed. */
  readonly objectFor: (objectType: string) => Promise<ObjectIndex | undefined>;
  /** False while another process lists and sweeps for all. */
  readonly leads: () => Promise<boolean>;
  readonly onFailure: (error: unknown, objectType: string) => void;
  /** Called after a step that succeeded. */
  readonly onStep: (objectType: string) => void;
  /** Called when a listing has ended. */
  readonly onListed: () => Promise<void>;
}

/** Without requests, the index is refreshed this often. */
const sweepEveryMs = 60_000;
/** How often the progress of another process is checked; if that process is gone, this one takes over. */
const followEveryMs = 5_000;
/** A background call waits for all other calls. */
const callTimeoutMs = 10 * 60_000;
const firstRetryMs = 2_000;
const maxRetryMs = 60_000;

/** Lists and sweeps in the background, each object type by itself. */
export class Builder {
  readonly #deps: BuilderDeps;
  readonly #running = new Map<string, Promise<void>>();
  #followed: ReadonlySet<string> = new Set();
  #wakers = new Set<() => void>();
  #isClosed = false;

  constructor(deps: BuilderDeps) {
    this.#deps = deps;
  }

  follow(objectTypes: readonly string[]): void {
    this.#followed = new Set(objectTypes);
    this.wake();
    for (const objectType of objectTypes) {
      if (this.#isClosed || this.#running.has(objectType)) continue;
      this.#running.set(
        objectType,
        this.#run(objectType).finally(() => this.#running.delete(objectType)),
      );
    }
  }

  /** Does not wait for calls to the CRM that are in progress. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.wake();
  }

  async #run(objectType: string): Promise<void> {
    let retryMs = firstRetryMs;
    while (!this.#isClosed && this.#followed.has(objectType)) {
      try {
        const waitMs = await this.#step(objectType);
        this.#deps.onStep(objectType);
        await this.#sleep(waitMs);
        retryMs = firstRetryMs;
      } catch (error) {
        if (this.#isClosed) return;
        this.#deps.onFailure(error, objectType);
        await this.#sleep(retryMs);
        retryMs = Math.min(2 * retryMs, maxRetryMs);
      }
    }
  }

  /** @returns how many milliseconds to wait before the next step. */
  async #step(objectType: string): Promise<number> {
    const object = await this.#deps.objectFor(objectType);
    if (object === undefined || this.#isClosed) return 0;
    if (!(await this.#deps.leads())) {
      await object.reload();
      return followEveryMs;
    }
    const due = object.listingDue;
    if (object.ownSweptAgoMs >= sweepEveryMs || due === 'after a sweep') {
      await object.sweep(background());
      // A sweep that did not help a listing to start is not repeated immediately.
      return object.listingDue === 'after a sweep' ? firstRetryMs : 0;
    }
    if (due === 'no') return sweepEveryMs - object.ownSweptAgoMs;
    await object.listPage(background());
    const { records, listing } = object.state;
    if (listing !== undefined) return 0;
    this.#deps.log.info({ objectType, records }, 'the identity index is complete');
    await this.#deps.onListed();
    return 0;
  }

  #sleep(ms: number): Promise<void> {
    if (ms <= 0 || this.#isClosed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { clock } = this.#deps;
    const timer = clock.setTimer(() => {
      this.#wakers.delete(wake);
      resolve();
    }, ms);
    const wake = () => {
      clock.clearTimer(timer);
      resolve();
    };
    this.#wakers.add(wake);
    return promise;
  }

  /** Checks immediately what is due. */
  wake(): void {
    const wakers = this.#wakers;
    this.#wakers = new Set();
    for (const wake of wakers) wake();
  }
}

function background(): CallContext {
  return { requestId: 'identity-index', urgency: 'background', deadline: deadlineIn(callTimeoutMs) };
}

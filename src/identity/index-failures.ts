import type { Clock } from '../crm/clock.ts';
import type { Logger } from '../logger.ts';
import { IndexNotBegunError, type OpenIndex } from './identity-store.ts';

/** The same failure is logged again after this time. */
const logEveryMs = 600_000;

/** The name among the states of an index under which it keeps why an object type was not refreshed last; empty if it was. */
export function failureName(objectType: string): string {
  return `failing ${objectType}`;
}

/**
 * Why the index cannot be read, written or refreshed: logs each reason once in a while, for each object type that it is of, and keeps it in
 * the index, where commands read it.
 */
export class IndexFailures {
  readonly #log: Logger;
  readonly #clock: Clock;
  /** Why the last step of the background failed, by object type. */
  readonly #current = new Map<string, string>();
  /** The last failure that was logged, by object type; without one for requests. */
  readonly #logged = new Map<string | undefined, { readonly reason: string; readonly at: number }>();

  #index: OpenIndex | undefined;
  /** What the index keeps, by object type. */
  #kept = new Map<string, string>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Keeps reasons in this index from now on. */
  keepIn(index: OpenIndex): void {
    this.#index = index;
    this.#kept = new Map();
  }

  /** @param objectType of a step of the background. */
  note(error: unknown, objectType?: string): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (objectType !== undefined) {
      this.#current.set(objectType, reason);
      this.#keep(objectType, reason);
    }
    const now = this.#clock.now();
    const logged = this.#logged.get(objectType);
    if (logged?.reason === reason && now - logged.at < logEveryMs) return;
    this.#logged.set(objectType, { reason, at: now });
    if (error instanceof IndexNotBegunError)
      this.#log.info({ objectType }, 'another replica builds the identity index');
    else this.#log.warn({ objectType, reason }, 'the identity index could not be read, written or refreshed');
  }

  /** A step of the background succeeded. */
  clear(objectType: string): void {
    this.#current.delete(objectType);
    // An earlier process may have left one.
    this.#keep(objectType, '');
  }

  /** Why the background fails now; undefined if it does not. */
  reasonOf(objectType: string): string | undefined {
    return this.#current.get(objectType);
  }

  #keep(objectType: string, reason: string): void {
    if (this.#index === undefined || this.#kept.get(objectType) === reason) return;
    this.#kept.set(objectType, reason);
    this.#index
      .write({ pairs: [], state: { name: failureName(objectType), text: reason } })
      .catch((err: unknown) => this.#log.debug({ err, objectType }, 'could not save why the identity index failed'));
  }
}

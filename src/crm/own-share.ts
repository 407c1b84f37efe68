import type { Urgency } from './budget.ts';

/** Others notice within this time that a replica is cut off from the store. */
const NOTICED_AFTER_MS = 4_000;

/** A connection that was closed is back within this time, and the store has granted what came free meanwhile to others. */
const INTERRUPTED_FOR_MS = 1_000;

/** Calls that were in flight when the store was lost have ended by then. */
const SETTLED_AFTER_MS = 1_000;

export interface Loss {
  /** When the store was lost, on the replica's clock. */
  readonly since: number;
  /** How many slots the replica held then. */
  readonly held: number;
  /** The store is silent: it may be alive for others, who still count on the replica's share. */
  readonly isSilent: boolean;
  /** The store was never reached since the replica started. */
  readonly isFirst: boolean;
}

/**
 * What a replica may use while it cannot reach the store: its share of the limit. In the first window it uses no more than it held, so
 * that all replicas together stay within the limit from the first moment on.
 */
export class OwnShare {
  readonly #loss: Loss;
  #isSilent: boolean;
  readonly #limit: number;
  readonly #members: number;
  readonly #windowMs: number;

  constructor(loss: Loss, lane: { readonly limit: number; readonly windowMs: number; readonly members: number }) {
    this.#loss = loss;
    this.#isSilent = loss.isSilent;
    this.#limit = lane.limit;
    this.#members = lane.members;
    this.#windowMs = lane.windowMs + SETTLED_AFTER_MS;
  }

  /** The store turns out to be away for all replicas. */
  endSilence(): void {
    this.#isSilent = false;
  }

  /** How many slots a call of this urgency may find in use, at most, to start: fewer than this. */
  limit(urgency: Urgency, now: number): number {
    const share = Math.max(1, Math.floor(this.#limit / this.#members));
    const { since, held, isFirst } = this.#loss;
    if (isFirst) return share;
    const age = now - since;
    const cap = age < this.#windowMs ? Math.min(share, held) : share;
    if (!this.#isSilent || this.#members === 1 || age >= NOTICED_AFTER_MS + this.#windowMs) return cap;
    if (age < INTERRUPTED_FOR_MS) return 0;
    if (urgency === 'bulk' || this.#limit < 4 * this.#members) return 0;
    return Math.min(cap, held);
  }

  /** With more replicas than slots, each uses its one slot less often. */
  get stretch(): number {
    return Math.max(1, this.#members / this.#limit);
  }

  /** Slots that the replica held in the first window, if it returns to a store that has lost its state. */
  get held(): number {
    return this.#loss.held;
  }
}

/**
 * From the last question to the store until the others count this replica as vanished: the store sees the question within 150 ms or
 * rejects it, and waits three seconds for the next one.
 */
const noticedAfterMs = 3_200;

/** Calls of others that were in flight when this replica was noticed, or when the store was lost, have ended by then. */
const settledAfterMs = 1_000;

/** Of a replica that has not lost the store. */
export const presence = { lostMs: 0, awayMs: 0 };

export interface Loss {
  /** When the question was sent that the store did not answer, on the replica's clock. */
  readonly askedAt: number;
  /** When it was given up. */
  readonly since: number;
  /** When each slot that the store granted comes free; the store does not free it earlier. */
  readonly freeAt: readonly number[];
  /** The store is silent: it may be alive for others, who still count on the replica's share. */
  readonly isSilent: boolean;
  /** The store was never reached since the replica started. */
  readonly isFirst: boolean;
}

/**
 * What a replica may use while it cannot reach the store: its share of the limit. Until one window after the others know, it uses no more
 * than the slots that no other replica can have received, so that all replicas together stay within the limit from the first moment on:
 *
 * - A store that is alive grants the replica's slots to others as they become free, until it notices that the replica is missing and keeps
 *   a share for it. Slots that come free later are the replica's.
 * - A store that is dead grants nothing: the slots that the replica held then are its own.
 */
export class OwnShare {
  readonly #loss: Loss;
  readonly #limit: number;
  readonly #members: number;
  readonly #windowMs: number;
  readonly #noticedAt: number;
  #isSilent: boolean;
  #certain: number;
  #shareFrom: number;
  /** When the last question was sent that got no answer. */
  #unansweredAt: number;

  constructor(loss: Loss, lane: { readonly limit: number; readonly windowMs: number; readonly members: number }) {
    this.#loss = loss;
    this.#limit = lane.limit;
    this.#members = lane.members;
    this.#windowMs = lane.windowMs;
    this.#noticedAt = loss.askedAt + noticedAfterMs;
    this.#isSilent = loss.isSilent;
    this.#unansweredAt = loss.askedAt;
    const from = loss.isSilent ? this.#noticedAt : loss.since;
    this.#certain = this.#heldAfter(from);
    this.#shareFrom = from + this.#windowMs + settledAfterMs;
  }

  /** The store turns out to be unreachable for all replicas. */
  endSilence(now: number): void {
    if (!this.#isSilent) return;
    this.#isSilent = false;
    if (now >= this.#noticedAt) return;
    this.#certain = this.#heldAfter(now);
    this.#shareFrom = now + this.#windowMs + settledAfterMs;
  }

  /** The question sent at `askedAt` got no answer, either. */
  noteUnanswered(askedAt: number): void {
    this.#unansweredAt = askedAt;
  }

  /** How long ago the last and the first question without an answer were sent; 0 if the store never answered. */
  absence(now: number): { readonly lostMs: number; readonly awayMs: number } {
    if (this.#loss.isFirst) return presence;
    return { lostMs: Math.ceil(now - this.#unansweredAt), awayMs: Math.ceil(now - this.#loss.askedAt) };
  }

  /** How many slots a call may find in use, at most, to start: fewer than this. */
  limit(now: number): number {
    const share = Math.max(1, Math.floor(this.#limit / this.#members));
    if (this.#loss.isFirst || this.#members === 1 || now >= this.#shareFrom) return share;
    return Math.min(share, this.#certain);
  }

  /** With more replicas than slots, each uses its one slot less often. */
  get stretch(): number {
    return Math.max(1, this.#members / this.#limit);
  }

  #heldAfter(at: number): number {
    return this.#loss.freeAt.filter((freeAt) => freeAt > at).length;
  }
}

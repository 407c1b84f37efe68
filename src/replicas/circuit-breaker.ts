/** So many losses in so short a time are one trouble, such as a Redis at the limit of its memory, and not several. */
const manyLosses = 6;
const withinMs = 10_000;
/**
 * Longer than it takes until a replica without Redis uses the whole of its share. Shorter than creates wait for Redis before they continue
 * without claims (redis-claims.ts).
 */
const openMs = 15_000;

/** Keeps a replica away from a Redis that works one moment and fails the next: with each loss, waiting for its share would begin again. */
export interface CircuitBreaker {
  /** Redis is not to be used by this replica. Others may use it. */
  readonly isOpen: boolean;
  /** A Redis that worked was lost. */
  noteLoss(): void;
}

/** @param now milliseconds on a clock that never goes back. */
export function createCircuitBreaker(now: () => number): CircuitBreaker {
  let losses: number[] = [];
  let openUntil = Number.NEGATIVE_INFINITY;
  return {
    get isOpen() {
      return now() < openUntil;
    },
    noteLoss() {
      const at = now();
      losses = [...losses.filter((loss) => at - loss < withinMs), at];
      // Shortly after it closed, one loss is enough.
      if (losses.length < manyLosses && at - openUntil >= withinMs) return;
      losses = [];
      openUntil = at + openMs;
    },
  };
}

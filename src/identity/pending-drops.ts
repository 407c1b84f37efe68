import type { IndexPair } from './identity-store.ts';

/** More wait only while no sweep succeeds. */
const maxDrops = 10_000;

/** Pairs whose record was read and no longer holds the key, until they are removed. */
export class PendingDrops {
  #pairs: IndexPair[] = [];

  add(pairs: readonly IndexPair[]): void {
    if (this.#pairs.length < maxDrops) this.#pairs = [...this.#pairs, ...pairs];
  }

  /** Keeps pairs that were written again. */
  forget(pairs: readonly IndexPair[]): void {
    const names = new Set(pairs.map(nameOf));
    this.#pairs = this.#pairs.filter((pair) => !names.has(nameOf(pair)));
  }

  /** @returns all of them, which wait no longer. */
  take(): readonly IndexPair[] {
    const pairs = this.#pairs;
    this.#pairs = [];
    return pairs;
  }
}

function nameOf({ digest, id }: IndexPair): string {
  return `${digest} ${id}`;
}

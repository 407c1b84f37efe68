import { hash } from 'node:crypto';

const firstSize = 1024;

/**
 * Which records hold which values, as digests: sixteen bytes a value, whatever its length. Two values have the same digest once in some
 * 10^15 pairs, so a caller that asks which records share a value compares the values themselves.
 */
export class KeyTable {
  #digests = new Float64Array(firstSize);
  #ids = new Float64Array(firstSize);
  #size = 0;

  /** Number of values, repeated ones included. */
  get size(): number {
    return this.#size;
  }

  /** @param id a whole number, as HubSpot's ids are. */
  add(digest: number, id: number): void {
    if (this.#size === this.#digests.length) {
      this.#digests = grown(this.#digests);
      this.#ids = grown(this.#ids);
    }
    this.#digests[this.#size] = digest;
    this.#ids[this.#size] = id;
    this.#size += 1;
  }

  /** Ids by digest, where several records have it, in the order in which they were added. */
  shared(): ReadonlyMap<number, readonly number[]> {
    const repeated = this.#repeatedDigests();
    const shared = new Map<number, number[]>();
    for (let at = 0; at < this.#size; at += 1) {
      const digest = this.#digests[at] ?? 0;
      if (!repeated.has(digest)) continue;
      const ids = shared.get(digest);
      if (ids === undefined) shared.set(digest, [this.#ids[at] ?? 0]);
      else ids.push(this.#ids[at] ?? 0);
    }
    return shared;
  }

  #repeatedDigests(): ReadonlySet<number> {
    const sorted = this.#digests.slice(0, this.#size).sort();
    const repeated = new Set<number>();
    for (let at = 1; at < sorted.length; at += 1) {
      const digest = sorted[at] ?? 0;
      if (digest === sorted[at - 1]) repeated.add(digest);
    }
    return repeated;
  }
}

function grown(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}

/** The first 52 bits of a SHA-256, which a number holds exactly. */
export function digestOf(text: string): number {
  const bytes = hash('sha256', text, 'buffer');
  return bytes.readUInt32LE(0) * 2 ** 20 + (bytes.readUInt32LE(4) >>> 12);
}

export interface Bounds {
  readonly maxEntries: number;
  /** Of all entries together; an entry alone that is larger is not kept. */
  readonly maxBytes: number;
}

/** The latest entries, by name. The oldest make room for others. */
export class LatestEntries<Value> {
  readonly #bounds: Bounds;
  readonly #entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  #bytes = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get(name: string): Value | undefined {
    return this.#entries.get(name)?.value;
  }

  /** @param bytes that the entry keeps in memory. */
  set(name: string, value: Value, bytes: number): void {
    this.#remove(name);
    this.#entries.set(name, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= this.#bounds.maxEntries && this.#bytes <= this.#bounds.maxBytes) return;
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #remove(name: string): void {
    this.#bytes -= this.#entries.get(name)?.bytes ?? 0;
    this.#entries.delete(name);
  }
}

/** What earlier calls may keep on the main thread: property definitions of large accounts have a few megabytes. */
export const knowledgeBounds: Bounds = { maxEntries: 40, maxBytes: 24 * 1024 ** 2 };

/** Names that the main thread may take for known to the thread of captures, which keeps more: it forgets none of them. */
export const knownNamesBounds: Bounds = { maxEntries: 200, maxBytes: 32 * 1024 ** 2 };

/** Texts of these names on the thread of captures. Placeholders may make a text longer. */
export const knowledgeTextsBounds: Bounds = { maxEntries: 400, maxBytes: 64 * 1024 ** 2 };

interface Entry<T> {
  readonly key: number;
  readonly value: T;
}

/** Values by a number, the smallest first; O(log n) to add and to remove the first. */
export class MinHeap<T> {
  readonly #entries: Entry<T>[] = [];

  /** The entry with the smallest key. */
  get first(): Entry<T> | undefined {
    return this.#entries[0];
  }

  add(key: number, value: T): void {
    const entry = { key, value };
    let at = this.#entries.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#entries[above];
      if (parent === undefined || parent.key <= key) break;
      this.#entries[at] = parent;
      at = above;
    }
    this.#entries[at] = entry;
  }

  removeFirst(): void {
    const moved = this.#entries.pop();
    if (moved === undefined || this.#entries.length === 0) return;
    let at = 0;
    for (;;) {
      const child = this.#smallerChild(at);
      const below = this.#entries[child];
      if (below === undefined || below.key >= moved.key) break;
      this.#entries[at] = below;
      at = child;
    }
    this.#entries[at] = moved;
  }

  #smallerChild(at: number): number {
    const left = 2 * at + 1;
    const [a, b] = [this.#entries[left], this.#entries[left + 1]];
    return a !== undefined && b !== undefined && b.key < a.key ? left + 1 : left;
  }
}

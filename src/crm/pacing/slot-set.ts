/**
 * Slots until they come free. Every operation costs O(log n): a slot whose time moves forward is in the heap twice, and its first
 * entry counts.
 */
export class SlotSet<Slot extends { freeAt: number }> {
  readonly #comingFree = new MinHeap<Slot>();
  readonly #taken = new Set<Slot>();

  add(slot: Slot): void {
    this.#taken.add(slot);
    if (Number.isFinite(slot.freeAt)) this.#comingFree.add(slot.freeAt, slot);
  }

  /** The slot comes free at `at`, unless it does so earlier. */
  free(slot: Slot, at: number): void {
    if (at >= slot.freeAt) return;
    slot.freeAt = at;
    if (this.#taken.has(slot)) this.#comingFree.add(at, slot);
  }

  /** How many are not free at `now`, which never decreases. */
  count(now: number): number {
    for (let first = this.#comingFree.first; first !== undefined && first.key <= now; first = this.#comingFree.first) {
      this.#comingFree.removeFirst();
      if (first.value.freeAt <= now) this.#taken.delete(first.value);
    }
    return this.#taken.size;
  }

  /** When to count again, after {@link SlotSet.count}; Infinity if that depends on a slot that is in use. */
  get nextFree(): number {
    return this.#comingFree.first?.key ?? Number.POSITIVE_INFINITY;
  }

  /** Those that were not free at the last count. */
  values(): Iterable<Slot> {
    return this.#taken.values();
  }
}

interface Entry<T> {
  readonly key: number;
  readonly value: T;
}

/** Values by a number, the smallest first; O(log n) to add and to remove the first. */
class MinHeap<T> {
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

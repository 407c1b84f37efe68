import { MinHeap } from './min-heap.ts';

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

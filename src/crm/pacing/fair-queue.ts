/** A queue in which requests take turns: one item of each, round and round; first in, first out within a request. */
export class FairQueue<T> {
  readonly #byRequest = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(requestId: string, item: T): void {
    this.#itemsOf(requestId).push(item);
    this.#size += 1;
  }

  /** For an item that must be retried: it goes first within its request. */
  pushFront(requestId: string, item: T): void {
    this.#itemsOf(requestId).unshift(item);
    this.#size += 1;
  }

  /** The next item; its request then waits until all others had a turn. */
  shift(): T | undefined {
    for (const [requestId, items] of this.#byRequest) {
      this.#byRequest.delete(requestId);
      const item = items.shift();
      if (items.length > 0) this.#byRequest.set(requestId, items);
      if (item !== undefined) {
        this.#size -= 1;
        return item;
      }
    }
    return undefined;
  }

  /** Removes an item from any position; false if it is not waiting. */
  remove(requestId: string, item: T): boolean {
    const items = this.#byRequest.get(requestId);
    const at = items?.indexOf(item) ?? -1;
    if (items === undefined || at < 0) return false;
    items.splice(at, 1);
    if (items.length === 0) this.#byRequest.delete(requestId);
    this.#size -= 1;
    return true;
  }

  #itemsOf(requestId: string): T[] {
    const known = this.#byRequest.get(requestId);
    if (known !== undefined) return known;
    const items: T[] = [];
    this.#byRequest.set(requestId, items);
    return items;
  }
}

/** The ids of records in ascending order, the archived ones included; a page skips those. */
export class IdOrder {
  #ids: number[] = [];
  #isSorted = true;

  add(id: number): void {
    const last = this.#ids.at(-1);
    if (last !== undefined && id <= last) this.#isSorted = false;
    this.#ids.push(id);
  }

  /** Ids greater than `after`, from the smallest on. */
  *after(after: number): Generator<number> {
    if (!this.#isSorted) this.#ids = [...new Set(this.#ids)].sort((a, b) => a - b);
    this.#isSorted = true;
    for (let at = this.#firstAfter(after); at < this.#ids.length; at += 1) yield this.#ids[at] ?? 0;
  }

  #firstAfter(after: number): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? 0) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

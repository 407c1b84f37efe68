const hourMs = 3_600_000;

/** Ids of records by the hour of their changes, so that a search for recent changes looks at few. An id stays with its earlier hours. */
export class ModifiedOrder {
  readonly #byHour = new Map<number, number[]>();

  add(id: number, modifiedAt: number): void {
    const hour = Math.floor(modifiedAt / hourMs);
    const ids = this.#byHour.get(hour);
    if (ids === undefined) this.#byHour.set(hour, [id]);
    else if (ids.at(-1) !== id) ids.push(id);
  }

  /** At least those that changed at this moment or later, each at least once. */
  since(moment: number): { readonly count: number; readonly ids: () => readonly number[] } {
    const hours = [...this.#byHour].filter(([hour]) => (hour + 1) * hourMs > moment).map(([, ids]) => ids);
    return { count: hours.reduce((sum, ids) => sum + ids.length, 0), ids: () => hours.flat() };
  }
}

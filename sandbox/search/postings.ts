/** Which records hold a key; most keys belong to one record, so a single id is kept bare. */
export class Postings {
  readonly #ids = new Map<string, number | Set<number>>();

  add(key: string, id: number): void {
    const held = this.#ids.get(key);
    if (held === undefined) this.#ids.set(key, id);
    else if (typeof held === 'object') held.add(id);
    else if (held !== id) this.#ids.set(key, new Set([held, id]));
  }

  remove(key: string, id: number): void {
    const held = this.#ids.get(key);
    if (typeof held === 'object') held.delete(id);
    else if (held === id) this.#ids.delete(key);
  }

  get(key: string): readonly number[] {
    const held = this.#ids.get(key);
    if (held === undefined) return [];
    return typeof held === 'object' ? [...held] : [held];
  }

  /** Number of records that hold the key. */
  count(key: string): number {
    const held = this.#ids.get(key);
    return typeof held === 'object' ? held.size : held === undefined ? 0 : 1;
  }
}

import type { IndexPair, OpenIndex } from './identity-store.ts';
import { type ObjectState, readObjectState } from './object-state.ts';

/** The state of the index of one object type, as its store holds it. It is written together with the pairs that it speaks of. */
export class StoredState {
  readonly #index: OpenIndex;
  readonly #objectType: string;
  readonly #overlapMs: number;
  #current: ObjectState;
  #writes: Promise<unknown> = Promise.resolve();

  private constructor(index: OpenIndex, objectType: string, { overlapMs, text }: { overlapMs: number; text?: string }) {
    this.#index = index;
    this.#objectType = objectType;
    this.#overlapMs = overlapMs;
    this.#current = readObjectState(text, overlapMs);
  }

  /** @param overlapMs the least that a state has. @throws IndexLostError */
  static async load(index: OpenIndex, objectType: string, overlapMs: number): Promise<StoredState> {
    const text = await index.readState(objectType);
    return new StoredState(index, objectType, { overlapMs, ...(text !== undefined && { text }) });
  }

  get current(): ObjectState {
    return this.#current;
  }

  /** Takes over the stored state: of another process, or of an older snapshot with older pairs. @throws IndexLostError */
  async reload(): Promise<void> {
    await this.#inTurn(async () => {
      this.#current = readObjectState(await this.#index.readState(this.#objectType), this.#overlapMs);
    });
  }

  /** Waits for everything that is being written. */
  async settle(): Promise<void> {
    await this.#writes;
  }

  /** @throws IndexLostError */
  async drop(pairs: readonly IndexPair[]): Promise<void> {
    if (pairs.length > 0) await this.#inTurn(() => this.#index.write({ pairs: [], drops: pairs }));
  }

  /**
   * Writes pairs and, in the same step, the changed state.
   * @param beginsPass as IndexChange has it.
   * @throws IndexLostError
   */
  commit(
    pairs: readonly IndexPair[],
    change: ((state: ObjectState) => ObjectState) | undefined,
    beginsPass?: number,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const of = this.#objectType;
      if (change === undefined) {
        if (pairs.length > 0) await this.#index.write({ of, pairs });
        return;
      }
      const next = change(this.#current);
      const state = { name: of, text: JSON.stringify(next) };
      await this.#index.write({ of, pairs, state, ...(beginsPass !== undefined && { beginsPass }) });
      this.#current = next;
    });
  }

  /** One write after the other: each builds on the state that the one before has written. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#writes.then(work);
    this.#writes = result.catch(() => undefined);
    return result;
  }
}

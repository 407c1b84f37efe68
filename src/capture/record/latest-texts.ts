/** The latest texts that captures share, by name. A main thread that remembers fewer names never refers to a forgotten one. */
export class LatestTexts {
  readonly #texts = new Map<string, string>();

  get(name: string): string | undefined {
    return this.#texts.get(name);
  }

  set(name: string, text: string): void {
    this.#texts.set(name, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > maxTexts && oldest !== undefined) this.#texts.delete(oldest);
  }
}

/** More than {@link maxKnownNames}. */
const maxTexts = 400;

/** How many names the thread that sends texts may take for known. */
export const maxKnownNames = 200;

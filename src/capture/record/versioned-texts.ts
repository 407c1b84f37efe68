/** Texts that many captures share, by `key#version`; the latest versions of each key are kept. */
export class VersionedTexts {
  readonly #texts = new Map<string, string>();

  get(name: string): string | undefined {
    return this.#texts.get(name);
  }

  set(name: string, text: string): void {
    this.#texts.set(name, text);
    const key = name.slice(0, name.lastIndexOf('#') + 1);
    const versions = [...this.#texts.keys()].filter((known) => known.startsWith(key));
    for (const old of versions.slice(0, -maxVersions)) this.#texts.delete(old);
  }
}

/** Requests that began earlier may still refer to older versions. */
const maxVersions = 8;

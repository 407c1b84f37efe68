import { linkedinPath } from './addresses.ts';
import { linkedinUrlVariants, linkedinUrlWords, normalizeLinkedinUrl } from '../../mapping/values/linkedin-url.ts';

/** Longer texts are no address. */
const longestUrl = 2_000;

/**
 * What LinkedIn URLs are searched for: their spellings and their words. Replaced one by one, those of a name with accents or signs would
 * not be those of its placeholder, and the capture would not replay as the same: `%C3%A9rez` has the words `c3` and `a9rez`.
 */
export class SearchedUrls {
  readonly #spellings = new Map<string, string>();
  readonly #words = new Map<string, readonly string[]>();

  /** Notes the placeholder of a text that may contain LinkedIn URLs. */
  learn(text: string, placeholder: string): void {
    if (text.length > longestUrl || !(/linkedin\.com\//i.test(text) || linkedinPath.test(text))) return;
    const replaced = placeholder.split(';');
    for (const [index, url] of text.split(';').entries()) this.#learnUrl(url, replaced[index] ?? '');
  }

  /** The same spelling of the placeholder; undefined for a text that no URL is searched by. */
  spelling(text: string): string | undefined {
    return this.#spellings.get(text);
  }

  /** The words of the placeholder; undefined for words of no URL that was replaced. */
  words(words: readonly string[]): readonly string[] | undefined {
    return this.#words.get(nameOf(words));
  }

  #learnUrl(url: string, placeholder: string): void {
    const [canonical, replaced] = [url, placeholder].map(normalizeLinkedinUrl);
    if (typeof canonical !== 'string' || typeof replaced !== 'string') return;
    // A placeholder without accents has fewer spellings, and fewer encodings of its words.
    const spellings = linkedinUrlVariants(replaced, placeholder);
    for (const [index, spelling] of linkedinUrlVariants(canonical, url).entries()) {
      const same = spellings[index] ?? spellings.at(-1);
      if (same !== undefined && !this.#spellings.has(spelling)) this.#spellings.set(spelling, same);
    }
    const sets = linkedinUrlWords(replaced);
    const last = sets.at(-1) ?? [];
    for (const [index, words] of linkedinUrlWords(canonical).entries()) {
      this.#words.set(nameOf(words), sets[index] ?? last);
    }
  }
}

function nameOf(words: readonly string[]): string {
  return [...words].sort().join(' ');
}

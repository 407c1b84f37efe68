import { unknownShape } from './batch-response.ts';

/** HubSpot returns no more of one query; a list that goes on is not believed. */
export const maxResults = 10_000;

/** The cursors of one paged list: pages that lead nowhere, or never end, are an error. */
export class PageProgress {
  readonly #seen = new Set<string>();
  #results = 0;

  /** @returns the cursor of the next page. Throws CrmUnavailableError if it was there before, or after 10,000 results. */
  next(after: string | undefined, results: number): string | undefined {
    this.#results += results;
    if (after === undefined) return undefined;
    if (this.#seen.has(after)) throw unknownShape('a page leads back to an earlier one');
    // An empty page counts as well, so that endless empty pages end.
    this.#results += results === 0 ? 1 : 0;
    if (this.#results > maxResults) throw unknownShape(`a list has more than ${maxResults} results`);
    this.#seen.add(after);
    return after;
  }
}

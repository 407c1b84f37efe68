import { unknownShape } from './batch-response.ts';

/** HubSpot returns no more results of one query; a longer list is an error. */
export const maxResults = 10_000;

/**
 * A page with fewer results than it has room for is the last one, except where records were archived meanwhile. One query has no more
 * pages than this.
 */
export const maxShortPages = 50;

/** HubSpot's pages of lists have room for at least this many. */
const smallestPage = 100;

/** The cursors of one paged list: pages that lead nowhere, or never end, are an error. */
export class PageProgress {
  readonly #seen = new Set<string>();
  #results = 0;

  /** @returns the cursor of the next page. Throws CrmUnavailableError if it was there before, or after as many pages as 10,000 results fill. */
  next(after: string | undefined, results: number): string | undefined {
    if (after === undefined) return undefined;
    if (this.#seen.has(after)) throw unknownShape('a page leads back to an earlier one');
    // A short page counts as a full one: a list of empty pages ends after as few calls as any other.
    this.#results += Math.max(results, smallestPage);
    if (this.#results > maxResults) throw unknownShape(`a list has more pages than ${maxResults} results have`);
    this.#seen.add(after);
    return after;
  }
}

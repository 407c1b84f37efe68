/** HubSpot's 2xx bodies, parsed. An unknown shape is an error, never an empty list. */
import { CrmUnavailableError } from '../../../errors.ts';
import { isObject } from '../../../json.ts';
import { type HubSpotError, readHubSpotError } from '../transport/error-body.ts';

export interface BatchResponse<T> {
  readonly results: readonly T[];
  readonly errors: readonly HubSpotError[];
}

/** One page of a list. */
export interface ResultPage<T> {
  readonly results: readonly T[];
  /** Cursor of the next page; undefined on the last one. */
  readonly after: string | undefined;
}

/** `{ results, errors? }` of any batch or list call; `read` returns undefined for a result of an unknown shape. */
export function readBatchResponse<T>(body: unknown, read: (result: unknown) => T | undefined): BatchResponse<T> {
  if (!isObject(body) || !Array.isArray(body.results)) throw unknownShape('the list of results is missing');
  const results = body.results.map((result) => {
    const known = read(result);
    if (known === undefined) throw unknownShape('a result has an unknown shape');
    return known;
  });
  return { results, errors: Array.isArray(body.errors) ? body.errors.map(readHubSpotError) : [] };
}

/** `paging.next.after`, if there is another page. */
export function nextPageOf(body: unknown): string | undefined {
  if (!isObject(body) || !isObject(body.paging) || !isObject(body.paging.next)) return undefined;
  const { after } = body.paging.next;
  return typeof after === 'string' || typeof after === 'number' ? String(after) : undefined;
}

/** Ids are text in v3 and numbers in v4. */
export function readId(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** The error for a 2xx response that the bridge cannot read: the call may have been carried out. */
export function unknownShape(what: string): CrmUnavailableError {
  return new CrmUnavailableError(`HubSpot returned a response in an unknown format: ${what}`, { ambiguous: true });
}

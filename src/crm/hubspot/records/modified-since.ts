import type { ListedRecord, ModifiedPage, ModifiedSinceRequest, ObjectType } from '../../crm.ts';
import { nextPageOf, unknownShape } from '../calls/batch-response.ts';
import { fittingPage } from '../calls/fitting-page.ts';
import { maxResults, maxShortPages } from '../calls/page-progress.ts';
import { readListedRecords } from '../calls/record-response.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send } from '../transport/transport.ts';
import type { ResponseHeaders } from '../transport/response-headers.ts';
import { searchPageSize, type SearchBody } from './pack-search-keys.ts';

/**
 * One page of a search for what was modified. Pages continue by id: a cursor is an offset, which skips a record when another one
 * leaves the results between two pages, and ends at 10,000. Throws CrmUnavailableError if a page cannot be the one that was asked for.
 */
export function modifiedSince(send: Send, request: ModifiedSinceRequest): Promise<ModifiedPage> {
  return fittingPage(searchPageSize, (limit) => readPage(send, request, { ...bodyOf(request), limit }));
}

async function readPage(
  send: Send,
  { objectType, afterId = '0' }: ModifiedSinceRequest,
  body: SearchBody,
): Promise<ModifiedPage> {
  let page = await send(searchModified(objectType, body));
  const { servedAt } = page;
  // HubSpot omits records that were archived meanwhile: where that leaves nothing of a page, there is no id to continue after.
  let offset = 0;
  for (let empty = 1; page.records.length === 0 && page.after !== undefined; empty += 1) {
    if (!(Number(page.after) > offset) || Number(page.after) >= maxResults || empty > maxShortPages)
      throw unknownShape('an empty page leads nowhere');
    offset = Number(page.after);
    page = await send(searchModified(objectType, { ...body, after: page.after }));
  }
  const last = lastId(page.records, afterId);
  // Not by `total`: it also counts those records.
  return { records: page.records, next: page.after === undefined ? undefined : last, servedAt };
}

function bodyOf({ objectType, since, afterId = '0', properties }: ModifiedSinceRequest): Omit<SearchBody, 'limit'> {
  return {
    filterGroups: [
      {
        filters: [
          { propertyName: modifiedProperty(objectType), operator: 'GTE', value: String(since.getTime()) },
          { propertyName: 'hs_object_id', operator: 'GT', value: afterId },
        ],
      },
    ],
    properties: [...new Set(properties)],
    sorts: ['hs_object_id'],
  };
}

interface SearchedPage {
  readonly records: readonly ListedRecord[];
  /** HubSpot's cursor of the next page. */
  readonly after: string | undefined;
  readonly servedAt: Date;
}

function searchModified(objectType: ObjectType, body: SearchBody): HubSpotCall<SearchedPage> {
  return {
    purpose: `search modified ${objectType}`,
    lane: 'search',
    repeat: 'always',
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/search`, body }),
    read: (answer, headers) => ({
      records: readListedRecords(answer),
      after: nextPageOf(answer),
      servedAt: servedAt(headers),
    }),
  };
}

/** Contacts keep it under a name of their own (HubSpot's default properties). */
function modifiedProperty(objectType: ObjectType): string {
  return objectType === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
}

/** Throws CrmUnavailableError unless ids rise from record to record: the next page would skip those that do not. */
function lastId(records: readonly ListedRecord[], afterId: string): string {
  let last = afterId;
  for (const { id } of records) {
    if (!/^\d{1,20}$/.test(id) || BigInt(id) <= BigInt(last)) throw unknownShape('a search is not sorted by id');
    last = id;
  }
  return last;
}

function servedAt({ date = '' }: ResponseHeaders): Date {
  const at = new Date(date);
  if (Number.isNaN(at.getTime())) throw unknownShape('a response has no date');
  return at;
}

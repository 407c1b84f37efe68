import type { ListedRecord, ModifiedPage, ModifiedSinceRequest, ObjectType } from '../../crm.ts';
import { nextPageOf, unknownShape } from '../calls/batch-response.ts';
import { readListedRecords } from '../calls/record-response.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { ResponseHeaders } from '../transport/response-headers.ts';
import { SEARCH_PAGE_SIZE, type SearchBody } from './pack-search-keys.ts';

/**
 * One page of a search for what was modified. Pages continue by id: a cursor is an offset, which skips a record when another one
 * leaves the results between two pages, and ends at 10,000.
 */
export function modifiedSince(request: ModifiedSinceRequest): HubSpotCall<ModifiedPage> {
  const { objectType, since, afterId = '0', properties } = request;
  const body: SearchBody = {
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
    limit: SEARCH_PAGE_SIZE,
  };
  return {
    purpose: `search modified ${objectType}`,
    lane: 'search',
    repeat: 'always',
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/search`, body }),
    read: (answer, headers) => {
      const records = readListedRecords(answer);
      const last = lastId(records, afterId);
      // Not by `total`: it also counts records archived meanwhile, which HubSpot omits from `results`.
      const isLastPage = nextPageOf(answer) === undefined;
      if (!isLastPage && records.length === 0) throw unknownShape('a search page has no usable next page');
      return { records, next: isLastPage ? undefined : last, servedAt: servedAt(headers) };
    },
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

import type { ListRequest, RecordPage } from '../../crm.ts';
import { nextPageOf, unknownShape } from '../calls/batch-response.ts';
import { maxRecordsPerCall, readListedRecords } from '../calls/record-response.ts';
import { fittingPage } from '../calls/fitting-page.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send } from '../transport/transport.ts';

/** One page of all records; `after` is HubSpot's cursor. */
export function listRecords(send: Send, request: ListRequest): Promise<RecordPage> {
  return fittingPage(maxRecordsPerCall, (limit) => send(pageOf(request, limit)));
}

function pageOf(
  { objectType, after, properties, archived = false }: ListRequest,
  limit: number,
): HubSpotCall<RecordPage> {
  const query = new URLSearchParams({ limit: String(limit), archived: String(archived) });
  if (properties.length > 0) query.set('properties', [...new Set(properties)].join(','));
  if (after !== undefined) query.set('after', after);
  return {
    purpose: `list ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    request: ({ records }) => ({ method: 'GET', path: `${records(objectType)}?${query}` }),
    read: (body) => {
      const next = nextPageOf(body);
      if (next !== undefined && next === after) throw unknownShape('a page leads back to itself');
      return { records: readListedRecords(body), next };
    },
  };
}

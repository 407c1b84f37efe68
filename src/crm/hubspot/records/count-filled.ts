import { isObject } from '../../../json.ts';
import type { ObjectType } from '../../crm.ts';
import { unknownShape } from '../calls/batch-response.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send } from '../transport/transport.ts';

/** Counts, for each property, the records that have a value in it: one search a property, whose results are not needed. */
export async function countFilled(
  send: Send,
  objectType: ObjectType,
  properties: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counted = await Promise.all(
    properties.map(async (property) => [property, await send(filledSearch(objectType, property))] as const),
  );
  return new Map(counted);
}

function filledSearch(objectType: ObjectType, propertyName: string): HubSpotCall<number> {
  const body = {
    filterGroups: [{ filters: [{ propertyName, operator: 'HAS_PROPERTY' }] }],
    properties: ['hs_object_id'],
    limit: 1,
  };
  return {
    purpose: `count ${objectType}`,
    lane: 'search',
    repeat: 'always',
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/search`, body }),
    read: (answer) => {
      if (isObject(answer) && typeof answer.total === 'number') return answer.total;
      throw unknownShape('a search without a total');
    },
  };
}

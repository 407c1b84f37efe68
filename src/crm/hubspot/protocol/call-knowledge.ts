import type { Knowledge, NotedCall } from '../../crm-protocol.ts';
import type { LaneName } from '../../pacing/lanes.ts';
import { placeOf } from '../transport/api-versions.ts';

/** HubSpot meters searches and associations separately (its usage guidelines). */
export function laneOf(path: string): LaneName {
  if (/\/search(?:$|\?)/.test(path)) return 'search';
  return path.includes('/associations/') ? 'associations' : 'burst';
}

export function objectTypeOf(path: string): string | undefined {
  const place = placeOf(path);
  return place?.area === 'objects' ? place.rest.split('/')[0] : undefined;
}

/** Activities are stored as emails, communications and notes. */
const objectTypes: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/contacts\b/, ['contacts']],
  [/^\/companies\b/, ['companies']],
  [/^\/activities\b/, ['emails', 'communications', 'notes']],
  [/^\/tasks\b/, ['tasks']],
];

export function objectTypesFor(endpoint: string): readonly string[] {
  return objectTypes.flatMap(([pattern, types]) => (pattern.test(endpoint) ? types : []));
}

export function dailyLimitKey(path: string): string {
  return `daily ${laneOf(path)}`;
}

export function knowledgeFrom({
  method,
  path,
  status,
  responseText,
  requestText = '',
}: NotedCall): Knowledge | undefined {
  if (status === undefined || responseText === undefined) return undefined;
  if (status === 429) {
    const isDaily = /DAILY|daily/.test(responseText);
    return isDaily ? { key: dailyLimitKey(path), kind: 'daily limit', objectType: '' } : undefined;
  }
  if (status >= 500) return undefined;
  const place = placeOf(path);
  if (place === undefined) return undefined;
  const { area, rest: route, query } = place;
  const [objectType] = route.split('/');
  if (area === 'properties' && objectType !== undefined) {
    if (method === 'GET') return { key: `definitions ${objectType} ${query}`, kind: 'definitions', objectType };
    if (route.endsWith('/groups')) {
      return { key: `group ${objectType} ${requestText}`, kind: 'property group', objectType };
    }
    // Once created, a property is part of the definitions.
    if (status < 207) return undefined;
    return { key: `refused ${objectType} ${route} ${requestText}`, kind: 'refused creation', objectType };
  }
  if (area === 'owners') return { key: `owners ${query}`, kind: 'owners', objectType: '' };
  return area === 'account' ? { key: 'account', kind: 'account', objectType: '' } : undefined;
}

/** What differs between the versions of HubSpot's API. Every other file speaks of calls, never of paths. */
import type { ObjectType } from '../../crm.ts';

export const apiVersions = ['2026-09', '2026-03', 'v3'] as const;
export type ApiVersion = (typeof apiVersions)[number];

/** The paths of one version. */
export interface HubSpotApi {
  readonly version: ApiVersion;
  /** Of the records of a type; calls add `/search` or `/batch/…`. */
  records(objectType: ObjectType): string;
  properties(objectType: ObjectType): string;
  /** Of the links between two types; calls add `/batch/…`. */
  links(from: ObjectType, to: ObjectType): string;
  readonly owners: string;
  readonly account: string;
}

/** The undated API, whose associations are at v4. */
const V3: HubSpotApi = {
  version: 'v3',
  records: (objectType) => `/crm/v3/objects/${encodeURIComponent(objectType)}`,
  properties: (objectType) => `/crm/v3/properties/${encodeURIComponent(objectType)}`,
  links: (from, to) => `/crm/v4/associations/${encodeURIComponent(from)}/${encodeURIComponent(to)}`,
  owners: '/crm/v3/owners/',
  account: '/account-info/v3/details',
};

export function apiOf(version: ApiVersion): HubSpotApi {
  if (version === 'v3') return V3;
  return {
    version,
    records: (objectType) => `/crm/objects/${version}/${encodeURIComponent(objectType)}`,
    properties: (objectType) => `/crm/properties/${version}/${encodeURIComponent(objectType)}`,
    links: (from, to) => `/crm/associations/${version}/${encodeURIComponent(from)}/${encodeURIComponent(to)}`,
    owners: `/crm/owners/${version}`,
    account: `/account-info/${version}/details`,
  };
}

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
  /** Has no version of its own. */
  readonly tokenInfo: string;
}

const tokenInfo = '/oauth/v2/private-apps/get/access-token-info';

/** Until when HubSpot supports a version, as far as it says (its versioning policy). */
export const supportedUntil: Readonly<Record<ApiVersion, string>> = {
  '2026-09': 'about March 2028',
  '2026-03': 'about September 2027',
  v3: '2027-03-30 (associations) and September 2027 (the rest)',
};

/** The undated API, whose associations are at v4. */
const v3: HubSpotApi = {
  version: 'v3',
  records: (objectType) => `/crm/v3/objects/${encodeURIComponent(objectType)}`,
  properties: (objectType) => `/crm/v3/properties/${encodeURIComponent(objectType)}`,
  links: (from, to) => `/crm/v4/associations/${encodeURIComponent(from)}/${encodeURIComponent(to)}`,
  owners: '/crm/v3/owners/',
  account: '/account-info/v3/details',
  tokenInfo,
};

export function apiOf(version: ApiVersion): HubSpotApi {
  if (version === 'v3') return v3;
  return {
    version,
    records: (objectType) => `/crm/objects/${version}/${encodeURIComponent(objectType)}`,
    properties: (objectType) => `/crm/properties/${version}/${encodeURIComponent(objectType)}`,
    links: (from, to) => `/crm/associations/${version}/${encodeURIComponent(from)}/${encodeURIComponent(to)}`,
    owners: `/crm/owners/${version}`,
    account: `/account-info/${version}/details`,
    tokenInfo,
  };
}

export const defaultApiVersion: ApiVersion = '2026-09';

/** Where a path of any version leads: `objects` and `contacts/batch/read`, say. */
export interface ApiPlace {
  readonly version: ApiVersion;
  readonly area: 'objects' | 'properties' | 'associations' | 'owners' | 'account';
  /** What follows the area and the version, without slashes at its ends. */
  readonly rest: string;
  /** Without its question mark. */
  readonly query: string;
}

/** Reads a path; undefined for one that no version has. */
export function placeOf(path: string): ApiPlace | undefined {
  const [route = '', query = ''] = path.split('?');
  const account = /^\/account-info\/(v3|\d{4}-\d\d)\/(.+)$/.exec(route);
  const [, undated = '', v3Rest = ''] =
    /^\/crm\/v[34]\/(objects|properties|associations|owners)(?:\/(.*))?$/.exec(route) ?? [];
  const [, dated = '', date = '', rest = ''] =
    /^\/crm\/(objects|properties|associations|owners)\/(\d{4}-\d\d)(?:\/(.*))?$/.exec(route) ?? [];
  const area = account === null ? undated || dated : 'account';
  const version = apiVersions.find((known) => known === (account?.[1] ?? (date || 'v3')));
  if (area === '' || version === undefined) return undefined;
  return {
    version,
    // One of the alternatives of the patterns above.
    area: area as ApiPlace['area'],
    rest: (account?.[2] ?? (dated === '' ? v3Rest : rest)).replace(/\/$/, ''),
    query,
  };
}

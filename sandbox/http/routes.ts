import { accessTokenInfo, accountDetails, dailyUsage, getOwner, listOwners } from '../account/account-handlers.ts';
import {
  associateDefault,
  associateDefaultOne,
  associateOne,
  batchAssociate,
  batchDissociate,
  batchReadAssociations,
  createLabel,
  dissociateOne,
  listAssociations,
  listLabels,
} from '../associations/association-handlers.ts';
import type { LimitName } from '../limits.ts';
import {
  archiveGroup,
  archiveProperty,
  batchArchiveProperties,
  batchCreateProperties,
  batchReadProperties,
  createGroup,
  createProperty,
  getGroup,
  getProperty,
  listGroups,
  listProperties,
  updateGroup,
  updateProperty,
} from '../properties/property-handlers.ts';
import { batchArchive } from '../records/batch-archive.ts';
import { batchRead } from '../records/batch-read.ts';
import { batchCreate, batchUpdate, batchUpsert } from '../records/batch-write-handlers.ts';
import { gdprDelete, merge } from '../records/merge.ts';
import { archiveOne, createOne, getRecord, listRecords, updateOne } from '../records/single-record.ts';
import { search } from '../search/search.ts';
import type { Answer } from './answer.ts';
import { type ApiVersion, apiVersions, pathsOf } from './api-versions.ts';
import type { Call } from './call.ts';
import type { CallKind } from './call-kind.ts';
import { accountScopes, linkScopes, objectScopes, ownerScopes, type ScopesOf, schemaScopes } from './require-scopes.ts';

export interface Route {
  readonly version: ApiVersion;
  readonly method: string;
  /** Segments; one that begins with `:` is a parameter. */
  readonly segments: readonly string[];
  readonly kind: CallKind;
  readonly lane: LimitName;
  readonly scopes: ScopesOf;
  readonly handle: (call: Call) => Answer;
}

/** Every call that the sandbox supports; fixed segments take precedence over parameters if both match. */
const routes: readonly Route[] = apiVersions.flatMap((version) => [
  ...objectRoutes(version),
  ...propertyRoutes(version),
  ...linkRoutes(version),
  ...accountRoutes(version),
]);

function objectRoutes(version: ApiVersion): Route[] {
  const { objects } = pathsOf(version);
  const route = routeOf(version);
  return [
    route(`POST ${objects}/batch/read`, 'batch-read', objectScopes('read'), batchRead),
    route(`POST ${objects}/batch/create`, 'batch-create', objectScopes('write'), batchCreate),
    route(`POST ${objects}/batch/update`, 'batch-update', objectScopes('write'), batchUpdate),
    route(`POST ${objects}/batch/upsert`, 'batch-upsert', objectScopes('write'), batchUpsert),
    route(`POST ${objects}/batch/archive`, 'batch-archive', objectScopes('write'), batchArchive),
    route(`POST ${objects}/search`, 'search', objectScopes('read'), search),
    route(`POST ${objects}/merge`, 'merge', objectScopes('write'), merge),
    route(`POST ${objects}/gdpr-delete`, 'gdpr-delete', objectScopes('write'), gdprDelete),
    route(`GET ${objects}`, 'list', objectScopes('read'), listRecords),
    route(`POST ${objects}`, 'create', objectScopes('write'), createOne),
    route(`GET ${objects}/:id`, 'get', objectScopes('read'), getRecord),
    route(`PATCH ${objects}/:id`, 'update', objectScopes('write'), updateOne),
    route(`DELETE ${objects}/:id`, 'archive', objectScopes('write'), archiveOne),
  ];
}

function propertyRoutes(version: ApiVersion): Route[] {
  const { properties } = pathsOf(version);
  const route = routeOf(version);
  return [
    route(`POST ${properties}/batch/create`, 'write-properties', schemaScopes('write'), batchCreateProperties),
    route(`POST ${properties}/batch/read`, 'read-properties', schemaScopes('read'), batchReadProperties),
    route(`POST ${properties}/batch/archive`, 'write-properties', schemaScopes('write'), batchArchiveProperties),
    route(`GET ${properties}/groups`, 'read-properties', schemaScopes('read'), listGroups),
    route(`POST ${properties}/groups`, 'write-properties', schemaScopes('write'), createGroup),
    route(`GET ${properties}/groups/:name`, 'read-properties', schemaScopes('read'), getGroup),
    route(`PATCH ${properties}/groups/:name`, 'write-properties', schemaScopes('write'), updateGroup),
    route(`DELETE ${properties}/groups/:name`, 'write-properties', schemaScopes('write'), archiveGroup),
    route(`GET ${properties}`, 'read-properties', schemaScopes('read'), listProperties),
    route(`POST ${properties}`, 'write-properties', schemaScopes('write'), createProperty),
    route(`GET ${properties}/:name`, 'read-properties', schemaScopes('read'), getProperty),
    route(`PATCH ${properties}/:name`, 'write-properties', schemaScopes('write'), updateProperty),
    route(`DELETE ${properties}/:name`, 'write-properties', schemaScopes('write'), archiveProperty),
  ];
}

function linkRoutes(version: ApiVersion): Route[] {
  const { links, recordLinks } = pathsOf(version);
  const route = routeOf(version);
  return [
    route(`POST ${links}/batch/associate/default`, 'associate', linkScopes('write'), associateDefault),
    route(`POST ${links}/batch/create`, 'associate', linkScopes('write'), batchAssociate),
    route(`POST ${links}/batch/read`, 'read-associations', linkScopes('read'), batchReadAssociations),
    route(`POST ${links}/batch/archive`, 'dissociate', linkScopes('write'), batchDissociate),
    route(`GET ${links}/labels`, 'read-associations', linkScopes('read'), listLabels),
    route(`POST ${links}/labels`, 'associate', linkScopes('write'), createLabel),
    route(`PUT ${recordLinks}/default/:to/:toId`, 'associate', linkScopes('write'), associateDefaultOne),
    route(`GET ${recordLinks}/:to`, 'read-associations', linkScopes('read'), listAssociations),
    route(`PUT ${recordLinks}/:to/:toId`, 'associate', linkScopes('write'), associateOne),
    route(`DELETE ${recordLinks}/:to/:toId`, 'dissociate', linkScopes('write'), dissociateOne),
  ];
}

function accountRoutes(version: ApiVersion): Route[] {
  const { owners, account } = pathsOf(version);
  const route = routeOf(version);
  return [
    route(`GET ${owners}`, 'owners', ownerScopes, listOwners),
    route(`GET ${owners}/:id`, 'owners', ownerScopes, getOwner),
    route(`GET ${account}/details`, 'account', accountScopes, accountDetails),
    route(`GET ${account}/api-usage/daily/private-apps`, 'account', accountScopes, dailyUsage),
    // The call has one path whatever the version.
    ...(version === 'v3'
      ? [route('POST /oauth/v2/private-apps/get/access-token-info', 'account', accountScopes, accessTokenInfo)]
      : []),
  ];
}

const bySegmentCount = new Map<number, Route[]>();
for (const known of routes) {
  const ofLength = bySegmentCount.get(known.segments.length);
  if (ofLength) ofLength.push(known);
  else bySegmentCount.set(known.segments.length, [known]);
}

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The route of a path; `'method'` when only other methods are known there, undefined when the path is wrong. */
export function findRoute(method: string, path: string): RouteMatch | 'method' | undefined {
  const parts = path.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  let isKnownPath = false;
  for (const route of bySegmentCount.get(parts.length) ?? []) {
    const params = matchSegments(route.segments, parts);
    if (!params) continue;
    if (route.method === method) return { route, params };
    isKnownPath = true;
  }
  return isKnownPath ? 'method' : undefined;
}

function matchSegments(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  for (const [at, segment] of segments.entries())
    if (!segment.startsWith(':') && segment !== parts[at]) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of segments.entries())
    if (segment.startsWith(':')) params[segment.slice(1)] = decode(parts[at] ?? '');
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray % in a path: kept unchanged, so that it matches no record.
    return part;
  }
}

/** Searches and association batches have limits of their own. */
function routeOf(version: ApiVersion) {
  // biome-ignore lint/complexity/useMaxParams: the routes are a table, and a row reads in columns
  return (endpoint: string, kind: CallKind, scopes: ScopesOf, handle: Route['handle']): Route => {
    const [method = '', path = ''] = endpoint.split(' ');
    const isLinkBatch = path.startsWith(`${pathsOf(version).links}/batch`);
    const lane: LimitName = kind === 'search' ? 'search' : isLinkBatch ? 'associations' : 'burst';
    return { version, method, segments: path.split('/').slice(1), kind, lane, scopes, handle };
  };
}

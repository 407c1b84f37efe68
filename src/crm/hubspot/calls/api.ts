/**
 * Every endpoint that the bridge uses, in one place: which lane it costs and whether it may be repeated. The SDK's groups hold the
 * paths (v3 and v4); when date-versioned paths replace them, this file and wire.ts are what changes.
 */
import type { ObjectType } from '../../crm.ts';
import type { HubSpotCall } from '../transport/transport.ts';
import { getRaw } from '../transport/wire.ts';

/** Inputs per call. Objects and properties: HubSpot's batch guides; associations: its associations guide and changelog of 2025-02-10. */
export const BATCH = 100;
export const LINKS_PER_WRITE = 2_000;
export const LINKS_PER_READ = 1_000;
export const OWNERS_PER_PAGE = 100;

export interface ReadBody {
  readonly inputs: readonly { readonly id: string }[];
  readonly properties: readonly string[];
  readonly idProperty?: string;
}

export interface SearchBody {
  readonly filterGroups: readonly { readonly filters: readonly SearchFilter[] }[];
  readonly properties: readonly string[];
  readonly limit: number;
  /** By creation unless given. */
  readonly sorts?: readonly string[];
  readonly after?: string;
}

export interface SearchFilter {
  readonly propertyName: string;
  readonly operator: 'IN' | 'CONTAINS_TOKEN' | 'GT';
  readonly value?: string;
  readonly values?: readonly string[];
}

export interface CreateBodyInput {
  readonly properties: Readonly<Record<string, string>>;
  readonly associations: readonly {
    readonly to: { readonly id: string };
    readonly types: readonly { readonly associationCategory: 'HUBSPOT_DEFINED'; readonly associationTypeId: number }[];
  }[];
  readonly objectWriteTraceId: string;
}

export interface UpdateBodyInput {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly objectWriteTraceId: string;
}

export interface PropertyBodyInput {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly groupName: string;
  readonly type: 'string' | 'number' | 'bool' | 'date' | 'datetime';
  readonly fieldType: 'text' | 'textarea' | 'number' | 'booleancheckbox' | 'date';
  readonly hasUniqueValue?: boolean;
  readonly options?: readonly {
    readonly label: string;
    readonly value: string;
    readonly displayOrder: number;
    readonly hidden: boolean;
  }[];
}

// The SDK's parameter types are mutable and use enums for these texts; `as never` hands over the same JSON unchanged.

export function readBatch(objectType: ObjectType, body: ReadBody): HubSpotCall {
  const by = body.idProperty === undefined ? 'id' : body.idProperty;
  return {
    purpose: `read ${objectType} by ${by}`,
    lane: 'burst',
    repeat: 'always',
    send: (client) =>
      client.crm.objects.batchApi.readWithHttpInfo(objectType, { ...body, propertiesWithHistory: [] } as never),
  };
}

export function searchRecords(objectType: ObjectType, body: SearchBody): HubSpotCall {
  return {
    purpose: `search ${objectType}`,
    lane: 'search',
    repeat: 'always',
    send: (client) => client.crm.objects.searchApi.doSearchWithHttpInfo(objectType, body as never),
  };
}

/** Never repeated blindly: nothing but a unique property keeps a second create from making a second record. */
export function createBatch(objectType: ObjectType, inputs: readonly CreateBodyInput[]): HubSpotCall {
  return {
    purpose: `create ${objectType}`,
    lane: 'burst',
    repeat: 'if-not-done',
    send: (client) => client.crm.objects.batchApi.createWithHttpInfo(objectType, { inputs } as never),
  };
}

export function updateBatch(objectType: ObjectType, inputs: readonly UpdateBodyInput[]): HubSpotCall {
  return {
    purpose: `update ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    send: (client) => client.crm.objects.batchApi.updateWithHttpInfo(objectType, { inputs } as never),
  };
}

export function listProperties(objectType: ObjectType, archived: boolean): HubSpotCall {
  return {
    purpose: `list ${archived ? 'archived ' : ''}properties of ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    send: (client) => client.crm.properties.coreApi.getAllWithHttpInfo(objectType, archived),
  };
}

/** Repeatable: a second create of the same name answers "exists". */
export function createPropertyBatch(objectType: ObjectType, inputs: readonly PropertyBodyInput[]): HubSpotCall {
  return {
    purpose: `create properties of ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    send: (client) => client.crm.properties.batchApi.createWithHttpInfo(objectType, { inputs } as never),
  };
}

export function createPropertyGroup(objectType: ObjectType, name: string, label: string): HubSpotCall {
  return {
    purpose: `create property group of ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    send: (client) => client.crm.properties.groupsApi.createWithHttpInfo(objectType, { name, label, displayOrder: -1 }),
  };
}

/** Repeatable: linking what is linked changes nothing. The SDK writes `from` as `_from`. */
export function linkBatch(
  from: ObjectType,
  to: ObjectType,
  pairs: readonly { fromId: string; toId: string }[],
): HubSpotCall {
  const inputs = pairs.map((pair) => ({ _from: { id: pair.fromId }, to: { id: pair.toId } }));
  return {
    purpose: `link ${from} to ${to}`,
    lane: 'associations',
    repeat: 'always',
    send: (client) => client.crm.associations.v4.batchApi.createDefaultWithHttpInfo(from, to, { inputs }),
  };
}

/** Repeatable: what is not linked stays so. Answers 204, without a body. */
export function unlinkBatch(
  from: ObjectType,
  to: ObjectType,
  pairs: readonly { fromId: string; toId: string }[],
): HubSpotCall {
  const inputs = pairs.map((pair) => ({ _from: { id: pair.fromId }, to: [{ id: pair.toId }] }));
  return {
    purpose: `unlink ${from} from ${to}`,
    lane: 'associations',
    repeat: 'always',
    send: (client) => client.crm.associations.v4.batchApi.archiveWithHttpInfo(from, to, { inputs }),
  };
}

export function readLinkBatch(
  from: ObjectType,
  to: ObjectType,
  inputs: readonly { id: string; after?: string }[],
): HubSpotCall {
  return {
    purpose: `read links of ${from} to ${to}`,
    lane: 'associations',
    repeat: 'always',
    send: (client) => client.crm.associations.v4.batchApi.getPageWithHttpInfo(from, to, { inputs: [...inputs] }),
  };
}

export function listOwnersPage(after: string | undefined): HubSpotCall {
  return {
    purpose: 'list owners',
    lane: 'burst',
    repeat: 'always',
    send: (client) => client.crm.owners.ownersApi.getPageWithHttpInfo(undefined, after, OWNERS_PER_PAGE, false),
  };
}

/** The SDK has no group for account information. */
export function readAccountDetails(): HubSpotCall {
  return {
    purpose: 'read account',
    lane: 'burst',
    repeat: 'always',
    send: (client) => getRaw(client, '/account-info/v3/details'),
  };
}

/**
 * Type ids of the default associations, from → to (HUBSPOT_DEFINED; the SDK's AssociationTypes). Inline associations of a create
 * need them; everywhere else HubSpot picks the default itself.
 */
const DEFAULT_ASSOCIATION: Readonly<Record<string, number>> = {
  'contacts→companies': 279,
  'companies→contacts': 280,
  'contacts→contacts': 449,
  'companies→companies': 450,
  'tasks→contacts': 204,
  'contacts→tasks': 203,
  'tasks→companies': 192,
  'companies→tasks': 191,
  'emails→contacts': 198,
  'contacts→emails': 197,
  'emails→companies': 186,
  'companies→emails': 185,
  'communications→contacts': 81,
  'contacts→communications': 82,
  'communications→companies': 87,
  'companies→communications': 88,
  'notes→contacts': 202,
  'contacts→notes': 201,
  'notes→companies': 190,
  'companies→notes': 189,
  'calls→contacts': 194,
  'contacts→calls': 193,
  'calls→companies': 182,
  'companies→calls': 181,
  'meetings→contacts': 200,
  'contacts→meetings': 199,
  'meetings→companies': 188,
  'companies→meetings': 187,
};

export function defaultAssociationType(from: ObjectType, to: ObjectType): number | undefined {
  return DEFAULT_ASSOCIATION[`${from}→${to}`];
}

/**
 * The calls that read, search, create and update records: paths (through the SDK's groups), bodies and responses, which rate limit
 * each call counts against, and whether it may be repeated.
 */
import { isObject } from '../../../json.ts';
import type { CrmRecord, ObjectType } from '../../crm.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import { type BatchResponse, idOf, nextPageOf, type Page, readBatchResponse } from './batch-response.ts';

/** Inputs per call (HubSpot's batch guides). */
export const MAX_RECORDS_PER_CALL = 100;

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

export interface HubSpotRecord extends CrmRecord {
  readonly traceId?: string;
}

export interface SearchPage extends Page<HubSpotRecord> {
  /** Results on all pages together. */
  readonly total: number;
}

// The SDK's parameter types are mutable and use enums for these texts; `as never` passes the same JSON unchanged.

export function readBatch(objectType: ObjectType, body: ReadBody): HubSpotCall<BatchResponse<HubSpotRecord>> {
  return {
    purpose: `read ${objectType} by ${body.idProperty ?? 'id'}`,
    lane: 'burst',
    repeat: 'always',
    send: (client) =>
      client.crm.objects.batchApi.readWithHttpInfo(objectType, { ...body, propertiesWithHistory: [] } as never),
    read: readRecords,
  };
}

export function searchPage(objectType: ObjectType, body: SearchBody): HubSpotCall<SearchPage> {
  return {
    purpose: `search ${objectType}`,
    lane: 'search',
    repeat: 'always',
    send: (client) => client.crm.objects.searchApi.doSearchWithHttpInfo(objectType, body as never),
    read: (answer) => ({
      results: readRecords(answer).results,
      after: nextPageOf(answer),
      total: isObject(answer) && typeof answer.total === 'number' ? answer.total : 0,
    }),
  };
}

/** Never repeated blindly: only a unique property keeps a second create from creating a second record. */
export function createBatch(
  objectType: ObjectType,
  inputs: readonly CreateBodyInput[],
): HubSpotCall<BatchResponse<HubSpotRecord>> {
  return {
    purpose: `create ${objectType}`,
    lane: 'burst',
    repeat: 'if-not-done',
    send: (client) => client.crm.objects.batchApi.createWithHttpInfo(objectType, { inputs } as never),
    read: readRecords,
  };
}

export function updateBatch(
  objectType: ObjectType,
  inputs: readonly UpdateBodyInput[],
): HubSpotCall<BatchResponse<HubSpotRecord>> {
  return {
    purpose: `update ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    send: (client) => client.crm.objects.batchApi.updateWithHttpInfo(objectType, { inputs } as never),
    read: readRecords,
  };
}

function readRecords(body: unknown): BatchResponse<HubSpotRecord> {
  return readBatchResponse(body, readRecord);
}

function readRecord(value: unknown): HubSpotRecord | undefined {
  if (!isObject(value)) return undefined;
  const id = idOf(value.id);
  if (id === undefined) return undefined;
  return {
    id,
    properties: propertiesOf(value.properties),
    ...(typeof value.createdAt === 'string' && { createdAt: value.createdAt }),
    ...(typeof value.objectWriteTraceId === 'string' && { traceId: value.objectWriteTraceId }),
  };
}

/** Without a prototype, so that a property named `constructor` or `__proto__` is only ever a property. */
function propertiesOf(value: unknown): Record<string, string | null> {
  const properties: Record<string, string | null> = Object.create(null);
  for (const [name, entry] of Object.entries(isObject(value) ? value : {})) {
    if (entry === null || typeof entry === 'string') properties[name] = entry;
    else if (entry !== undefined) properties[name] = String(entry);
  }
  return properties;
}

/**
 * The calls that read, search, create and update records: bodies and responses, which rate limit
 * each call counts against, and whether it may be repeated.
 */
import { isObject } from '../../../json.ts';
import type { CrmRecord, ObjectType } from '../../crm.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import { type BatchResponse, idOf, nextPageOf, type Page, readBatchResponse, unknownShape } from './batch-response.ts';

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

export function readBatch(objectType: ObjectType, body: ReadBody): HubSpotCall<BatchResponse<HubSpotRecord>> {
  return {
    purpose: `read ${objectType} by ${body.idProperty ?? 'id'}`,
    lane: 'burst',
    repeat: 'always',
    request: ({ records }) => ({
      method: 'POST',
      path: `${records(objectType)}/batch/read`,
      body: { propertiesWithHistory: [], ...body },
    }),
    read: readRecords,
  };
}

export function searchPage(objectType: ObjectType, body: SearchBody): HubSpotCall<SearchPage> {
  return {
    purpose: `search ${objectType}`,
    lane: 'search',
    repeat: 'always',
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/search`, body }),
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
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/batch/create`, body: { inputs } }),
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
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/batch/update`, body: { inputs } }),
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

/** Without a prototype, so that a property named `constructor` or `__proto__` is only ever a property. Values are texts. */
function propertiesOf(value: unknown): Record<string, string | null> {
  const properties: Record<string, string | null> = Object.create(null);
  for (const [name, entry] of Object.entries(isObject(value) ? value : {})) {
    if (entry === null || typeof entry === 'string') properties[name] = entry;
    else if (typeof entry === 'number' || typeof entry === 'boolean') properties[name] = String(entry);
    else throw unknownShape('a property has an unknown shape');
  }
  return properties;
}

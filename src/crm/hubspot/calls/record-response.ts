/** Responses of the calls that read, search, create and update records. */
import { isObject } from '../../../json.ts';
import type { CrmRecord, ListedRecord } from '../../crm.ts';
import { type BatchResponse, readId, readBatchResponse, unknownShape } from './batch-response.ts';

/** Inputs per call (HubSpot's batch guides). */
export const maxRecordsPerCall = 100;

export interface HubSpotRecord extends CrmRecord {
  readonly traceId?: string;
}

/** `{ results, errors? }` with records. */
export function readRecordBatch(body: unknown): BatchResponse<HubSpotRecord> {
  return readBatchResponse(body, readRecord);
}

/** `{ results }` with records and when they were modified. */
export function readListedRecords(body: unknown): readonly ListedRecord[] {
  return readBatchResponse(body, readListedRecord).results;
}

function readListedRecord(value: unknown): ListedRecord | undefined {
  const record = readRecord(value);
  if (record === undefined || !isObject(value) || typeof value.updatedAt !== 'string') return undefined;
  return Number.isNaN(Date.parse(value.updatedAt)) ? undefined : { ...record, modifiedAt: value.updatedAt };
}

function readRecord(value: unknown): HubSpotRecord | undefined {
  if (!isObject(value)) return undefined;
  const id = readId(value.id);
  if (id === undefined) return undefined;
  return {
    id,
    properties: propertiesOf(value.properties),
    ...(typeof value.createdAt === 'string' && { createdAt: value.createdAt }),
    ...(typeof value.objectWriteTraceId === 'string' && { traceId: value.objectWriteTraceId }),
  };
}

/** HubSpot stores 65,536 characters (its usage guidelines). A longer value would be copied into each answer that names it. */
const maxValueLength = 500_000;

/**
 * Without a prototype, so that a property named `constructor` or `__proto__` is only ever a property. Values are texts. The parsed object
 * itself, because an object that is created without a prototype takes four times its memory.
 */
function propertiesOf(value: unknown): Record<string, string | null> {
  const properties: Record<string, unknown> = Object.setPrototypeOf(isObject(value) ? value : {}, null);
  for (const [name, entry] of Object.entries(properties)) {
    if (typeof entry === 'string' && entry.length > maxValueLength) throw unknownShape('a property is too long');
    if (typeof entry === 'number' || typeof entry === 'boolean') properties[name] = String(entry);
    else if (entry !== null && typeof entry !== 'string') throw unknownShape('a property has an unknown shape');
  }
  // Checked, value by value.
  return properties as Record<string, string | null>;
}

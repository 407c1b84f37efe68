/** HubSpot's 2xx bodies, parsed. A shape that is not known is an error, never an empty list. */
import { CrmUnavailableError } from '../../../errors.ts';
import { isObject } from '../../../json.ts';
import type { CrmRecord } from '../../crm.ts';
import { type HubSpotError, readHubSpotError } from '../transport/error-body.ts';

export interface BatchAnswer<T> {
  readonly results: readonly T[];
  readonly errors: readonly HubSpotError[];
}

/** `{ results, errors? }` of any batch or list call; `read` answers undefined for a result that it does not know. */
export function readBatchAnswer<T>(body: unknown, read: (result: unknown) => T | undefined): BatchAnswer<T> {
  if (!isObject(body) || !Array.isArray(body.results)) throw unknownShape('a list of results is missing');
  const results = body.results.map((result) => {
    const known = read(result);
    if (known === undefined) throw unknownShape('a result is not of the kind asked for');
    return known;
  });
  return { results, errors: Array.isArray(body.errors) ? body.errors.map(readHubSpotError) : [] };
}

/** `paging.next.after`, where there is another page. */
export function nextPageOf(body: unknown): string | undefined {
  if (!isObject(body) || !isObject(body.paging) || !isObject(body.paging.next)) return undefined;
  const { after } = body.paging.next;
  return typeof after === 'string' || typeof after === 'number' ? String(after) : undefined;
}

export interface HubSpotRecord extends CrmRecord {
  readonly traceId?: string;
}

export function readRecord(value: unknown): HubSpotRecord | undefined {
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

/** Ids are text in v3 and numbers in v4. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

export function unknownShape(what: string): CrmUnavailableError {
  return new CrmUnavailableError(`HubSpot answered in a form that the bridge does not know: ${what}`, {
    ambiguous: true,
  });
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

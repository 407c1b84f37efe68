/** The calls that link, unlink and list linked records (HubSpot's associations): bodies and responses. */
import { isObject } from '../../../json.ts';
import type { ObjectType, Pair } from '../../crm.ts';
import { type HubSpotError, readHubSpotError } from '../transport/error-body.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import { type BatchResponse, readId, readBatchResponse } from './batch-response.ts';

/** Per call (HubSpot's associations guide and its changelog of 2025-02-10). */
export const maxPairsPerWrite = 2_000;
export const maxIdsPerLinkRead = 1_000;

/** The kinds of record that a link joins, in its direction. */
export interface LinkTypes {
  readonly from: ObjectType;
  readonly to: ObjectType;
}

/** A record whose links are read, from a page on. */
export interface LinkReadInput {
  readonly id: string;
  readonly after?: string;
}

export interface FoundLinks {
  readonly fromId: string;
  readonly toIds: readonly string[];
  /** Cursor of the next page of this record's links. */
  readonly after?: string;
}

/** Repeatable: linking linked records changes nothing. The response lists both directions. */
export function linkBatch({ from, to }: LinkTypes, pairs: readonly Pair[]): HubSpotCall<BatchResponse<Pair>> {
  const inputs = pairs.map((pair) => ({ from: { id: pair.fromId }, to: { id: pair.toId } }));
  return {
    purpose: `link ${from} to ${to}`,
    lane: 'associations',
    repeat: 'always',
    request: ({ links }) => ({ method: 'POST', path: `${links(from, to)}/batch/associate/default`, body: { inputs } }),
    read: (body) => readBatchResponse(body, readLink),
  };
}

/**
 * Repeatable: unlinking unlinked records changes nothing. The undated API returns 204 without a body, the dated ones 200. Returns the
 * errors of the response.
 */
export function unlinkBatch({ from, to }: LinkTypes, pairs: readonly Pair[]): HubSpotCall<readonly HubSpotError[]> {
  const inputs = pairs.map((pair) => ({ from: { id: pair.fromId }, to: [{ id: pair.toId }] }));
  return {
    purpose: `unlink ${from} from ${to}`,
    lane: 'associations',
    repeat: 'always',
    request: ({ links }) => ({ method: 'POST', path: `${links(from, to)}/batch/archive`, body: { inputs } }),
    read: (body) => (isObject(body) && Array.isArray(body.errors) ? body.errors.map(readHubSpotError) : []),
  };
}

export function readLinkBatch(
  { from, to }: LinkTypes,
  inputs: readonly LinkReadInput[],
): HubSpotCall<BatchResponse<FoundLinks>> {
  return {
    purpose: `read links of ${from} to ${to}`,
    lane: 'associations',
    repeat: 'always',
    request: ({ links }) => ({ method: 'POST', path: `${links(from, to)}/batch/read`, body: { inputs } }),
    read: (body) => readBatchResponse(body, readFoundLinks),
  };
}

function readLink(value: unknown): Pair | undefined {
  if (!isObject(value) || !isObject(value.from) || !isObject(value.to)) return undefined;
  const [fromId, toId] = [readId(value.from.id), readId(value.to.id)];
  return fromId === undefined || toId === undefined ? undefined : { fromId, toId };
}

function readFoundLinks(value: unknown): FoundLinks | undefined {
  if (!isObject(value) || !isObject(value.from) || !Array.isArray(value.to)) return undefined;
  const fromId = readId(value.from.id);
  const toIds = value.to.map((entry: unknown) => (isObject(entry) ? readId(entry.toObjectId) : undefined));
  if (fromId === undefined || toIds.includes(undefined)) return undefined;
  const after = isObject(value.paging) && isObject(value.paging.next) ? readId(value.paging.next.after) : undefined;
  return { fromId, toIds: toIds.filter((id) => id !== undefined), ...(after !== undefined && { after }) };
}

/** The calls about associations with labels: HubSpot's association types. */
import { isObject } from '../../../json.ts';
import type { Pair } from '../../crm.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import { type BatchResponse, readId, nextPageOf, type ResultPage, readBatchResponse } from './batch-response.ts';
import type { LinkReadInput, LinkTypes } from './link-calls.ts';

export interface AssociationType {
  /** `HUBSPOT_DEFINED`, `USER_DEFINED` or `INTEGRATOR_DEFINED`. */
  readonly category: string;
  readonly typeId: number;
}

/** A type with the name that users see; HubSpot's own default has none. */
export interface AssociationLabel extends AssociationType {
  readonly label: string | null;
}

/** A pair with all types that its link is to have: HubSpot drops labels that are not named. */
export interface TypedPair extends Pair {
  readonly types: readonly AssociationType[];
}

export interface FoundTypedLinks {
  readonly fromId: string;
  readonly to: readonly { readonly id: string; readonly types: readonly AssociationType[] }[];
  readonly after?: string;
}

/** Repeatable: the named types are what the pair has afterwards. */
export function typedLinkBatch({ from, to }: LinkTypes, pairs: readonly TypedPair[]): HubSpotCall<BatchResponse<Pair>> {
  const inputs = pairs.map(({ fromId, toId, types }) => ({
    from: { id: fromId },
    to: { id: toId },
    types: types.map(({ category, typeId }) => ({ associationCategory: category, associationTypeId: typeId })),
  }));
  return {
    purpose: `link ${from} to ${to} with labels`,
    lane: 'associations',
    repeat: 'always',
    request: ({ links }) => ({ method: 'POST', path: `${links(from, to)}/batch/create`, body: { inputs } }),
    read: (body) => readBatchResponse(body, readPair),
  };
}

export function readTypedLinkBatch(
  { from, to }: LinkTypes,
  inputs: readonly LinkReadInput[],
): HubSpotCall<BatchResponse<FoundTypedLinks>> {
  return {
    purpose: `read links of ${from} to ${to} with labels`,
    lane: 'associations',
    repeat: 'always',
    request: ({ links }) => ({ method: 'POST', path: `${links(from, to)}/batch/read`, body: { inputs } }),
    read: (body) => readBatchResponse(body, readFound),
  };
}

/** The association types of the account between two kinds of records. */
export function linkLabels({ from, to }: LinkTypes): HubSpotCall<ResultPage<AssociationLabel>> {
  return {
    purpose: `read association labels of ${from} to ${to}`,
    lane: 'burst',
    repeat: 'always',
    request: ({ links }) => ({ method: 'GET', path: `${links(from, to)}/labels` }),
    read: (body) => ({ results: readBatchResponse(body, readLabel).results, after: nextPageOf(body) }),
  };
}

function readPair(value: unknown): Pair | undefined {
  if (!isObject(value)) return undefined;
  const [fromId, toId] = [readId(value.fromObjectId), readId(value.toObjectId)];
  return fromId === undefined || toId === undefined ? undefined : { fromId, toId };
}

function readFound(value: unknown): FoundTypedLinks | undefined {
  if (!isObject(value) || !isObject(value.from) || !Array.isArray(value.to)) return undefined;
  const fromId = readId(value.from.id);
  const to = value.to.map((entry: unknown) => {
    const id = isObject(entry) ? readId(entry.toObjectId) : undefined;
    if (id === undefined || !isObject(entry) || !Array.isArray(entry.associationTypes)) return undefined;
    const types = entry.associationTypes.map(readLabel);
    return types.includes(undefined) ? undefined : { id, types: types.filter((type) => type !== undefined) };
  });
  if (fromId === undefined || to.includes(undefined)) return undefined;
  const after = nextPageOf(value);
  return { fromId, to: to.filter((entry) => entry !== undefined), ...(after !== undefined && { after }) };
}

function readLabel(value: unknown): AssociationLabel | undefined {
  if (!isObject(value) || typeof value.category !== 'string' || typeof value.typeId !== 'number') return undefined;
  return {
    category: value.category,
    typeId: value.typeId,
    label: typeof value.label === 'string' ? value.label : null,
  };
}

import type { CreateInput, Crm, ObjectType, WriteOutcome } from '../../crm.ts';
import { defaultAssociationType } from '../calls/default-associations.ts';
import type { BatchResponse } from '../calls/batch-response.ts';
import { type HubSpotRecord, readRecordBatch } from '../calls/record-response.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send } from '../transport/transport.ts';
import { type BatchInput, chunksToWrite, type WritingDeps } from './batch-input.ts';
import { BatchWrite } from './batch-write.ts';
import { lookupById } from './batch-lookup.ts';
import { labelRequired } from './label-required.ts';
import { readInBatches } from './read-in-batches.ts';
import type { RequiredProperties } from './required-properties.ts';

interface Create extends BatchInput {
  readonly associations: CreateBodyInput['associations'];
}

/** The port's create. */
export function creating({ transport, required, definitions }: WritingDeps): Pick<Crm, 'create'> {
  return {
    create: async (objectType, inputs, context) => {
      const scope = { send: (call) => transport(call, context), required } satisfies CreateScope;
      const outcomes = await createInBatches(scope, objectType, inputs);
      return await labelRequired(outcomes, definitions, { objectType, context });
    },
  };
}

/** What the calls of one create share. */
interface CreateScope {
  readonly send: Send;
  readonly required: RequiredProperties;
}

/**
 * Creates 100 records per call. Two records with the same email never share a call, because HubSpot would reject the whole call. Records
 * without a value that HubSpot is known to require are not sent.
 */
async function createInBatches(
  { send, required }: CreateScope,
  objectType: ObjectType,
  inputs: readonly CreateInput[],
): Promise<readonly WriteOutcome[]> {
  const batch = new BatchWrite<Create>({
    unsure: 'ambiguous',
    keepsIdsOnly: true,
    ownerOfConflict: async (existingId, some) => {
      const lookup = lookupById(objectType);
      const read = { lookup, values: [existingId], properties: identifyingProperties(some) };
      const { found } = await readInBatches(send, read);
      return ownerOf(found.get(existingId)?.properties, some);
    },
  });
  const creates = inputs.map(
    (input, at): Create => ({
      traceId: String(at),
      properties: input.properties,
      associations: associationsOf(objectType, input),
    }),
  );
  const ready = creates.filter((create, at) => {
    const unknown = inputs[at]?.links?.find(
      (link) => defaultAssociationType(objectType, link.objectType) === undefined,
    );
    if (unknown === undefined) return true;
    const message = `HubSpot has no default association from ${objectType} to ${unknown.objectType}`;
    batch.outcomes.set(create, { problem: { kind: 'invalid', message, properties: [] } });
    return false;
  });
  const chunks = chunksToWrite(ready, (create) => comparable(create.properties.email));
  const write = async (chunk: readonly Create[]) => {
    const complete = chunk.filter((create) => {
      const problem = required.problemOfNew(objectType, create.properties);
      if (problem !== undefined) batch.outcomes.set(create, { problem });
      return problem === undefined;
    });
    for await (const part of batch.parts(complete)) {
      await batch.settle(part, send(createBatch(objectType, part.map(bodyOf))));
    }
    required.learn(
      objectType,
      complete.map((create) => batch.outcomes.get(create)).filter((outcome) => outcome !== undefined),
    );
    for (const create of complete) {
      const outcome = batch.outcomes.get(create);
      if (outcome !== undefined && 'record' in outcome) required.unlearn(objectType, create.properties);
    }
  };
  // The first call shows what the account requires, before the others are sent.
  const [first = [], ...rest] = chunks;
  await write(first);
  await Promise.all(rest.map(write));
  batch.throwIfNothingWritten();
  return batch.inOrder(creates);
}

function associationsOf(objectType: ObjectType, input: CreateInput): CreateBodyInput['associations'] {
  return (input.links ?? []).flatMap((link) => {
    const associationTypeId = defaultAssociationType(objectType, link.objectType);
    if (associationTypeId === undefined) return [];
    return [{ to: { id: link.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED' as const, associationTypeId }] }];
  });
}

function bodyOf({ traceId, properties, associations }: Create): CreateBodyInput {
  return { objectWriteTraceId: traceId, properties, associations };
}

function identifyingProperties(inputs: readonly Create[]): readonly string[] {
  return [...new Set(['email', 'hs_additional_emails', ...inputs.flatMap((input) => Object.keys(input.properties))])];
}

/**
 * "Contact already exists. Existing ID: N" for a whole batch does not name the input; the existing record's values do.
 * Secondary emails count, and for other objects any sent value that distinguishes the inputs.
 */
function ownerOf(
  existing: Readonly<Record<string, string | null>> | undefined,
  inputs: readonly Create[],
): Create | undefined {
  if (existing === undefined) return undefined;
  const emails = [existing.email, ...(existing.hs_additional_emails ?? '').split(';')].map(comparable);
  const byEmail = inputs.filter((input) => {
    const email = comparable(input.properties.email);
    return email !== undefined && emails.includes(email);
  });
  if (byEmail.length === 1) return byEmail[0];
  const alike = inputs.filter((input) =>
    Object.entries(input.properties).some(([name, value]) => isSame(existing[name], value)),
  );
  return alike.length === 1 ? alike[0] : undefined;
}

function isSame(a: string | null | undefined, b: string): boolean {
  return comparable(a) !== undefined && comparable(a) === comparable(b);
}

function comparable(value: string | null | undefined): string | undefined {
  const text = value?.trim().toLowerCase();
  return text === '' ? undefined : text;
}

interface CreateBodyInput {
  readonly properties: Readonly<Record<string, string>>;
  readonly associations: readonly {
    readonly to: { readonly id: string };
    readonly types: readonly { readonly associationCategory: 'HUBSPOT_DEFINED'; readonly associationTypeId: number }[];
  }[];
  readonly objectWriteTraceId: string;
}

/** Never repeated blindly: only a unique property keeps a second create from creating a second record. */
function createBatch(
  objectType: ObjectType,
  inputs: readonly CreateBodyInput[],
): HubSpotCall<BatchResponse<HubSpotRecord>> {
  return {
    purpose: `create ${objectType}`,
    lane: 'burst',
    repeat: 'if-not-done',
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/batch/create`, body: { inputs } }),
    read: readRecordBatch,
  };
}

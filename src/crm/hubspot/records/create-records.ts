import type { CallContext, CreateInput, ObjectType, WriteOutcome } from '../../crm.ts';
import { BATCH, type CreateBodyInput, createBatch, defaultAssociationType } from '../calls/api.ts';
import { chunksOfDistinct } from '../calls/chunks.ts';
import { inOrder, throwIfNothingWritten } from '../problems/outcomes.ts';
import type { Transport } from '../transport/transport.ts';
import { type BatchWrite, newLedger, writeBatch } from './batch-write.ts';
import { lookupById, readRecords } from './read-records.ts';
import type { WriteInput } from './write-input.ts';

interface Create extends WriteInput {
  readonly associations: CreateBodyInput['associations'];
}

/** Creates 100 records a call. Two with one e-mail never share a call: HubSpot would refuse it whole. */
export async function createRecords(
  transport: Transport,
  objectType: ObjectType,
  inputs: readonly CreateInput[],
  context: CallContext,
): Promise<readonly WriteOutcome[]> {
  const ledger = newLedger<Create>();
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
    const message = `HubSpot has no default link from ${objectType} to ${unknown.objectType}`;
    ledger.outcomes.set(create, { problem: { kind: 'invalid', message, properties: [] } });
    return false;
  });
  const write: BatchWrite<Create> = {
    unsure: 'ambiguous',
    call: (some) => createBatch(objectType, some.map(bodyOf)),
    ownerOfConflict: (id, some) => ownerOfConflict(transport, objectType, id, some, context),
  };
  const chunks = chunksOfDistinct(ready, BATCH, (create) => comparable(create.properties.email));
  await Promise.all(chunks.map((chunk) => writeBatch(transport, write, chunk, context, ledger)));
  throwIfNothingWritten(ledger.errors, ledger.answered);
  return inOrder(creates, ledger.outcomes, 'ambiguous');
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

/**
 * "Contact already exists. Existing ID: N" for a whole batch does not say which input: the existing record's own values do.
 * Secondary e-mails count; for other objects any sent value that tells the inputs apart.
 */
async function ownerOfConflict(
  transport: Transport,
  objectType: ObjectType,
  existingId: string,
  inputs: readonly Create[],
  context: CallContext,
): Promise<Create | undefined> {
  const names = [
    ...new Set(['email', 'hs_additional_emails', ...inputs.flatMap((input) => Object.keys(input.properties))]),
  ];
  const { found } = await readRecords(transport, lookupById(objectType), [existingId], names, context);
  const existing = found.get(existingId);
  if (existing === undefined) return undefined;
  const emails = [existing.properties.email, ...(existing.properties.hs_additional_emails ?? '').split(';')].map(
    comparable,
  );
  const byEmail = inputs.filter((input) => {
    const email = comparable(input.properties.email);
    return email !== undefined && emails.includes(email);
  });
  if (byEmail.length === 1) return byEmail[0];
  const likes = inputs.filter((input) =>
    Object.entries(input.properties).some(([name, value]) => isSame(existing.properties[name], value)),
  );
  return likes.length === 1 ? likes[0] : undefined;
}

function isSame(a: string | null | undefined, b: string): boolean {
  return comparable(a) !== undefined && comparable(a) === comparable(b);
}

function comparable(value: string | null | undefined): string | undefined {
  const text = value?.trim().toLowerCase();
  return text === '' ? undefined : text;
}

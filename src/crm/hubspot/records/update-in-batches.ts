import type { Crm, CrmProblem, CrmRecord, ObjectType, ReadOutcome, UpdateInput, WriteOutcome } from '../../crm.ts';
import type { BatchResponse } from '../calls/batch-response.ts';
import { type HubSpotRecord, readRecordBatch } from '../calls/record-response.ts';
import { problemOfLookup } from '../problems/lookup-problem.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send } from '../transport/transport.ts';
import { type BatchInput, chunksToWrite, type WritingDeps } from './batch-input.ts';
import { type BatchKind, BatchWrite } from './batch-write.ts';
import { lookupById } from './batch-lookup.ts';
import { labelRequired } from './label-required.ts';
import { readInBatches } from './read-in-batches.ts';

interface Update extends BatchInput {
  readonly id: string;
}

/** What the calls of one update share. */
interface UpdateScope {
  readonly send: Send;
  readonly objectType: ObjectType;
}

/** The port's update. It learns from the outcomes what the account requires. */
export function updating({ transport, required, definitions }: WritingDeps): Pick<Crm, 'update'> {
  return {
    update: async (objectType, inputs, context) => {
      const outcomes = await updateInBatches((call) => transport(call, context), objectType, inputs);
      required.learn(objectType, outcomes);
      return await labelRequired(outcomes, definitions, { objectType, context });
    },
  };
}

/** An update can be repeated without harm. */
const updateKind: BatchKind<Update> = { unsure: 'unavailable' };

/**
 * Updates 100 records per call. Records that the response does not mention are read back: a merged id may be missing from it
 * without an error although nothing, or the surviving record, was written.
 */
async function updateInBatches(
  send: Send,
  objectType: ObjectType,
  inputs: readonly UpdateInput[],
): Promise<readonly WriteOutcome[]> {
  const scope: UpdateScope = { send, objectType };
  const batch = new BatchWrite<Update>(updateKind);
  const updates = inputs.map((input, at): Update => ({ traceId: String(at), ...input }));
  const ready = updates.filter((update) => {
    if (/^\d+$/.test(update.id)) return true;
    batch.outcomes.set(update, { problem: notFound });
    return false;
  });
  await writeAll(scope, batch, ready.filter(hasProperties));
  batch.throwIfNothingWritten();
  // An update without properties writes nothing (HubSpot refuses it): it only checks whether the record exists.
  const open = ready.filter((update) => !hasProperties(update) || batch.unmentioned.has(update));
  await settleOpen(scope, batch, open);
  return batch.inOrder(updates);
}

const notFound: CrmProblem = { kind: 'not-found', message: 'HubSpot has no such record' };

/** Sends the updates, 100 per call, and again in parts where HubSpot refuses a call. */
async function writeAll(
  { send, objectType }: UpdateScope,
  batch: BatchWrite<Update>,
  updates: readonly Update[],
): Promise<void> {
  const chunks = chunksToWrite(updates, ({ id }) => id);
  await Promise.all(
    chunks.map(async (chunk) => {
      for await (const part of batch.parts(chunk)) {
        await batch.settle(part, send(updateBatch(objectType, part.map(bodyOf))));
      }
    }),
  );
}

/** Reads the records back. One without the update gets it again, once, under the id of the record that was returned for it. */
async function settleOpen(scope: UpdateScope, batch: BatchWrite<Update>, open: readonly Update[]): Promise<void> {
  if (open.length === 0) return;
  const read = await readBack(scope, open);
  const again = new Map<Update, Update>();
  for (const update of open) {
    const record = read.found.get(update.id);
    if (record === undefined) batch.outcomes.set(update, { problem: read.failed.get(update.id) ?? notFound });
    else if (isApplied(update, record)) batch.outcomes.set(update, { record });
    else again.set({ ...update, id: record.id }, update);
  }
  const second = new BatchWrite<Update>(updateKind);
  await writeAll(scope, second, [...again.keys()]);
  for (const [resent, update] of again) {
    const outcome = second.outcomes.get(resent);
    if (outcome !== undefined) batch.outcomes.set(update, outcome);
  }
}

async function readBack({ send, objectType }: UpdateScope, updates: readonly Update[]): Promise<ReadOutcome> {
  const values = updates.map(({ id }) => id);
  const properties = [...new Set(updates.flatMap((update) => Object.keys(update.properties)))];
  try {
    return await readInBatches(send, { lookup: lookupById(objectType), values, properties });
  } catch (error) {
    const problem = problemOfLookup(error);
    return { found: new Map(), missing: new Set(), failed: new Map(values.map((id) => [id, problem])) };
  }
}

function hasProperties({ properties }: Update): boolean {
  return Object.keys(properties).length > 0;
}

function isApplied(update: Update, record: CrmRecord): boolean {
  return Object.entries(update.properties).every(([name, value]) => (record.properties[name] ?? '') === value);
}

function bodyOf({ traceId, id, properties }: Update): UpdateBodyInput {
  return { objectWriteTraceId: traceId, id, properties };
}

interface UpdateBodyInput {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly objectWriteTraceId: string;
}

function updateBatch(
  objectType: ObjectType,
  inputs: readonly UpdateBodyInput[],
): HubSpotCall<BatchResponse<HubSpotRecord>> {
  return {
    purpose: `update ${objectType}`,
    lane: 'burst',
    repeat: 'always',
    request: ({ records }) => ({ method: 'POST', path: `${records(objectType)}/batch/update`, body: { inputs } }),
    read: readRecordBatch,
  };
}

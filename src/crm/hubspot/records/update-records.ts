import type { CallContext, CrmProblem, CrmRecord, ObjectType, UpdateInput, WriteOutcome } from '../../crm.ts';
import { BATCH, type UpdateBodyInput, updateBatch } from '../calls/api.ts';
import { chunksOfDistinct } from '../calls/chunks.ts';
import { inOrder, lookupProblem, throwIfNothingWritten } from '../problems/outcomes.ts';
import type { Transport } from '../transport/transport.ts';
import { type BatchWrite, type Ledger, newLedger, writeBatch } from './batch-write.ts';
import { lookupById, readRecords } from './read-records.ts';
import type { WriteInput } from './write-input.ts';

interface Update extends WriteInput {
  readonly id: string;
}

/**
 * Updates 100 records a call. What the answer leaves out is looked up: a merged-away id may be missing from it without an error
 * although nothing, or the survivor, was written.
 */
export async function updateRecords(
  transport: Transport,
  objectType: ObjectType,
  inputs: readonly UpdateInput[],
  context: CallContext,
): Promise<readonly WriteOutcome[]> {
  const ledger = newLedger<Update>();
  const updates = inputs.map((input, at): Update => ({ traceId: String(at), ...input }));
  const ready = updates.filter((update) => {
    if (/^\d+$/.test(update.id)) return true;
    ledger.outcomes.set(update, { problem: NOT_FOUND });
    return false;
  });
  const write: BatchWrite<Update> = {
    unsure: 'unavailable',
    call: (some) => updateBatch(objectType, some.map(bodyOf)),
  };
  const isFilled = (update: Update) => Object.keys(update.properties).length > 0;
  const filled = ready.filter(isFilled);
  const chunks = chunksOfDistinct(filled, BATCH, ({ id }) => id);
  await Promise.all(chunks.map((chunk) => writeBatch(transport, write, chunk, context, ledger)));
  throwIfNothingWritten(ledger.errors, ledger.answered);
  // An update without properties writes nothing (HubSpot refuses it): all it asks is whether the record exists.
  const open = ready.filter((update) => !isFilled(update) || ledger.unaccounted.has(update));
  await settleOpen(transport, objectType, write, open, context, ledger);
  return inOrder(updates, ledger.outcomes, 'unavailable');
}

const NOT_FOUND: CrmProblem = { kind: 'not-found', message: 'HubSpot has no such record' };

/** Reads what became of the records; where the update is not in them it goes, once, to the record that answers for the id. */
async function settleOpen(
  transport: Transport,
  objectType: ObjectType,
  write: BatchWrite<Update>,
  open: readonly Update[],
  context: CallContext,
  ledger: Ledger<Update>,
): Promise<void> {
  if (open.length === 0) return;
  const ids = open.map(({ id }) => id);
  const names = [...new Set(open.flatMap(({ properties }) => Object.keys(properties)))];
  const read = await readRecords(transport, lookupById(objectType), ids, names, context).catch((error: unknown) => ({
    found: new Map<string, CrmRecord>(),
    missing: new Set<string>(),
    failed: new Map(ids.map((id) => [id, lookupProblem(error)])),
  }));
  const again = new Map<Update, Update>();
  for (const update of open) {
    const record = read.found.get(update.id);
    if (record === undefined) ledger.outcomes.set(update, { problem: read.failed.get(update.id) ?? NOT_FOUND });
    else if (isApplied(update, record)) ledger.outcomes.set(update, { record });
    else again.set({ ...update, id: record.id }, update);
  }
  const second = newLedger<Update>();
  const chunks = chunksOfDistinct([...again.keys()], BATCH, ({ id }) => id);
  await Promise.all(chunks.map((chunk) => writeBatch(transport, write, chunk, context, second)));
  for (const [resent, update] of again) {
    const outcome = second.outcomes.get(resent);
    if (outcome !== undefined) ledger.outcomes.set(update, outcome);
  }
}

function isApplied(update: Update, record: CrmRecord): boolean {
  return Object.entries(update.properties).every(([name, value]) => (record.properties[name] ?? '') === value);
}

function bodyOf({ traceId, id, properties }: Update): UpdateBodyInput {
  return { objectWriteTraceId: traceId, id, properties };
}

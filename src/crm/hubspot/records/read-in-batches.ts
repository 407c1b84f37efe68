import type { CrmProblem, CrmRecord, ObjectType, ReadOutcome } from '../../crm.ts';
import { unaccounted } from '../../crm-problem.ts';
import { chunksOfDistinct } from '../calls/distinct-chunks.ts';
import type { BatchResponse } from '../calls/batch-response.ts';
import { readFittingParts } from '../calls/fitting-parts.ts';
import { type HubSpotRecord, maxRecordsPerCall, readRecordBatch } from '../calls/record-response.ts';
import { problemOfLookup } from '../problems/lookup-problem.ts';
import { CallTally } from '../problems/call-tally.ts';
import { type RefusableLookup, splitLookup } from '../problems/halving.ts';
import { contextValues } from '../transport/error-body.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import type { Send } from '../transport/transport.ts';
import { isAboutContent } from '../transport/hubspot-refusal.ts';
import { type BatchLookup, lookupKey } from './batch-lookup.ts';
import { createReadAllowance, type ReadAllowance } from './read-allowance.ts';

/** What to read: values of the lookup's property (or ids), and the properties to return. */
export interface BatchRead {
  readonly lookup: BatchLookup;
  readonly values: readonly string[];
  readonly properties: readonly string[];
  /** Shared by the reads of one request; by default the read has its own. */
  readonly allowance?: ReadAllowance | undefined;
}

/**
 * Reads 100 values per call, and fewer where their records are too large for one. Throws only if the token is refused, or if HubSpot is
 * down and answered no call.
 * Ids that are not numbers are missing: HubSpot has none, and would refuse the whole call because of one.
 */
export async function readInBatches(send: Send, read: BatchRead): Promise<ReadOutcome> {
  const { lookup } = read;
  const outcome: MutableOutcome = { found: new Map(), missing: new Set(), failed: new Map() };
  const tally = new CallTally();
  const scope: ReadScope = {
    send,
    lookup,
    outcome,
    allowance: read.allowance ?? createReadAllowance(),
    properties: [...new Set([...read.properties, ...lookup.extraProperties])],
  };
  const fail = (values: readonly string[], error: unknown) => {
    tally.addError(error);
    for (const value of values) if (!isSettled(outcome, value)) outcome.failed.set(value, problemOfLookup(error));
  };
  const work: RefusableLookup<string> = {
    run: async (values) => {
      await readFittingParts(values, {
        read: async (part) => {
          await readChunk(scope, part);
          tally.addAnswer();
        },
        fail: (value, error) => fail([value], error),
      });
    },
    fail,
    canSplit: isAboutContent,
  };
  const afterFailure = async (values: readonly string[], error: unknown) => {
    const isGone = isAboutContent(error) && (await lookup.isGone?.()) === true;
    if (!isGone) return await splitLookup(work, values, error);
    tally.addAnswer();
    for (const value of values) outcome.missing.add(value);
  };
  const chunks = chunksOfDistinct(readableValues(read, outcome), maxRecordsPerCall, lookupKey).values();
  // Workers that share one iterator: each takes the next chunk.
  const readNext = async () => {
    for (const chunk of chunks) await work.run(chunk).catch((error: unknown) => afterFailure(chunk, error));
  };
  await Promise.all(Array.from({ length: maxChunksAtOnce }, readNext));
  for (const value of [...outcome.found.keys(), ...outcome.missing]) outcome.failed.delete(value);
  tally.throwIfNothingDone();
  return outcome;
}

/**
 * More calls than HubSpot's limit permits while one call is in progress; calls queued behind them are not sent once the allowance is spent.
 */
const maxChunksAtOnce = 50;

function isSettled({ found, missing }: MutableOutcome, value: string): boolean {
  return found.has(value) || missing.has(value);
}

const emptyValue: CrmProblem = { kind: 'invalid', message: 'Cannot look up an empty value', properties: [] };

interface MutableOutcome {
  readonly found: Map<string, CrmRecord>;
  readonly missing: Set<string>;
  readonly failed: Map<string, CrmProblem>;
}

/** What all calls of one read share. */
interface ReadScope {
  readonly send: Send;
  readonly lookup: BatchLookup;
  readonly properties: readonly string[];
  readonly allowance: ReadAllowance;
  readonly outcome: MutableOutcome;
}

/** The distinct values that HubSpot accepts; the others get their outcome here. */
function readableValues({ lookup, values }: BatchRead, outcome: MutableOutcome): readonly string[] {
  return [...new Set(values)].filter((value) => {
    if (value.trim() === '') outcome.failed.set(value, emptyValue);
    else if (lookup.idProperty === undefined && !/^\d+$/.test(value)) outcome.missing.add(value);
    else return true;
    return false;
  });
}

async function readChunk(scope: ReadScope, values: readonly string[]): Promise<void> {
  const { lookup, outcome } = scope;
  const { results, missed } = await readOnce(scope, values);
  const byKey = new Map<string, CrmRecord>();
  const used = new Set<string>();
  for (const record of results) for (const key of lookup.keysOf(record)) if (!byKey.has(key)) byKey.set(key, record);
  const open: string[] = [];
  for (const value of values) {
    const record = byKey.get(lookupKey(value));
    if (record !== undefined) {
      outcome.found.set(value, record);
      used.add(record.id);
    } else if (missed.has(lookupKey(value))) {
      outcome.missing.add(value);
    } else {
      open.push(value);
    }
  }
  // A returned record that no value claimed belongs to one of the open values: reading them one by one shows to which.
  const hasUnclaimed = results.some((record) => !used.has(record.id));
  const single = hasUnclaimed ? open.slice(0, maxSingleReads) : [];
  for (const value of open.slice(single.length)) outcome.failed.set(value, unaccounted('unavailable').problem);
  await Promise.all(single.map((value) => readSingle(scope, value)));
}

/** Further single reads for one call would cost more calls than they are worth. */
const maxSingleReads = 10;

async function readSingle(scope: ReadScope, value: string): Promise<void> {
  const { results, missed } = await readOnce(scope, [value]);
  const [record, ...others] = results;
  if (record !== undefined && others.length === 0) scope.outcome.found.set(value, record);
  else if (record === undefined && missed.has(lookupKey(value))) scope.outcome.missing.add(value);
  else scope.outcome.failed.set(value, unaccounted('unavailable').problem);
}

async function readOnce(
  { send, lookup, properties, allowance }: ReadScope,
  values: readonly string[],
): Promise<{ results: readonly CrmRecord[]; missed: ReadonlySet<string> }> {
  const { objectType, idProperty } = lookup;
  const inputs = values.map((id) => ({ id: idProperty === undefined ? id : id.trim() }));
  const body = { inputs, properties, ...(idProperty !== undefined && { idProperty }) };
  allowance.check();
  const { results, errors } = await send(readBatch(objectType, body));
  allowance.count(results);
  // One entry of category OBJECT_NOT_FOUND names all misses (207); the inputs of other entries stay open.
  const missed = errors
    .filter((error) => error.category === 'OBJECT_NOT_FOUND')
    .flatMap((error) => contextValues(error, 'ids').concat(contextValues(error, 'id')));
  return { results, missed: new Set(missed.map(lookupKey)) };
}

interface ReadBody {
  readonly inputs: readonly { readonly id: string }[];
  readonly properties: readonly string[];
  readonly idProperty?: string;
}

function readBatch(objectType: ObjectType, body: ReadBody): HubSpotCall<BatchResponse<HubSpotRecord>> {
  return {
    purpose: `read ${objectType} by ${body.idProperty ?? 'id'}`,
    lane: 'burst',
    repeat: 'always',
    request: ({ records }) => ({
      method: 'POST',
      path: `${records(objectType)}/batch/read`,
      body: { propertiesWithHistory: [], ...body },
    }),
    read: readRecordBatch,
  };
}

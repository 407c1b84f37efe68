import type { CallContext, CrmProblem, CrmRecord, ObjectType, ReadOutcome } from '../../crm.ts';
import { readBatchAnswer, readRecord } from '../calls/answers.ts';
import { BATCH, readBatch } from '../calls/api.ts';
import { chunksOfDistinct } from '../calls/chunks.ts';
import { lookupProblem, throwIfNothingDone } from '../problems/outcomes.ts';
import { splitLookup } from '../problems/split-lookup.ts';
import { contextValues } from '../transport/error-body.ts';
import { isAboutContent } from '../transport/errors.ts';
import type { Transport } from '../transport/transport.ts';

/**
 * How an answer of batch/read is matched to what was asked. HubSpot keeps no order, answers a merged id with the survivor and a
 * secondary e-mail with its owner, and says of neither which input found it.
 */
export interface Lookup {
  readonly objectType: ObjectType;
  /** Undefined: the record id. */
  readonly idProperty?: string;
  /** Properties that {@link Lookup.keysOf} needs beside those asked for. */
  readonly extraProperties: readonly string[];
  /** Asked after a refusal: whether the property is gone, so that no record holds any of the values. */
  isGone?(): Promise<boolean>;
  /** Every value by which this record can have been asked for, lower case. */
  keysOf(record: CrmRecord): readonly string[];
}

/** By id; merged ids answer with the surviving record, which lists what was merged into it. */
export function lookupById(objectType: ObjectType): Lookup {
  const merged =
    objectType === 'contacts' ? ['hs_merged_object_ids', 'hs_calculated_merged_vids'] : ['hs_merged_object_ids'];
  return {
    objectType,
    extraProperties: merged,
    keysOf: (record) => [record.id, ...merged.flatMap((name) => mergedIds(record.properties[name]))],
  };
}

/** By a unique property. For e-mails the secondary ones count too: batch/read finds them (search does not). */
export function lookupBy(objectType: ObjectType, property: string): Lookup {
  const also = objectType === 'contacts' && property === 'email' ? ['hs_additional_emails'] : [];
  return {
    objectType,
    idProperty: property,
    extraProperties: [property, ...also],
    keysOf: (record) =>
      [record.properties[property], ...also.flatMap((name) => (record.properties[name] ?? '').split(';'))]
        .filter((value) => typeof value === 'string' && value.trim() !== '')
        .map((value) => keyOf(value ?? '')),
  };
}

/**
 * Reads 100 values a call. Throws only where the token is refused, or where HubSpot is down and not one call was answered.
 * Ids that are not numbers are missing: HubSpot has none such, and would refuse the whole call for one.
 */
export async function readRecords(
  transport: Transport,
  lookup: Lookup,
  values: readonly string[],
  properties: readonly string[],
  context: CallContext,
): Promise<ReadOutcome> {
  const outcome: MutableOutcome = { found: new Map(), missing: new Set(), failed: new Map() };
  const wanted = [...new Set([...properties, ...lookup.extraProperties])];
  const asked = [...new Set(values)].filter((value) => {
    if (value.trim() === '') outcome.failed.set(value, EMPTY);
    else if (lookup.idProperty === undefined && !/^\d+$/.test(value)) outcome.missing.add(value);
    else return true;
    return false;
  });
  const errors: unknown[] = [];
  let answered = 0;
  const run = async (some: readonly string[]) => {
    await readChunk(transport, lookup, some, wanted, context, outcome);
    answered += 1;
  };
  const fail = (some: readonly string[], error: unknown) => {
    errors.push(error);
    for (const value of some) outcome.failed.set(value, lookupProblem(error));
  };
  const afterRefusal = async (chunk: readonly string[], error: unknown) => {
    const isGone = isAboutContent(error) && (await lookup.isGone?.()) === true;
    if (!isGone) return await splitLookup(chunk, error, run, fail, isAboutContent);
    answered += 1;
    for (const value of chunk) outcome.missing.add(value);
  };
  await Promise.all(
    chunksOfDistinct(asked, BATCH, keyOf).map((chunk) =>
      run(chunk).catch((error: unknown) => afterRefusal(chunk, error)),
    ),
  );
  throwIfNothingDone(errors, answered);
  return outcome;
}

const EMPTY: CrmProblem = { kind: 'invalid', message: 'An empty value cannot be looked up', properties: [] };

interface MutableOutcome {
  readonly found: Map<string, CrmRecord>;
  readonly missing: Set<string>;
  readonly failed: Map<string, CrmProblem>;
}

async function readChunk(
  transport: Transport,
  lookup: Lookup,
  values: readonly string[],
  properties: readonly string[],
  context: CallContext,
  outcome: MutableOutcome,
): Promise<void> {
  const { results, missed } = await ask(transport, lookup, values, properties, context);
  const byKey = new Map<string, CrmRecord>();
  const used = new Set<string>();
  for (const record of results) for (const key of lookup.keysOf(record)) if (!byKey.has(key)) byKey.set(key, record);
  const open: string[] = [];
  for (const value of values) {
    const record = byKey.get(keyOf(value));
    if (record !== undefined) {
      outcome.found.set(value, record);
      used.add(record.id);
    } else if (missed.has(keyOf(value))) {
      outcome.missing.add(value);
    } else {
      open.push(value);
    }
  }
  await settleOpen(
    transport,
    lookup,
    open,
    properties,
    context,
    outcome,
    results.some((record) => !used.has(record.id)),
  );
}

/** More single reads than this for one call would cost more than they tell. */
const MOST_SINGLE_READS = 10;

/** Values that the answer does not account for: asked one by one where records came back that belong to one of them. */
async function settleOpen(
  transport: Transport,
  lookup: Lookup,
  open: readonly string[],
  properties: readonly string[],
  context: CallContext,
  outcome: MutableOutcome,
  hasUnclaimed: boolean,
): Promise<void> {
  const single = hasUnclaimed ? open.slice(0, MOST_SINGLE_READS) : [];
  for (const value of open.slice(single.length)) outcome.failed.set(value, UNACCOUNTED);
  await Promise.all(
    single.map(async (value) => {
      const { results, missed } = await ask(transport, lookup, [value], properties, context);
      const [record, ...others] = results;
      if (record !== undefined && others.length === 0) outcome.found.set(value, record);
      else if (record === undefined && missed.has(keyOf(value))) outcome.missing.add(value);
      else outcome.failed.set(value, UNACCOUNTED);
    }),
  );
}

const UNACCOUNTED: CrmProblem = { kind: 'unavailable', message: 'HubSpot’s answer does not account for this record' };

async function ask(
  transport: Transport,
  lookup: Lookup,
  values: readonly string[],
  properties: readonly string[],
  context: CallContext,
): Promise<{ results: readonly CrmRecord[]; missed: ReadonlySet<string> }> {
  const inputs = values.map((id) => ({ id: lookup.idProperty === undefined ? id : id.trim() }));
  const call = readBatch(lookup.objectType, {
    inputs,
    properties,
    ...(lookup.idProperty !== undefined && { idProperty: lookup.idProperty }),
  });
  const { body } = await transport(call, context);
  const { results, errors } = readBatchAnswer(body, readRecord);
  // One entry of category OBJECT_NOT_FOUND names all misses (207); other entries leave their inputs open.
  const missed = errors
    .filter((error) => error.category === 'OBJECT_NOT_FOUND')
    .flatMap((error) => contextValues(error, 'ids').concat(contextValues(error, 'id')));
  return { results, missed: new Set(missed.map(keyOf)) };
}

function keyOf(value: string): string {
  return value.trim().toLowerCase();
}

/** `1;2` in hs_merged_object_ids, `1:1700000000000;2:…` (id and time) in hs_calculated_merged_vids. */
function mergedIds(value: string | null | undefined): readonly string[] {
  return (value ?? '')
    .split(';')
    .map((entry) => entry.split(':')[0]?.trim() ?? '')
    .filter((id) => id !== '');
}

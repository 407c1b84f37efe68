import { problemOfError, unaccounted } from '../../crm/crm-problem.ts';
import type { CallContext, CreateInput, Crm, CrmProblem, CrmRecord, ReadOutcome, WriteOutcome } from '../../crm/crm.ts';
import { DeadlineError } from '../../errors.ts';
import { type Batcher, type BatchPolicy, createBatcher, type RunBatch } from '../concurrency/batcher.ts';
import { type LookupOutcome, lookupIn } from './lookup-outcome.ts';

/**
 * The same CRM, for requests about one record each: reads and creates that arrive within a few milliseconds share batch calls. A
 * campaign logs its activities one request at a time, but many at once.
 */
export function createBatchingCrm(crm: Crm): Crm {
  const creates = new Map<string, Batcher<CreateInput, WriteOutcome>>();
  return {
    ...crm,
    ...batchReads(crm),
    create: (objectType, inputs, context) =>
      getOrCreate(creates, objectType, () => createBatcher((all, shared) => crm.create(objectType, all, shared))).add(
        inputs,
        context,
      ),
  };
}

/** The CRM's reads of records. In a bridge, those of concurrent requests share calls; the CRM itself shares nothing. */
export type LookupCrm = Pick<Crm, 'readByIds' | 'readBy'>;

/** All other calls of the CRM, which each request makes for itself. */
export type DirectCrm = Omit<Crm, keyof LookupCrm>;

/** What matching and writing use of the CRM: by its name, a call says whether other requests share it. */
export interface CrmParts {
  readonly crm: DirectCrm;
  readonly lookupCrm: LookupCrm;
}

/**
 * The reads of lookups. Concurrent requests share calls of a hundred values, because Enginy sends many requests of a hundred records, and
 * each rule reads only a part of them. A failed call fails only the values that it read.
 */
export function createLookupCrm(crm: Crm, lookups: LookupsInProgress): LookupCrm {
  return batchReads(crm, lookups);
}

/** The number of bulk lookups in progress. The requests that wait for them will soon start the lookups of their next rule. */
export interface LookupsInProgress {
  bulk: number;
}

interface LookupKind {
  readonly crm: Pick<Crm, 'hasRoom' | 'troubleOf'>;
  readonly kind: 'read' | 'search';
  readonly maxItems: number;
}

/**
 * How lookups of concurrent requests are batched. Urgent ones, with a few records each, wait for lookups in progress only if half of the
 * CRM's limit is used. They never share a batch with bulk lookups, which would become urgent too.
 */
export function lookupPolicy(
  { crm, kind, maxItems }: LookupKind,
  lookups: LookupsInProgress,
): Record<CallContext['urgency'], BatchPolicy<{ readonly problem: CrmProblem }>> {
  const lateResult = ({ requestId }: CallContext) => late(crm.troubleOf?.(requestId));
  const hasRoom = () => crm.hasRoom?.(kind) === true;
  // If earlier batches take seconds, the CRM's limit is used up, and a batch loses nothing by waiting.
  const bulk: BatchPolicy<{ readonly problem: CrmProblem }> = {
    windowMs: 5,
    busyWindowMs: 400,
    isBusy: () => lookups.bulk > 1,
    maxWaitMs: 5_000,
    maxItems,
    lateResult,
  };
  return {
    urgent: { windowMs: 5, maxWaitMs: 100, maxItems, lateResult, startsIdle: true, hasRoom },
    bulk,
    background: bulk,
  };
}

/** The result for a caller whose time ran out; the shared lookup continues for the others. */
function late(because: string | undefined): { readonly problem: CrmProblem } {
  return { problem: problemOfError(new DeadlineError('The time for this request ran out', because), 'unavailable') };
}

/** Counts a bulk lookup as in progress until it ends. */
export async function countLookup<Result>(
  lookups: LookupsInProgress | undefined,
  { urgency }: CallContext,
  work: () => Promise<Result>,
): Promise<Result> {
  if (lookups === undefined || urgency !== 'bulk') return await work();
  lookups.bulk += 1;
  try {
    return await work();
  } finally {
    lookups.bulk -= 1;
  }
}

/** @param lookups of concurrent requests; without it, all reads are gathered alike. */
function batchReads(crm: Crm, lookups?: LookupsInProgress): LookupCrm {
  const policy = lookups === undefined ? undefined : lookupPolicy({ crm, kind: 'read', maxItems: 100 }, lookups);
  const reads = new Map<string, Batcher<string, LookupOutcome>>();
  const batcherFor = (name: readonly string[], context: CallContext, run: RunBatch<string, LookupOutcome>) =>
    getOrCreate(reads, JSON.stringify(policy === undefined ? name : [context.urgency, ...name]), () =>
      createBatcher(run, policy?.[context.urgency]),
    );
  return {
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    async readByIds(objectType, ids, properties, context) {
      const batcher = batcherFor(['id', objectType, ...properties], context, async (values, shared) => {
        const outcome = await crm.readByIds(objectType, [...new Set(values)], properties, shared);
        return values.map((value) => lookupIn(outcome, value));
      });
      return toReadOutcome(ids, await countLookup(lookups, context, () => batcher.add(ids, context)));
    },
    async readBy({ objectType, property, values }, properties, context) {
      const name = ['property', property, objectType, ...properties];
      const batcher = batcherFor(name, context, async (all, shared) => {
        const outcome = await crm.readBy({ objectType, property, values: [...new Set(all)] }, properties, shared);
        return all.map((value) => lookupIn(outcome, value));
      });
      return toReadOutcome(values, await countLookup(lookups, context, () => batcher.add(values, context)));
    },
  };
}

function getOrCreate<Item, Result>(
  batchers: Map<string, Batcher<Item, Result>>,
  name: string,
  create: () => Batcher<Item, Result>,
): Batcher<Item, Result> {
  const batcher = batchers.get(name) ?? create();
  batchers.set(name, batcher);
  return batcher;
}

function toReadOutcome(values: readonly string[], lookups: readonly LookupOutcome[]): ReadOutcome {
  const found = new Map<string, CrmRecord>();
  const missing = new Set<string>();
  const failed = new Map<string, CrmProblem>();
  values.forEach((value, index) => {
    const lookup = lookups[index] ?? unaccounted('unavailable');
    if (lookup === 'missing') missing.add(value);
    else if ('record' in lookup) found.set(value, lookup.record);
    else failed.set(value, lookup.problem);
  });
  return { found, missing, failed };
}

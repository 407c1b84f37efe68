import type { CreateInput, Crm, CrmProblem, CrmRecord, ReadOutcome, WriteOutcome } from '../crm/crm.ts';
import { type Batcher, createBatcher, type RunBatch } from './batcher.ts';
import { type Lookup, lookupIn } from './lookup.ts';
import { unaccounted } from './unaccounted.ts';

/**
 * The same CRM, for requests about one record each: reads and creates that arrive within a few milliseconds share batch calls. A
 * campaign logs its activities one request at a time, but many at once.
 */
export function createBatchingCrm(crm: Crm): Crm {
  const reads = new Map<string, Batcher<string, Lookup>>();
  const creates = new Map<string, Batcher<CreateInput, WriteOutcome>>();

  return {
    ...crm,
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    async readByIds(objectType, ids, properties, context) {
      const batcher = getOrCreate(reads, JSON.stringify(['id', objectType, ...properties]), async (values, shared) => {
        const outcome = await crm.readByIds(objectType, [...new Set(values)], properties, shared);
        return values.map((value) => lookupIn(outcome, value));
      });
      return toReadOutcome(ids, await batcher.add(ids, context));
    },
    // biome-ignore lint/complexity/useMaxParams: the port's signature
    async readBy(objectType, property, values, properties, context) {
      const name = JSON.stringify(['property', property, objectType, ...properties]);
      const batcher = getOrCreate(reads, name, async (all, shared) => {
        const outcome = await crm.readBy(objectType, property, [...new Set(all)], properties, shared);
        return all.map((value) => lookupIn(outcome, value));
      });
      return toReadOutcome(values, await batcher.add(values, context));
    },
    create: (objectType, inputs, context) =>
      getOrCreate(creates, objectType, (all, shared) => crm.create(objectType, all, shared)).add(inputs, context),
  };
}

function getOrCreate<Item, Result>(
  batchers: Map<string, Batcher<Item, Result>>,
  name: string,
  run: RunBatch<Item, Result>,
): Batcher<Item, Result> {
  const batcher = batchers.get(name) ?? createBatcher(run);
  batchers.set(name, batcher);
  return batcher;
}

function toReadOutcome(values: readonly string[], lookups: readonly Lookup[]): ReadOutcome {
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

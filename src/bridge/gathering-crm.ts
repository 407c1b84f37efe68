import type { CallContext, CreateInput, Crm, CrmProblem, CrmRecord, ReadOutcome, WriteOutcome } from '../crm/crm.ts';
import { createGatherer, type Gatherer } from './gather.ts';
import { lostProblem } from './write-result.ts';

/** How one value of a read ended. */
type ReadResult = { readonly record: CrmRecord } | 'missing' | { readonly problem: CrmProblem };

/** Long enough for requests that were sent together, too short to be felt. */
const windowMs = 5;
/** About as long as an answer of a CRM takes. */
const patienceMs = 300;
/** As many as one batch call of HubSpot takes. */
const most = 100;

/**
 * The same CRM, for requests of one record each: reads and creates that arrive within a few milliseconds share batch calls. A
 * campaign logs its activities one request at a time, but many at once.
 */
export function gatherCalls(crm: Crm): Crm {
  const reads = new Map<string, Gatherer<string, ReadResult>>();
  const creates = new Map<string, Gatherer<CreateInput, WriteOutcome>>();

  async function read(
    key: readonly string[],
    values: readonly string[],
    context: CallContext,
    call: (values: readonly string[], context: CallContext) => Promise<ReadOutcome>,
  ): Promise<ReadOutcome> {
    const name = JSON.stringify(key);
    let gatherer = reads.get(name);
    if (gatherer === undefined) {
      const run = async (asked: readonly string[], shared: CallContext) => {
        const outcome = await call([...new Set(asked)], shared);
        return asked.map((value) => resultOf(outcome, value));
      };
      gatherer = createGatherer({ windowMs, patienceMs, most, run });
      reads.set(name, gatherer);
    }
    return toOutcome(values, await gatherer.add(values, context));
  }

  return {
    ...crm,
    readByIds: (objectType, ids, properties, context) =>
      read(['id', objectType, ...properties], ids, context, (asked, shared) =>
        crm.readByIds(objectType, asked, properties, shared),
      ),
    readBy: (objectType, property, values, properties, context) =>
      read(['property', property, objectType, ...properties], values, context, (asked, shared) =>
        crm.readBy(objectType, property, asked, properties, shared),
      ),
    create(objectType, inputs, context) {
      let gatherer = creates.get(objectType);
      if (gatherer === undefined) {
        const run = (gathered: readonly CreateInput[], shared: CallContext) => crm.create(objectType, gathered, shared);
        gatherer = createGatherer({ windowMs, patienceMs, most, run });
        creates.set(objectType, gatherer);
      }
      return gatherer.add(inputs, context);
    },
  };
}

function resultOf({ found, missing, failed }: ReadOutcome, value: string): ReadResult {
  const record = found.get(value);
  if (record !== undefined) return { record };
  return missing.has(value) ? 'missing' : { problem: failed.get(value) ?? lostProblem };
}

function toOutcome(values: readonly string[], results: readonly ReadResult[]): ReadOutcome {
  const found = new Map<string, CrmRecord>();
  const missing = new Set<string>();
  const failed = new Map<string, CrmProblem>();
  values.forEach((value, index) => {
    const result = results[index] ?? { problem: lostProblem };
    if (result === 'missing') missing.add(value);
    else if ('record' in result) found.set(value, result.record);
    else failed.set(value, result.problem);
  });
  return { found, missing, failed };
}

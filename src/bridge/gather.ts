import type { CallContext } from '../crm/crm.ts';

/** Collects small pieces of work that arrive together, so that they share the CRM's batch calls. */
export interface Gatherer<Item, Result> {
  /** @returns one result per item, in order. Rejects for everyone of a batch when its run rejects. */
  add(items: readonly Item[], context: CallContext): Promise<readonly Result[]>;
}

export interface GathererSettings<Item, Result> {
  /** How long the first of a batch waits for company, in milliseconds. */
  readonly windowMs: number;
  /** How much longer it waits while the batch before it is on its way, in milliseconds: what arrives meanwhile goes along. */
  readonly patienceMs: number;
  /** A batch of this many items goes out at once; work that brings as many alone never waits. */
  readonly most: number;
  /** @returns one result per item, in order. */
  readonly run: (items: readonly Item[], context: CallContext) => Promise<readonly Result[]>;
}

interface Batch<Item, Result> {
  readonly items: Item[];
  readonly contexts: CallContext[];
  readonly results: Promise<readonly Result[]>;
  /** Lets the batch go now instead of at the end of its window. */
  depart(): void;
}

/**
 * A batch runs under the request id of the first that came and until the earliest deadline among them; it is urgent when one of
 * them is.
 */
export function createGatherer<Item, Result>(settings: GathererSettings<Item, Result>): Gatherer<Item, Result> {
  let open: Batch<Item, Result> | undefined;
  /** Of the batches on their way. */
  let flights = 0;
  /** Set while the open batch has had its window and waits for a flight to land. */
  let isReady = false;

  function startBatch(): Batch<Item, Result> {
    const { promise: results, resolve } = Promise.withResolvers<readonly Result[]>();
    const items: Item[] = [];
    const contexts: CallContext[] = [];
    const depart = () => {
      clearTimeout(timer);
      if (open === batch) {
        open = undefined;
        isReady = false;
      }
      resolve(fly(items, contexts));
    };
    const windowEnds = () => {
      if (flights === 0) depart();
      else {
        isReady = true;
        timer = setTimeout(depart, settings.patienceMs);
      }
    };
    let timer = setTimeout(windowEnds, settings.windowMs);
    const batch = { items, contexts, results, depart };
    return batch;
  }

  async function fly(items: readonly Item[], contexts: readonly CallContext[]): Promise<readonly Result[]> {
    flights += 1;
    try {
      return await settings.run(items, sharedContext(contexts));
    } finally {
      flights -= 1;
      if (flights === 0 && isReady) open?.depart();
    }
  }

  return {
    async add(items, context) {
      const [first] = items;
      if (first === undefined) return [];
      if (items.length >= settings.most) return await settings.run(items, context);
      if (open !== undefined && open.items.length + items.length > settings.most) open.depart();
      open ??= startBatch();
      const batch = open;
      const start = batch.items.length;
      batch.items.push(...items);
      batch.contexts.push(context);
      if (batch.items.length >= settings.most) batch.depart();
      return (await batch.results).slice(start, start + items.length);
    },
  };
}

function sharedContext(contexts: readonly CallContext[]): CallContext {
  const [first] = contexts;
  if (first === undefined) throw new RangeError('a batch has at least one member');
  const others = contexts.slice(1).map(({ requestId }) => requestId);
  return {
    requestId: first.requestId,
    ...(others.length > 0 && { alsoFor: others }),
    urgency: contexts.some(({ urgency }) => urgency === 'urgent') ? 'urgent' : 'bulk',
    deadline: { remainingMs: () => Math.min(...contexts.map(({ deadline }) => deadline.remainingMs())) },
  };
}

import type { CallContext } from '../crm/crm.ts';

/** Collects small pieces of work that arrive together, so that they share the CRM's batch calls. */
export interface Batcher<Item, Result> {
  /** @returns one result per item, in order. Rejects for every caller of a batch when its run rejects. */
  add(items: readonly Item[], context: CallContext): Promise<readonly Result[]>;
}

/** @returns one result per item, in order. */
export type RunBatch<Item, Result> = (items: readonly Item[], context: CallContext) => Promise<readonly Result[]>;

export interface BatchLimits {
  /** How long the first item of a batch waits for others, in milliseconds. */
  readonly windowMs: number;
  /** How much longer it waits while an earlier batch is running, in milliseconds: items that arrive meanwhile join it. */
  readonly maxWaitMs: number;
  /** A batch of this many items runs at once; a caller that brings as many never waits. */
  readonly maxItems: number;
}

/** A window too short to notice, a wait of about one answer of HubSpot, and as many items as one of its batch calls accepts. */
const defaultLimits: BatchLimits = { windowMs: 5, maxWaitMs: 300, maxItems: 100 };

interface Batch<Item, Result> {
  readonly items: Item[];
  readonly contexts: CallContext[];
  readonly results: Promise<readonly Result[]>;
  /** Runs the batch now instead of at the end of its window. */
  start(): void;
}

/**
 * A batch runs under the request id of its first caller and until the earliest deadline among its callers; it is urgent when one
 * of them is.
 */
export function createBatcher<Item, Result>(
  run: RunBatch<Item, Result>,
  { windowMs, maxWaitMs, maxItems }: BatchLimits = defaultLimits,
): Batcher<Item, Result> {
  let open: Batch<Item, Result> | undefined;
  /** Batches that are running. */
  let running = 0;
  /** True once the open batch has had its window and waits for a running one to finish. */
  let isReady = false;

  function openBatch(): Batch<Item, Result> {
    const { promise: results, resolve } = Promise.withResolvers<readonly Result[]>();
    const items: Item[] = [];
    const contexts: CallContext[] = [];
    const start = () => {
      clearTimeout(timer);
      if (open === batch) {
        open = undefined;
        isReady = false;
      }
      resolve(runBatch(items, contexts));
    };
    const windowEnds = () => {
      if (running === 0) start();
      else {
        isReady = true;
        timer = setTimeout(start, maxWaitMs);
      }
    };
    let timer = setTimeout(windowEnds, windowMs);
    const batch = { items, contexts, results, start };
    return batch;
  }

  async function runBatch(items: readonly Item[], contexts: readonly CallContext[]): Promise<readonly Result[]> {
    running += 1;
    try {
      return await run(items, sharedContext(contexts));
    } finally {
      running -= 1;
      if (running === 0 && isReady) open?.start();
    }
  }

  return {
    async add(items, context) {
      const [first] = items;
      if (first === undefined) return [];
      if (items.length >= maxItems) return await run(items, context);
      if (open !== undefined && open.items.length + items.length > maxItems) open.start();
      open ??= openBatch();
      const batch = open;
      const start = batch.items.length;
      for (const item of items) batch.items.push(item);
      batch.contexts.push(context);
      if (batch.items.length >= maxItems) batch.start();
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
    deadline: {
      remainingMs: () =>
        contexts.reduce((least, { deadline }) => Math.min(least, deadline.remainingMs()), Number.POSITIVE_INFINITY),
    },
  };
}

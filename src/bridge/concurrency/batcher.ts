import type { CallContext } from '../../crm/crm.ts';
import type { Deadline } from '../../crm/deadline.ts';
import { DeadlineError } from '../../errors.ts';
import { raceDeadline } from './race-deadline.ts';

/** Collects small pieces of work that arrive together, so that they share the CRM's batch calls. */
export interface Batcher<Item, Result> {
  /** @returns one result per item, in order. Rejects for every caller of a batch when its run rejects. */
  add(items: readonly Item[], context: CallContext): Promise<readonly Result[]>;
}

/** @returns one result per item, in order. */
export type RunBatch<Item, Result> = (items: readonly Item[], context: CallContext) => Promise<readonly Result[]>;

export interface BatchPolicy<Result> {
  /** How long the first item of a batch waits for others, in milliseconds. */
  readonly windowMs: number;
  /** Instead of that window, where `isBusy` says that other callers are about to bring more. */
  readonly busyWindowMs?: number;
  readonly isBusy?: () => boolean;
  /** How much longer it waits while an earlier batch is running, in milliseconds: items that arrive meanwhile join it. */
  readonly maxWaitMs: number;
  /** While it says that the CRM has room, a batch leaves at the end of its window although an earlier one is running. */
  readonly hasRoom?: () => boolean;
  /** A batch of this many items runs at once; a caller that brings as many never waits. */
  readonly maxItems: number;
  /**
   * For lookups. What a caller brings may be divided between batches, so that those are full, and a batch runs until the latest
   * deadline among its callers. A caller whose own deadline comes first gets this result for what is not there yet.
   */
  readonly lateResult?: (context: CallContext) => Result;
  /** True: while no batch is running, the first item does not wait for others. */
  readonly startsIdle?: boolean;
}

/** A window too short to notice, a wait of about one answer of HubSpot, and as many items as one of its batch calls accepts. */
const defaultPolicy: BatchPolicy<never> = { windowMs: 5, maxWaitMs: 300, maxItems: 100 };

interface Batch<Item, Result> {
  readonly items: Item[];
  readonly contexts: CallContext[];
  readonly results: Promise<readonly Result[]>;
  /** Runs the batch now instead of at the end of its window. */
  start(): void;
}

/**
 * A batch runs under the request id of its first caller and until the earliest deadline among its callers (the latest, if it
 * reads); it is urgent when one of them is.
 */
export function createBatcher<Item, Result>(
  run: RunBatch<Item, Result>,
  policy: BatchPolicy<Result> = defaultPolicy,
): Batcher<Item, Result> {
  const { maxItems, lateResult } = policy;
  const queue = new BatchQueue(run, policy);

  /** The CRM keeps the deadline of what a caller brings for itself, and says what it did until then. */
  async function divide(
    items: readonly Item[],
    context: CallContext,
    late: (context: CallContext) => Result,
  ): Promise<readonly Result[]> {
    const alone = items.length - (items.length % maxItems);
    const parts = alone === 0 ? [] : [run(items.slice(0, alone), context)];
    for (let at = alone; at < items.length; ) {
      const some = items.slice(at, at + maxItems - queue.waiting);
      parts.push(orLate(queue.join(some, context), { context, late: () => some.map(() => late(context)) }));
      at += some.length;
    }
    return (await Promise.all(parts)).flat();
  }

  return {
    async add(items, context) {
      if (items.length === 0) return [];
      if (lateResult !== undefined) return await divide(items, context, lateResult);
      if (items.length >= maxItems) return await run(items, context);
      if (queue.waiting + items.length > maxItems) queue.startWaiting();
      return await queue.join(items, context);
    },
  };
}

/** The open batch, and when it starts. */
class BatchQueue<Item, Result> {
  readonly #run: RunBatch<Item, Result>;
  readonly #policy: BatchPolicy<Result>;
  #open: Batch<Item, Result> | undefined;
  /** Batches that are running. */
  #running = 0;
  /** True once the open batch has had its window and waits for a running one to finish. */
  #isReady = false;

  constructor(run: RunBatch<Item, Result>, policy: BatchPolicy<Result>) {
    this.#run = run;
    this.#policy = policy;
  }

  /** Items in the open batch. */
  get waiting(): number {
    return this.#open?.items.length ?? 0;
  }

  startWaiting(): void {
    this.#open?.start();
  }

  /** Puts items that fit into it into the open batch. */
  async join(items: readonly Item[], context: CallContext): Promise<readonly Result[]> {
    this.#open ??= this.#openBatch();
    const batch = this.#open;
    const start = batch.items.length;
    for (const item of items) batch.items.push(item);
    batch.contexts.push(context);
    const { maxItems, startsIdle } = this.#policy;
    if (batch.items.length >= maxItems || (startsIdle === true && this.#running === 0)) batch.start();
    return (await batch.results).slice(start, start + items.length);
  }

  #openBatch(): Batch<Item, Result> {
    const { windowMs, busyWindowMs = windowMs, maxWaitMs, isBusy, hasRoom } = this.#policy;
    const { promise: results, resolve } = Promise.withResolvers<readonly Result[]>();
    const start = () => {
      clearTimeout(timer);
      if (this.#open === batch) {
        this.#open = undefined;
        this.#isReady = false;
      }
      resolve(this.#runBatch(batch));
    };
    const endWindow = () => {
      if (this.#running === 0 || hasRoom?.() === true) start();
      else {
        this.#isReady = true;
        timer = setTimeout(start, maxWaitMs);
      }
    };
    let timer = setTimeout(endWindow, isBusy?.() === true ? busyWindowMs : windowMs);
    const batch: Batch<Item, Result> = { items: [], contexts: [], results, start };
    return batch;
  }

  async #runBatch({ items, contexts }: Batch<Item, Result>): Promise<readonly Result[]> {
    const { lateResult, startsIdle } = this.#policy;
    this.#running += 1;
    try {
      return await this.#run(items, sharedContext(contexts, lateResult === undefined ? 'earliest' : 'latest'));
    } finally {
      this.#running -= 1;
      if (this.#running === 0 && (this.#isReady || startsIdle === true)) this.startWaiting();
    }
  }
}

async function orLate<Result>(
  work: Promise<Result>,
  { context, late }: { readonly context: CallContext; readonly late: () => Result },
): Promise<Result> {
  try {
    return await raceDeadline(work, context.deadline);
  } catch (error) {
    if (error instanceof DeadlineError) return late();
    throw error;
  }
}

/** The context of work that is done for several requests: under the id of the first, and until the earliest or latest of their deadlines. */
export function sharedContext(contexts: readonly CallContext[], until: 'earliest' | 'latest'): CallContext {
  const [first] = contexts;
  if (first === undefined) throw new RangeError('a batch has at least one member');
  const others = contexts.flatMap(({ requestId, alsoFor = [] }) => [requestId, ...alsoFor]).slice(1);
  const deadlines = contexts.map(({ deadline }) => deadline);
  return {
    requestId: first.requestId,
    ...(first.traceparent !== undefined && { traceparent: first.traceparent }),
    ...(others.length > 0 && { alsoFor: others }),
    urgency: mostUrgent(contexts),
    deadline: { remainingMs: () => (until === 'earliest' ? earliest(deadlines) : latest(deadlines)) },
  };
}

function mostUrgent(contexts: readonly CallContext[]): CallContext['urgency'] {
  const order = ['urgent', 'bulk', 'background'] as const;
  return order.find((one) => contexts.some(({ urgency }) => urgency === one)) ?? 'bulk';
}

function earliest(deadlines: readonly Deadline[]): number {
  return deadlines.reduce((least, deadline) => Math.min(least, deadline.remainingMs()), Number.POSITIVE_INFINITY);
}

function latest(deadlines: readonly Deadline[]): number {
  return deadlines.reduce((most, deadline) => Math.max(most, deadline.remainingMs()), 0);
}

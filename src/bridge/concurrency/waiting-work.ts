import type { CallContext } from '../../crm/crm.ts';
import { DeadlineError } from '../../errors.ts';
import { type RunBatch, sharedContext } from './batcher.ts';
import { raceDeadline } from './race-deadline.ts';

export interface KeyedItems<Item> {
  readonly keys: readonly string[];
  readonly items: readonly Item[];
  readonly context: CallContext;
  /** Only items with the same one are done together. */
  readonly kind: object;
}

/**
 * Items whose keys are being worked on wait, and all that wait for the same keys are then done together: a hundred requests for one record take
 * as long as two. Other items are done at once.
 * @returns one result per item, in order. Rejects with DeadlineError where the wait takes until the deadline.
 */
export type WaitingWork<Item, Result> = (
  own: KeyedItems<Item>,
  run: RunBatch<Item, Result>,
) => Promise<readonly Result[]>;

interface Member<Item, Result> extends KeyedItems<Item> {
  resolve(results: readonly Result[]): void;
  reject(error: unknown): void;
}

interface Group<Item, Result> {
  readonly kind: object;
  readonly keys: Set<string>;
  readonly members: Member<Item, Result>[];
}

/** With less time left, work is not begun for others as well. */
const minTimeMs = 1_000;

export function createWaitingWork<Item, Result>(): WaitingWork<Item, Result> {
  /** The last work on each key. */
  const underWay = new Map<string, Promise<unknown>>();
  const groups = new Map<string, Group<Item, Result>>();

  async function follow(keys: Iterable<string>, work: Promise<readonly Result[]>): Promise<readonly Result[]> {
    const own = [...keys];
    for (const key of own) underWay.set(key, work);
    try {
      return await work;
    } finally {
      for (const key of own) if (underWay.get(key) === work) underWay.delete(key);
    }
  }

  function openGroup(kind: object, earlier: Iterable<Promise<unknown>>, run: RunBatch<Item, Result>) {
    const group: Group<Item, Result> = { kind, keys: new Set(), members: [] };
    void Promise.allSettled(earlier).then(async () => {
      for (const key of group.keys) if (groups.get(key) === group) groups.delete(key);
      await runGroup(group, (items, context) => follow(group.keys, run(items, context)));
    });
    return group;
  }

  return async (own, run) => {
    const { keys, kind, context } = own;
    const open = keys.map((key) => groups.get(key)).find((group) => group?.kind === kind);
    const earlier = new Set(keys.flatMap((key) => underWay.get(key) ?? []));
    if (open === undefined && earlier.size === 0) return await follow(keys, run(own.items, context));
    const group = open ?? openGroup(kind, earlier, run);
    for (const key of keys) {
      group.keys.add(key);
      groups.set(key, group);
    }
    const { promise, resolve, reject } = Promise.withResolvers<readonly Result[]>();
    group.members.push({ ...own, resolve, reject });
    return await raceDeadline(promise, context.deadline);
  };
}

async function runGroup<Item, Result>({ members }: Group<Item, Result>, run: RunBatch<Item, Result>): Promise<void> {
  const late = members.filter(({ context }) => context.deadline.remainingMs() < minTimeMs);
  for (const { reject } of late) reject(new DeadlineError('Another request was writing the same record'));
  const inTime = members.filter((member) => !late.includes(member));
  if (inTime.length === 0) return;
  const context = sharedContext(
    inTime.map((member) => member.context),
    'earliest',
  );
  try {
    const results = await run(
      inTime.flatMap(({ items }) => items),
      context,
    );
    let from = 0;
    for (const { items, resolve } of inTime) {
      resolve(results.slice(from, from + items.length));
      from += items.length;
    }
  } catch (error) {
    for (const { reject } of inTime) reject(error);
  }
}

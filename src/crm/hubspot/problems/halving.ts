/**
 * What to do after HubSpot refused a whole call because of a part of it.
 *
 * Writes and reads differ on purpose. A write infers: if a batch was refused and its first half was written, the offender is in the
 * second half, so one bad record of 100 costs eight calls more. A read must not infer, since it may also be refused for its size,
 * where both halves pass; its halves run in parallel, and it stops where no half passes. One function for both would have to search
 * one half after the other: seven searches in a row for a bad value among 100, instead of two, at five a second.
 */

/** How a call ended: the refusal if HubSpot refused it whole; otherwise every item has its outcome. */
export type CallVerdict<R> = R | 'answered' | 'failed';

/** Items that are written in calls which HubSpot may refuse whole. */
export interface RefusableWrite<T, R> {
  /** How the calls with the parts so far ended; a part without a verdict was not sent. */
  readonly verdicts: WeakMap<readonly T[], CallVerdict<R>>;
  /** Gives the items that the refusal names their outcome and returns them; none if it names none. */
  settleNamed(items: readonly T[], refusal: R): ReadonlySet<T>;
  /** The same by asking the CRM, once per call before halving. */
  settleAsked?(items: readonly T[], refusal: R): Promise<ReadonlySet<T>>;
  /** Gives the one item that a refusal is about its outcome. */
  settleOffender(item: T, refusal: R): void;
}

/**
 * Yields what to send: first all items; after a refusal those that it does not name, or halves that lead to an offender. Each part has
 * its verdict before the next one is asked for.
 */
export async function* partsAroundOffenders<T, R extends object>(
  write: RefusableWrite<T, R>,
  items: readonly T[],
): AsyncGenerator<readonly T[], void, void> {
  let open = items;
  while (open.length > 0) {
    yield open;
    const refusal = write.verdicts.get(open);
    if (refusal === undefined || typeof refusal === 'string') return;
    const named = await settleRefused(write, open, refusal);
    open = named.size > 0 ? open.filter((item) => !named.has(item)) : yield* findOffender(write, open, refusal);
  }
}

/** A call with one item needs no name: the refusal is about that item. */
async function settleRefused<T, R>(
  write: RefusableWrite<T, R>,
  items: readonly T[],
  refusal: R,
): Promise<ReadonlySet<T>> {
  const [only] = items;
  if (items.length === 1 && only !== undefined) {
    write.settleOffender(only, refusal);
    return new Set([only]);
  }
  const named = write.settleNamed(items, refusal);
  return named.size > 0 ? named : ((await write.settleAsked?.(items, refusal)) ?? named);
}

/**
 * Finds one offender by halves: a half that passes is written, one that is refused is halved again. Returns the items that were set
 * aside on the way, to be sent together.
 */
async function* findOffender<T, R extends object>(
  write: RefusableWrite<T, R>,
  items: readonly T[],
  refusal: R,
): AsyncGenerator<readonly T[], readonly T[], void> {
  const aside: T[] = [];
  let suspects = items;
  let latest = refusal;
  let isProven = true;
  while (suspects.length > 1) {
    const half = suspects.slice(0, Math.ceil(suspects.length / 2));
    const other = suspects.slice(half.length);
    yield half;
    const sent = write.verdicts.get(half) ?? 'failed';
    if (typeof sent === 'string') {
      suspects = other;
      isProven &&= sent === 'answered';
      continue;
    }
    latest = sent;
    for (const item of other) aside.push(item);
    const named = write.settleNamed(half, sent);
    if (named.size > 0) return [...half.filter((item) => !named.has(item)), ...aside];
    suspects = half;
    isProven = true;
  }
  const [suspect] = suspects;
  if (suspect === undefined) return aside;
  // Every other record of the refused call has passed since; if some could not be sent, the suspect is sent alone to make sure.
  let verdict: CallVerdict<R> = latest;
  if (!isProven) {
    yield suspects;
    verdict = write.verdicts.get(suspects) ?? 'failed';
  }
  if (typeof verdict !== 'string') write.settleOffender(suspect, verdict);
  return aside;
}

/** Values that are looked up in calls which HubSpot may refuse whole. */
export interface RefusableLookup<T> {
  /** Looks the items up and keeps what it finds; throws if the call fails. */
  run(items: readonly T[]): Promise<void>;
  /** Gives the items that could not be looked up their problem. */
  fail(items: readonly T[], error: unknown): void;
  /** Whether the same lookup with fewer items may succeed. */
  canSplit(error: unknown): boolean;
}

/**
 * After a lookup of all items failed: tries both halves, and so on. Where neither half passes, no single item is the cause, and the
 * error stands for all.
 */
export async function splitLookup<T>(lookup: RefusableLookup<T>, items: readonly T[], error: unknown): Promise<void> {
  if (items.length < 2 || !lookup.canSplit(error)) {
    lookup.fail(items, error);
    return;
  }
  const middle = Math.ceil(items.length / 2);
  const halves = [items.slice(0, middle), items.slice(middle)];
  const errors = await Promise.all(halves.map((half) => errorOf(lookup, half)));
  const isSystematic = items.length > 2 && errors.every((each) => each !== undefined && lookup.canSplit(each));
  for (const [index, half] of halves.entries()) {
    const halfError = errors[index];
    if (halfError === undefined) continue;
    if (isSystematic) lookup.fail(half, halfError);
    else await splitLookup(lookup, half, halfError);
  }
}

async function errorOf<T>(lookup: RefusableLookup<T>, items: readonly T[]): Promise<unknown> {
  try {
    await lookup.run(items);
    return undefined;
  } catch (error) {
    return error;
  }
}

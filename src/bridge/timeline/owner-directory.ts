import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { CallContext, Crm, Owner } from '../../crm/crm.ts';
import { type Deadline, deadlineIn } from '../../crm/deadline.ts';
import { CrmUnavailableError, DeadlineError, GatewayError, NotSupportedError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { raceDeadline } from '../concurrency/race-deadline.ts';

/** The CRM's users who can own records, cached for a few minutes. */
export interface OwnerDirectory {
  /**
   * Returns the users. While the CRM is away or slow, the last list that was read, also by an earlier process: Enginy asks once,
   * when it connects, and an error there switches owner selection off for good.
   * @throws NotSupportedError where the CRM does not let the bridge list them.
   */
  list(context: CallContext): Promise<readonly Owner[]>;
  /**
   * Finds an owner by id. `unknown`: the CRM has no such active user; `unlisted`: it does not let the bridge list its users.
   * An id that is not in the cache causes a new read, since the user may have joined a minute ago.
   */
  find(id: string, context: CallContext): Promise<Owner | 'unknown' | 'unlisted'>;
  /** The next request reads the users again. */
  forget(): void;
}

/** Keeps the last list across restarts. No method throws. */
export interface OwnerStore {
  read(): readonly Owner[] | undefined;
  /** What another replica has read, once it has arrived. */
  fetched?(): readonly Owner[] | undefined;
  write(owners: readonly Owner[]): void;
}

export interface OwnerDirectoryDeps {
  readonly crm: Pick<Crm, 'listOwners'>;
  readonly log?: Logger | undefined;
  readonly store?: OwnerStore | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  /** How long `list` waits for the CRM where it has an earlier list to return, in milliseconds. */
  readonly patienceMs?: number;
  /** How long `list` waits for the CRM, and asks it again, where it has no list, in milliseconds. */
  readonly giveUpMs?: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

const ttlMs = 5 * 60_000;
/** How long a missing scope is remembered. */
const refusalTtlMs = 45_000;
/** An unknown id causes a new read at most this often. */
const minRereadMs = 30_000;
/** The pause between reads while there is no list to return: an error would switch owner selection off. */
const retryMs = 3_000;
/** By then the user who connects Enginy, or a proxy in between, has given up. The read continues for the next request. */
const defaultGiveUpMs = 20_000;

interface Entry {
  readonly at: number;
  readonly owners: Promise<readonly Owner[]>;
  isSettled: boolean;
  isRefused?: boolean;
}

/** Builds the directory. Nothing is read until the first question. */
export function createOwnerDirectory(deps: OwnerDirectoryDeps): OwnerDirectory {
  const now = deps.now ?? (() => performance.now());
  const patienceMs = deps.patienceMs ?? 5_000;
  const sleep = deps.sleep ?? setTimeoutPromise;
  const reader = createOwnerReader(deps, now);

  return {
    forget: () => reader.forget(),
    async list(context) {
      const earlier = reader.last();
      if (earlier === undefined) {
        const patience = shorterOf(context.deadline, deadlineIn(deps.giveUpMs ?? defaultGiveUpMs, now));
        return await persistently(
          async () => await reader.current(context, ttlMs).catch(orElse(reader.last)),
          patience,
          sleep,
        );
      }
      try {
        return await soonOr(reader.current(context, ttlMs), earlier, patienceMs);
      } catch (error) {
        if (error instanceof NotSupportedError) throw error;
        const facts = { requestId: context.requestId, err: error };
        deps.log?.warn(facts, 'the users could not be read: the last list that was read is returned');
        return earlier;
      }
    },
    async find(id, context) {
      try {
        return await findOwner(id, (maxAgeMs) => reader.current(context, maxAgeMs));
      } catch (error) {
        // While the CRM is away, a user of the last list is known.
        const known = reader.last()?.find((owner) => owner.id === id);
        if (known === undefined || !(error instanceof GatewayError)) throw error;
        return known;
      }
    },
  };
}

interface OwnerReader {
  /** The list, at most this many milliseconds old. Rejects with the CRM's error. */
  current(context: CallContext, maxAgeMs: number): Promise<readonly Owner[]>;
  /** The last list that this process, an earlier one or another replica read. */
  last(): readonly Owner[] | undefined;
  forget(): void;
}

function createOwnerReader({ crm, store }: OwnerDirectoryDeps, now: () => number): OwnerReader {
  let entry: Entry | undefined;
  let last = store?.read();

  function read(context: CallContext): Entry {
    const fresh: Entry = { at: now(), owners: crm.listOwners(context), isSettled: false };
    entry = fresh;
    fresh.owners.then(
      (owners) => {
        fresh.isSettled = true;
        last = owners;
        store?.write(owners);
      },
      (error: unknown) => {
        fresh.isSettled = true;
        // A missing scope is cached like a list; after any other failure the next request reads again.
        if (error instanceof NotSupportedError) fresh.isRefused = true;
        else if (entry === fresh) entry = undefined;
      },
    );
    return fresh;
  }

  return {
    async current(context, maxAgeMs) {
      const known = entry;
      if (known === undefined || isTooOld(known, now(), maxAgeMs)) return await read(context).owners;
      try {
        return await known.owners;
      } catch (error) {
        // The read, and therefore the deadline, belonged to another request.
        if (error instanceof DeadlineError) return await read(context).owners;
        throw error;
      }
    },
    last: () => (last ??= store?.fetched?.()),
    forget() {
      if (entry?.isSettled) entry = undefined;
    },
  };
}

/** For a read that failed since the CRM is away: what another replica has read by now. */
function orElse(lastList: () => readonly Owner[] | undefined) {
  return (error: unknown): readonly Owner[] => {
    const last = error instanceof CrmUnavailableError ? lastList() : undefined;
    if (last === undefined) throw error;
    return last;
  };
}

function shorterOf(one: Deadline, other: Deadline): Deadline {
  return { remainingMs: () => Math.min(one.remainingMs(), other.remainingMs()) };
}

/**
 * Reads until the CRM answers or the time for it is over.
 * @throws CrmUnavailableError when it is.
 */
async function persistently(
  read: () => Promise<readonly Owner[]>,
  patience: Deadline,
  sleep: (ms: number) => Promise<unknown>,
): Promise<readonly Owner[]> {
  for (;;) {
    try {
      return await raceDeadline(read(), patience);
    } catch (error) {
      if (error instanceof DeadlineError && patience.remainingMs() <= 0) {
        const because = error.because === undefined ? '' : ` (${error.because})`;
        throw new CrmUnavailableError(`The CRM did not list its users in time${because}`, { cause: error });
      }
      if (!(error instanceof CrmUnavailableError) || patience.remainingMs() < 2 * retryMs) throw error;
      await sleep(retryMs);
    }
  }
}

/** @param read the owners, at most this many milliseconds old. */
async function findOwner(
  id: string,
  read: (maxAgeMs: number) => Promise<readonly Owner[]>,
): Promise<Owner | 'unknown' | 'unlisted'> {
  try {
    const known = (await read(ttlMs)).find((owner) => owner.id === id);
    return known ?? (await read(minRereadMs)).find((owner) => owner.id === id) ?? 'unknown';
  } catch (error) {
    if (error instanceof NotSupportedError) return 'unlisted';
    throw error;
  }
}

/** Never while it is being read: one read at a time, however many requests wait for it. */
function isTooOld({ at, isSettled, isRefused }: Entry, now: number, maxAgeMs: number): boolean {
  const ageMs = isRefused ? Math.min(maxAgeMs, refusalTtlMs) : maxAgeMs;
  return isSettled && now - at >= ageMs;
}

/** What is being read, or the earlier list if it does not arrive within `patienceMs`. */
async function soonOr(
  reading: Promise<readonly Owner[]>,
  earlier: readonly Owner[],
  patienceMs: number,
): Promise<readonly Owner[]> {
  const { promise: waited, resolve: stopWaiting } = Promise.withResolvers<readonly Owner[]>();
  const timer = setTimeout(stopWaiting, patienceMs, earlier);
  try {
    return await Promise.race([reading, waited]);
  } finally {
    clearTimeout(timer);
    // Where the wait ended first, the read goes on for the next request; `read` handles its failure.
    reading.catch(() => {});
  }
}

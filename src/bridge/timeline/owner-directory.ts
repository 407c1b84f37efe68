import type { CallContext, Crm, Owner } from '../../crm/crm.ts';
import { DeadlineError, NotSupportedError } from '../../errors.ts';

/** The CRM's users who can own records, cached for a few minutes. */
export interface OwnerDirectory {
  /** @throws NotSupportedError where the CRM does not let the bridge list them. */
  list(context: CallContext): Promise<readonly Owner[]>;
  /**
   * Finds an owner by id. `unknown`: the CRM has no such active user; `unlisted`: it does not let the bridge list its users.
   * An id that is not in the cache causes a new read, since the user may have joined a minute ago.
   */
  find(id: string, context: CallContext): Promise<Owner | 'unknown' | 'unlisted'>;
}

const ttlMs = 5 * 60_000;
/** An unknown id causes a new read at most this often. */
const minRereadMs = 30_000;

interface Entry {
  readonly at: number;
  readonly owners: Promise<readonly Owner[]>;
  isSettled: boolean;
}

/** @param deps.now milliseconds of a monotonic clock. */
export function createOwnerDirectory(deps: {
  readonly crm: Pick<Crm, 'listOwners'>;
  readonly now?: () => number;
}): OwnerDirectory {
  const now = deps.now ?? (() => performance.now());
  let entry: Entry | undefined;

  function read(context: CallContext): Entry {
    const fresh: Entry = { at: now(), owners: deps.crm.listOwners(context), isSettled: false };
    entry = fresh;
    fresh.owners.then(
      () => {
        fresh.isSettled = true;
      },
      (error: unknown) => {
        fresh.isSettled = true;
        // A missing scope is cached like a list; after any other failure the next request reads again.
        if (entry === fresh && !(error instanceof NotSupportedError)) entry = undefined;
      },
    );
    return fresh;
  }

  async function list(context: CallContext, maxAgeMs: number): Promise<readonly Owner[]> {
    const known = entry;
    // One read at a time, however many requests wait for it.
    const isUsable = known !== undefined && (!known.isSettled || now() - known.at < maxAgeMs);
    if (!isUsable) return await read(context).owners;
    try {
      return await known.owners;
    } catch (error) {
      // The read belonged to another request, and so did the deadline.
      if (error instanceof DeadlineError) return await read(context).owners;
      throw error;
    }
  }

  return {
    list: (context) => list(context, ttlMs),
    async find(id, context) {
      try {
        const known = (await list(context, ttlMs)).find((owner) => owner.id === id);
        return known ?? (await list(context, minRereadMs)).find((owner) => owner.id === id) ?? 'unknown';
      } catch (error) {
        if (error instanceof NotSupportedError) return 'unlisted';
        throw error;
      }
    },
  };
}

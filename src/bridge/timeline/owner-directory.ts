import type { CallContext, Crm, Owner } from '../../crm/crm.ts';
import { DeadlineError, NotSupportedError } from '../../errors.ts';

/** The people who may own records, remembered for a while. */
export interface OwnerDirectory {
  /** @throws NotSupportedError where the CRM does not let them be listed. */
  list(context: CallContext): Promise<readonly Owner[]>;
  /**
   * The owner of an id. `unknown`: the CRM has no such active person; `unasked`: it does not say who they are.
   * An id that the memory does not have is asked for anew, since the person may have joined a minute ago.
   */
  find(id: string, context: CallContext): Promise<Owner | 'unknown' | 'unasked'>;
}

/** How long a list is good for. */
const lastsMs = 5 * 60_000;
/** An unknown id makes the list be read again at most this often. */
const rereadAfterMs = 30_000;

interface Entry {
  readonly at: number;
  readonly owners: Promise<readonly Owner[]>;
  isSettled: boolean;
}

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
        // A missing scope is remembered like a list; any other failure is not: the next one asks again.
        if (entry === fresh && !(error instanceof NotSupportedError)) entry = undefined;
      },
    );
    return fresh;
  }

  async function list(context: CallContext, atMostMs: number): Promise<readonly Owner[]> {
    const known = entry;
    // One reading at a time, however many ask.
    const isUsable = known !== undefined && (!known.isSettled || now() - known.at < atMostMs);
    if (!isUsable) return await read(context).owners;
    try {
      return await known.owners;
    } catch (error) {
      // The reading was another request's, and so was its deadline.
      if (error instanceof DeadlineError) return await read(context).owners;
      throw error;
    }
  }

  return {
    list: (context) => list(context, lastsMs),
    async find(id, context) {
      try {
        const known = (await list(context, lastsMs)).find((owner) => owner.id === id);
        return known ?? (await list(context, rereadAfterMs)).find((owner) => owner.id === id) ?? 'unknown';
      } catch (error) {
        if (error instanceof NotSupportedError) return 'unasked';
        throw error;
      }
    },
  };
}

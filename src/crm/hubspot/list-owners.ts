import { CrmRejectedError, NotSupportedError } from '../../errors.ts';
import type { Owner } from '../crm.ts';
import { ownersPage } from './calls/account-calls.ts';
import type { ResultPage } from './calls/batch-response.ts';
import { PageProgress } from './calls/page-progress.ts';
import type { Send } from './transport/transport.ts';

/** Active users, all pages, each once: a page may shift while it is read. Throws NotSupportedError without the owners scope. */
export async function listOwners(send: Send): Promise<readonly Owner[]> {
  const owners = new Map<string, Owner>();
  const progress = new PageProgress();
  let after: string | undefined;
  do {
    const page = await readPage(send, after);
    for (const owner of page.results) owners.set(owner.id, owner);
    after = progress.next(page.after, page.results.length);
  } while (after !== undefined);
  return [...owners.values()];
}

async function readPage(send: Send, after: string | undefined): Promise<ResultPage<Owner>> {
  try {
    return await send(ownersPage(after));
  } catch (error) {
    if (!(error instanceof CrmRejectedError) || error.detail.status !== 403) throw error;
    throw new NotSupportedError('The HubSpot token lacks the scope crm.objects.owners.read', { cause: error });
  }
}

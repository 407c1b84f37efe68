import type { CallContext, Owner } from '../../crm/crm.ts';
import { GatewayError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Owners } from '../../mapping/run/transform-chain.ts';
import { namesOwners } from '../../mapping/run/translate-record.ts';
import type { RequestScope } from '../request-scope.ts';

/** The CRM's users, from a cache. */
export interface OwnerList {
  list(context: CallContext): Promise<readonly Owner[]>;
}

/**
 * The CRM's users by id, if the mapping file returns their names or emails; otherwise nothing is read. Without the list those values
 * are omitted from the answer, and the omission is logged.
 */
export async function ownersToReturn({
  owners,
  log,
  mapping,
  context,
}: RequestScope & { readonly owners: OwnerList; readonly log: Logger }): Promise<Owners> {
  if (!namesOwners(mapping)) return new Map();
  try {
    return new Map((await owners.list(context)).map((owner) => [owner.id, owner]));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const facts = { requestId: context.requestId, object: mapping.object, reason: error.message };
    log.warn(facts, 'names and emails of owners are not returned: the users could not be listed');
    return new Map();
  }
}

import { CrmRejectedError, NotSupportedError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import type { Account, CallContext, Owner } from '../crm.ts';
import { idOf, nextPageOf, readBatchAnswer, unknownShape } from './calls/answers.ts';
import { listOwnersPage, readAccountDetails } from './calls/api.ts';
import type { Transport } from './transport/transport.ts';

/** Active people, all pages. Queues own records too but are nobody. Throws NotSupportedError without the owners scope. */
export async function listOwners(transport: Transport, context: CallContext): Promise<readonly Owner[]> {
  const owners: Owner[] = [];
  let after: string | undefined;
  do {
    const body = await readPage(transport, after, context);
    const { results } = readBatchAnswer(body, (value) => (isObject(value) && idOf(value.id) ? value : undefined));
    owners.push(...results.flatMap(readOwner));
    after = nextPageOf(body);
  } while (after !== undefined);
  return owners;
}

async function readPage(transport: Transport, after: string | undefined, context: CallContext): Promise<unknown> {
  try {
    return (await transport(listOwnersPage(after), context)).body;
  } catch (error) {
    if (!(error instanceof CrmRejectedError) || error.detail.status !== 403) throw error;
    throw new NotSupportedError('The HubSpot token lacks the scope crm.objects.owners.read', { cause: error });
  }
}

function readOwner(value: Record<string, unknown>): Owner[] {
  const id = idOf(value.id);
  if (id === undefined || value.archived === true || (value.type !== undefined && value.type !== 'PERSON')) return [];
  const email = typeof value.email === 'string' && value.email !== '' ? value.email : undefined;
  const names = [value.firstName, value.lastName].filter((name) => typeof name === 'string' && name.trim() !== '');
  const name = names.length > 0 ? names.join(' ') : (email ?? `Owner ${id}`);
  return [{ id, name, ...(email !== undefined && { email }) }];
}

/** `GET /account-info/v3/details`: needs no scope, so it proves the token and nothing else. */
export async function readAccount(transport: Transport, context: CallContext): Promise<Account> {
  const { body } = await transport(readAccountDetails(), context);
  const id = isObject(body) ? idOf(body.portalId) : undefined;
  if (!isObject(body) || id === undefined) throw unknownShape('the account has no id');
  const domain = typeof body.uiDomain === 'string' ? body.uiDomain : 'app.hubspot.com';
  // 0-1 and 0-2 are HubSpot's type ids of contacts and companies.
  const template = (typeId: string) => `https://${domain}/contacts/${id}/record/${typeId}/{{crmId}}`;
  return {
    id,
    timeZone: typeof body.timeZone === 'string' ? body.timeZone : 'UTC',
    linkTemplates: { contacts: template('0-1'), companies: template('0-2') },
  };
}

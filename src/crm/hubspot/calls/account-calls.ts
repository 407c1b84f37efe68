/** The calls that read the account and its owners: queries and responses. */
import { isObject } from '../../../json.ts';
import type { Account, Owner } from '../../crm.ts';
import type { HubSpotCall } from '../transport/hubspot-call.ts';
import { readId, nextPageOf, type ResultPage, readBatchResponse, unknownShape } from './batch-response.ts';

const ownersPerPage = 100;

/** Active users only; queues, which may own records too, are dropped. */
export function ownersPage(after: string | undefined): HubSpotCall<ResultPage<Owner>> {
  return {
    purpose: 'list owners',
    lane: 'burst',
    repeat: 'always',
    request: ({ owners }) => {
      const query = new URLSearchParams({
        ...(after !== undefined && { after }),
        limit: `${ownersPerPage}`,
        archived: 'false',
      });
      return { method: 'GET', path: `${owners}?${query}` };
    },
    read: (body) => {
      const { results } = readBatchResponse(body, (value) => (isObject(value) && readId(value.id) ? value : undefined));
      return { results: results.flatMap(readOwner), after: nextPageOf(body) };
    },
  };
}

/** The account's details need no scope, so they prove that the token is valid and nothing else. */
export function accountDetails(): HubSpotCall<Account> {
  return {
    purpose: 'read account',
    lane: 'burst',
    repeat: 'always',
    request: ({ account }) => ({ method: 'GET', path: account }),
    read: readAccountDetails,
  };
}

/** What a private app's token may do; for service keys HubSpot does not document the call. */
export function tokenScopes(accessToken: string): HubSpotCall<readonly string[]> {
  return {
    purpose: 'read scopes',
    lane: 'burst',
    repeat: 'never',
    request: ({ tokenInfo }) => ({ method: 'POST', path: tokenInfo, body: { tokenKey: accessToken } }),
    read: (body) => {
      const scopes = isObject(body) ? body.scopes : undefined;
      if (!Array.isArray(scopes)) throw unknownShape('the token has no list of scopes');
      return scopes.filter((scope) => typeof scope === 'string');
    },
  };
}

function readOwner(value: Record<string, unknown>): Owner[] {
  const id = readId(value.id);
  if (id === undefined || value.archived === true || (value.type !== undefined && value.type !== 'PERSON')) return [];
  const email = typeof value.email === 'string' && value.email !== '' ? value.email : undefined;
  const firstName = namePart(value.firstName);
  const lastName = namePart(value.lastName);
  const names = [firstName, lastName].filter((name) => name !== undefined);
  return [
    {
      id,
      name: names.length > 0 ? names.join(' ') : (email ?? `Owner ${id}`),
      ...(firstName !== undefined && { firstName }),
      ...(lastName !== undefined && { lastName }),
      ...(email !== undefined && { email }),
    },
  ];
}

function namePart(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function readAccountDetails(body: unknown): Account {
  const id = isObject(body) ? readId(body.portalId) : undefined;
  if (!isObject(body) || id === undefined) throw unknownShape('the account has no id');
  const domain = typeof body.uiDomain === 'string' ? body.uiDomain : 'app.hubspot.com';
  // 0-1 and 0-2 are HubSpot's type ids of contacts and companies.
  const template = (typeId: string) => `https://${domain}/contacts/${id}/record/${typeId}/{{crmId}}`;
  return {
    id,
    ...(typeof body.portalName === 'string' && body.portalName !== '' && { name: body.portalName }),
    timeZone: typeof body.timeZone === 'string' ? body.timeZone : 'UTC',
    linkTemplates: { contacts: template('0-1'), companies: template('0-2') },
  };
}

import { formatInstant } from '../clock.ts';
import { type Answer, ok } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { invalid, notFound, Refusal } from '../http/problem-body.ts';
import { accountJson, nextMidnight } from './account.ts';
import { ownerJson } from './owners.ts';

/** 2026-09 adds the account's name and age (seen live). */
export function accountDetails({ portal, version }: Call): Answer {
  const details = accountJson(portal.settings.account, portal.now);
  const added = {
    portalName: portal.settings.schema?.account.name ?? 'Embedded CRM',
    createdAt: '2020-01-01T00:00:00Z',
  };
  return ok(version === '2026-09' ? { ...details, ...added } : details);
}

/** `GET /account-info/v3/api-usage/daily/private-apps`. */
export function dailyUsage({ portal, usage }: Call): Answer {
  const { used, limit } = usage();
  return ok({
    results: [
      {
        name: 'private-apps-api-calls-daily',
        usageLimit: limit,
        currentUsage: used,
        collectedAt: formatInstant(portal.now),
        fetchStatus: 'SUCCESS',
        resetsAt: formatInstant(nextMidnight(portal.settings.account, portal.now)),
      },
    ],
  });
}

/** `POST /oauth/v2/private-apps/get/access-token-info`. */
export function accessTokenInfo({ portal, body, scopes }: Call): Answer {
  const tokenKey = typeof body === 'object' && body !== null && 'tokenKey' in body ? body.tokenKey : undefined;
  if (typeof tokenKey !== 'string' || tokenKey === '') throw new Refusal(invalid('tokenKey must be given'));
  const { portalId } = accountJson(portal.settings.account, portal.now);
  return ok({ userId: 1_000_001, hubId: portalId, appId: 2_000_002, scopes });
}

/** Owners on a page. */
const maxOwners = 500;

/** `GET /crm/v3/owners?limit&after&email&archived`; `archived=true` lists deactivated owners only. */
export function listOwners({ portal, query }: Call): Answer {
  const limit = Number(query.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxOwners)
    throw new Refusal(invalid(`limit must be between 1 and ${maxOwners}`));
  const archived = query.get('archived') === 'true';
  const email = query.get('email')?.toLowerCase();
  const after = Number(query.get('after') ?? 0);
  const owners = [...portal.owners.values()]
    .filter(
      (owner) =>
        (owner.archived ?? false) === archived && (email === undefined || owner.email?.toLowerCase() === email),
    )
    .sort((a, b) => Number(a.id) - Number(b.id))
    .filter((owner) => Number(owner.id) > after);
  const page = owners.slice(0, limit);
  const last = page.at(-1);
  return ok({
    results: page.map(ownerJson),
    ...(owners.length > limit && last && { paging: { next: { after: last.id } } }),
  });
}

/** `GET /crm/v3/owners/{id}?idProperty=id|userId&archived=`. */
export function getOwner({ portal, params, query }: Call): Answer {
  const archived = query.get('archived') === 'true';
  const byUser = query.get('idProperty') === 'userId';
  const owner = [...portal.owners.values()].find(
    (one) => (byUser ? String(one.userId) : one.id) === params.id && (one.archived ?? false) === archived,
  );
  if (!owner) throw new Refusal(notFound());
  return ok(ownerJson(owner));
}

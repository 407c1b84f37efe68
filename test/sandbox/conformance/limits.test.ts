import { expect, test } from 'vitest';
import type { SandboxOptions } from '../../../sandbox/sandbox.ts';
import { raw, refusalOf, startPortal, type TestPortal } from './portal.ts';

const noon = Date.parse('2026-05-01T12:00:00Z');

/** HubSpot's own limits on a clock that only the test moves. */
function startLimited(options: SandboxOptions = {}): Promise<TestPortal> {
  return startPortal({ limits: {}, now: () => noon, ...options });
}

const search = ({ client }: TestPortal) => client.crm.contacts.searchApi.doSearch({ filterGroups: [] } as never);
const list = ({ client }: TestPortal) => client.crm.contacts.basicApi.getPage();

async function times(count: number, call: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n++) await call();
}

test('allows 100 calls in any ten seconds, rolling', async () => {
  const portal = await startLimited();

  await times(60, () => list(portal));
  portal.sandbox.advance(9000);
  await times(40, () => list(portal));
  const full = await refusalOf(list(portal));
  portal.sandbox.advance(999);
  const almost = await refusalOf(list(portal));
  portal.sandbox.advance(1);
  await times(60, () => list(portal));
  const fullAgain = await refusalOf(list(portal));

  expect([full.code, almost.code, fullAgain.code]).toEqual([429, 429, 429]);
  expect(portal.sandbox.counters.rateLimited).toBe(3);
});

test('says which limit was reached, with errorType where others have category', async () => {
  const portal = await startLimited({ limits: { burst: 0 } });

  const { body, headers } = await refusalOf(list(portal));

  expect(body).toMatchObject({
    status: 'error',
    errorType: 'RATE_LIMIT',
    policyName: 'TEN_SECONDLY_ROLLING',
    message: 'You have reached your ten_secondly_rolling limit.',
    correlationId: headers['x-hubspot-correlation-id'],
  });
  expect(body).not.toHaveProperty('category');
  expect(headers).not.toHaveProperty('retry-after');
});

test('returns the older body on request', async () => {
  const portal = await startLimited({
    limits: { burst: 0 },
    switches: { rateLimitBody: 'category' },
  });

  const { body } = await refusalOf(list(portal));

  expect(body).toMatchObject({ category: 'RATE_LIMITS' });
  expect(body).not.toHaveProperty('policyName');
});

test('counts searches of all objects separately: five per second, outside the ten-second window', async () => {
  const portal = await startLimited({ limits: { burst: 1 } });
  const companies = () => portal.client.crm.companies.searchApi.doSearch({ filterGroups: [] } as never);

  await times(3, () => search(portal));
  await times(2, companies);
  const refusal = await refusalOf(search(portal));
  portal.sandbox.advance(1000);
  await search(portal);
  await list(portal);

  expect(refusal).toMatchObject({
    code: 429,
    body: { policyName: 'SECONDLY', message: 'You have reached your secondly limit.' },
  });
});

test('counts association batches in a separate window', async () => {
  const portal = await startLimited({ limits: { burst: 1, associations: 2 } });
  const link = () =>
    portal.client.crm.associations.v4.batchApi.createDefault('contacts', 'companies', {
      inputs: [{ _from: { id: '1' }, to: { id: '2' } }],
    });
  portal.sandbox.setSwitches({ unknownAssociationIds: 'in-200' });

  await times(2, link);
  await list(portal);

  expect((await refusalOf(link())).code).toBe(429);
});

test('counts a slow call when it arrives', async () => {
  const { sandbox } = await startLimited({ limits: { burst: 1 }, latency: { owners: 50 } });

  const slow = raw(sandbox, '/crm/v3/owners');
  await expect.poll(() => sandbox.log).toHaveLength(1);
  sandbox.advance(10_000);
  await slow;
  const next = await raw(sandbox, '/crm/v3/objects/contacts');

  expect(next.status).toBe(200);
});

test('reports the budget in headers, but never on searches', async () => {
  const { sandbox } = await startLimited({ limits: { burst: 190, daily: 625_000 } });
  const headersOf = (response: Response) =>
    Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('x-hubspot-ratelimit')));

  const first = headersOf(await raw(sandbox, '/crm/v3/objects/contacts'));
  const found = await raw(sandbox, '/crm/v3/objects/contacts/search', { method: 'POST', body: '{}' });

  expect(first).toEqual({
    'x-hubspot-ratelimit-max': '190',
    'x-hubspot-ratelimit-remaining': '189',
    'x-hubspot-ratelimit-interval-milliseconds': '10000',
    'x-hubspot-ratelimit-daily': '625000',
    'x-hubspot-ratelimit-daily-remaining': '624999',
    'x-hubspot-ratelimit-secondly': '19',
    'x-hubspot-ratelimit-secondly-remaining': '18',
  });
  expect(headersOf(found)).toEqual({});
  expect(found.headers.get('x-hubspot-correlation-id')).toBeTruthy();
});

test('shows the daily headers on searches as in 2022 with the switch', async () => {
  const { sandbox } = await startLimited({ switches: { searchHeaders: 'daily' } });

  const found = await raw(sandbox, '/crm/v3/objects/contacts/search', { method: 'POST', body: '{}' });

  expect(found.headers.get('x-hubspot-ratelimit-daily-remaining')).toBe('249999');
});

test('ends the day at midnight in the time zone of the account', async () => {
  const portal = await startLimited({ limits: { daily: 2 }, account: { timeZone: 'US/Eastern' } });

  await times(2, () => list(portal));
  const refusal = await refusalOf(list(portal));
  portal.sandbox.advance(12 * 3_600_000);
  const beforeMidnight = await refusalOf(list(portal));
  portal.sandbox.advance(4 * 3_600_000);

  expect(refusal).toMatchObject({
    code: 429,
    body: { policyName: 'DAILY', message: 'You have reached your daily limit.' },
  });
  expect(beforeMidnight.code).toBe(429);
  await expect(list(portal)).resolves.toBeDefined();
});

test('counts searches toward the daily limit', async () => {
  const portal = await startLimited({ limits: { daily: 1 } });

  await search(portal);
  const next = await raw(portal.sandbox, '/crm/v3/objects/contacts');

  expect(next.status).toBe(429);
});

test('counts calls of other apps against a limit', async () => {
  const portal = await startLimited();

  portal.sandbox.spend('search', 5);

  expect((await refusalOf(search(portal))).code).toBe(429);
});

test('has no limits and no headers of limits when they are switched off', async () => {
  const portal = await startPortal({ limits: false });

  await times(120, () => list(portal));
  const read = await raw(portal.sandbox, '/crm/v3/objects/contacts');

  expect(read.headers.get('x-hubspot-ratelimit-max')).toBeNull();
});

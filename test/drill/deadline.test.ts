import { expect, test, vi } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const contacts = Array.from({ length: 3_000 }, (_unused, n) => ({ externalId: `lead-${n}`, firstName: `Number ${n}` }));

/** Fewer calls than the 34 that all records need fit into the time. A busy machine may need the longer one to do anything. */
const budgets = [
  { HUBSPOT_RATE_LIMIT: '40', REQUEST_TIMEOUT_MS: '3000' },
  { HUBSPOT_RATE_LIMIT: '8', REQUEST_TIMEOUT_MS: '24000' },
];

async function createUntilDeadline() {
  for (const budget of budgets) {
    const crm = await startCrm({ latency: { 'batch-create': 40 } });
    const slow = await startBridgeOn(crm, budget);
    const first = await slow.send('POST', '/contacts', { contacts });
    if (first.status === 201 && first.body.results.length > 0) return { crm, first };
  }
  throw new Error('nothing was created before any of the deadlines');
}

test('at the deadline a create reports what was done and what was not, and sending it again does the rest', async () => {
  const { crm, first } = await createUntilDeadline();

  const { results, errors } = first.body;
  expect(errors.length).toBeGreaterThan(0);
  expect(results.length + errors.length).toBe(3_000);
  // A call that is under way at the deadline may have succeeded; all others were not sent.
  const notProcessed = 'The request timed out before this record was processed';
  const notConfirmed = 'The CRM did not confirm whether the write succeeded';
  const reasons = errors.map(({ error }: { error: string }) => error.split(': ')[1]);
  const unconfirmed = reasons.filter((reason: string) => reason === notConfirmed).length;
  expect(reasons.filter((reason: string) => reason !== notConfirmed && reason !== notProcessed)).toEqual([]);
  const created = crm.records('contacts').length;
  expect(created).toBeGreaterThanOrEqual(results.length);
  expect(created).toBeLessThanOrEqual(results.length + unconfirmed);

  const quick = await startBridgeOn(crm);
  const second = await quick.send('POST', '/contacts', { contacts });

  expect(second.body.results).toHaveLength(3_000);
  expect(crm.records('contacts')).toHaveLength(3_000);
  const crmIdOf = new Map(
    second.body.results.map(({ externalId, crmId }: Record<string, string>) => [externalId, crmId]),
  );
  for (const { externalId, crmId } of results) expect(crmIdOf.get(externalId)).toBe(crmId);
});

test('a request that could not do anything in time is a 504', async () => {
  const crm = await startCrm({ latency: 2_000 });
  const bridge = await startBridgeOn(crm, { REQUEST_TIMEOUT_MS: '200' });

  const answer = await bridge.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'a', email: 'a@example.com' }],
  });

  expect([503, 504]).toContain(answer.status);
  expect(answer.body).not.toHaveProperty('results');
});

test('a large sync whose response came too early gets the rest once when it is sent again', async () => {
  const crm = await startCrm({ latency: { search: 1_500 } });
  const urls = Array.from({ length: 12 }, (_, at) => `https://www.linkedin.com/in/late-${at}`);
  const ids = crm.seed({ contacts: urls.map((hs_linkedin_url) => ({ properties: { hs_linkedin_url } })) }).contacts;
  const { send, log } = await startBridgeOn(crm, { REQUEST_TIMEOUT_MS: '1000', LOG_LEVEL: 'info' });
  const contacts = urls.map((linkedinUrl, at) => ({ externalId: `e${at}`, linkedinUrl }));
  const sync = () => send('POST', '/contacts/sync', { contacts });

  const early = await sync();
  await vi.waitFor(() => expect(log.entries).toContainEqual(expect.objectContaining({ matched: 12 })), 20_000);
  const again = await sync();
  const later = await sync();

  expect(early.status).not.toBe(200);
  expect(again.body.results?.map(({ crmId }: { crmId: string }) => crmId)).toEqual(ids);
  expect(later.status).not.toBe(200);
});

test('searches for unusual spellings leave time to write what was matched', async () => {
  const crm = await startCrm();
  const settings = { HUBSPOT_SEARCH_RATE_LIMIT: '2', MATCH_EXTRA_SEARCHES: '1000', REQUEST_TIMEOUT_MS: '16000' };
  const { send, log } = await startBridgeOn(crm, settings);
  const leads = Array.from({ length: 60 }, (_unused, n) => ({
    externalId: `lead-${n}`,
    firstName: `Number ${n}`,
    linkedinUrl: `https://www.linkedin.com/in/josé-pérez-${n}`,
  }));

  const { status, body } = await send('POST', '/contacts', { contacts: leads });

  expect({ status, errors: body.errors }).toEqual({ status: 201, errors: undefined });
  expect(crm.records('contacts')).toHaveLength(60);
  expect(log.entries).toContainEqual(expect.objectContaining({ msg: 'values not searched for in unusual spellings' }));
});

import { expect, test, vi } from 'vitest';
import { fastClock } from '../support/fast-clock.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { refusingUrl } from '../support/refusing-url.ts';

const leads = [
  {
    externalId: 'lead-1',
    email: 'ada@example.com',
    firstName: 'Ada',
    linkedinUrl: 'https://www.linkedin.com/in/ada-example',
  },
  { externalId: 'lead-2', email: 'grace@example.com', firstName: 'Grace' },
  { externalId: 'lead-3', firstName: 'Mary', linkedinUrl: 'https://www.linkedin.com/in/mary-example' },
];

test('the first steps of a newcomer work: create, create again, sync by other spellings, update, unknown id', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);

  const created = await bridge.send('POST', '/contacts', { contacts: leads });
  const again = await bridge.send('POST', '/contacts', { contacts: leads });
  const [ada, , mary] = created.body.results;
  const synced = await bridge.send('POST', '/contacts/sync', {
    contacts: [
      { externalId: 'other-1', email: 'ADA@EXAMPLE.COM' },
      { externalId: 'other-3', linkedinUrl: 'http://linkedin.com/in/Mary-Example/?trk=feed' },
    ],
  });
  const updated = await bridge.send('PUT', '/contacts', {
    contacts: [
      { crmId: ada.crmId, title: 'Countess' },
      { crmId: '999', title: 'Nobody' },
    ],
  });

  expect(created.status).toBe(201);
  expect(created.body.results).toHaveLength(3);
  expect([again.status, again.body]).toEqual([201, created.body]);
  expect(crm.records('contacts')).toHaveLength(3);
  expect(synced.status).toBe(200);
  expect(synced.body.results.map(({ crmId }: { crmId: string }) => crmId)).toEqual([ada.crmId, mary.crmId]);
  expect(updated.status).toBe(200);
  expect(updated.body.results).toMatchObject([
    { crmId: ada.crmId, success: true },
    {
      crmId: '999',
      success: false,
      error: 'Sync again to give Enginy the current id: No contact with id 999 exists in the CRM',
    },
  ]);
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ jobtitle: 'Countess', enginy_external_id: 'lead-1' });
});

test('250 contacts in one request need three write calls', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const contacts = Array.from({ length: 250 }, (_unused, index) => ({
    externalId: `lead-${index}`,
    email: `lead-${index}@example.com`,
  }));

  const answer = await bridge.send('POST', '/contacts', { contacts });

  const writes = crm.log.filter(({ kind }) => kind === 'batch-create');
  expect(answer.body.results).toHaveLength(250);
  expect(writes).toHaveLength(3);
});

test('a sync fails with 503 if the CRM is unreachable, never with an empty list', async () => {
  const bridge = await startBridgeOn({ url: refusingUrl, token: 'any' }, {}, { clock: fastClock(100) });

  const answer = await bridge.send('POST', '/contacts/sync', { contacts: [leads[0]] });

  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(answer.body).toEqual({ error: 'CRM unavailable', message: expect.any(String), requestId: expect.any(String) });
});

test('with a token that HubSpot refuses, every endpoint responds with 502 and the reason', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn({ url: crm.url, token: 'pat-na1-revoked' });

  const health = await vi.waitFor(
    async () => {
      const answer = await bridge.send('GET', '/health');
      // Until HubSpot has refused the token, which takes longer on a busy machine, the bridge responds with 503.
      expect(answer.status).not.toBe(503);
      return answer;
    },
    { timeout: 60_000 },
  );
  const sync = await bridge.send('POST', '/contacts/sync', { contacts: [leads[0]] });

  expect([health.status, sync.status]).toEqual([502, 502]);
  expect(JSON.stringify([health.body, sync.body])).not.toContain('pat-na1-revoked');
  expect(bridge.log.text()).not.toContain('pat-na1-revoked');
});

test('a call that hangs is aborted at its timeout and reported as 503', async () => {
  const crm = await startCrm();
  // Another call that is too slow on a busy machine ends in the same way.
  const bridge = await startBridgeOn(crm, { HUBSPOT_TIMEOUT_MS: '100' }, { clock: fastClock(100) });
  crm.faults.add({ match: { path: '/contacts/batch/read' }, times: 0, action: { kind: 'hang' } });

  const answer = await bridge.send('POST', '/contacts/sync', { contacts: [leads[0]] });

  expect([503, 504]).toContain(answer.status);
});

test('activities that a campaign logs at once share batch calls', async () => {
  const crm = await startCrm({ latency: 100 });
  const bridge = await startBridgeOn(crm);
  const created = await bridge.send('POST', '/contacts', { contacts: leads });
  const contactId = created.body.results[0].crmId;
  const activity = (n: number) => ({
    type: 'LINKEDIN',
    direction: 'OUTBOUND',
    contactId,
    metadata: { messageId: `m-${n}` },
  });
  await bridge.send('POST', '/activities', activity(0));
  crm.clearLog();

  const answers = await Promise.all(
    Array.from({ length: 40 }, (_unused, n) => bridge.send('POST', '/activities', activity(n))),
  );

  const ids = new Set(answers.map(({ body }) => body.id));
  const creates = crm.log.filter(({ path }) => path.endsWith('/communications/batch/create'));
  expect(ids.size).toBe(40);
  expect(creates.length).toBeLessThan(20);
  expect(crm.records('communications')).toHaveLength(40);
});

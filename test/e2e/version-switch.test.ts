import { expect, test } from 'vitest';
import { apiVersions } from '../../src/crm/hubspot/transport/api-versions.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

test('an account is served alike by every version, in any order: nothing is created twice and nothing is lost', async () => {
  const crm = await startCrm();
  const [dated, earlier, undated] = apiVersions;
  const ids: unknown[][] = [];
  const person = { externalId: 'lead-1', email: 'ada@example.com', campaignOpens: '3' };
  const company = { externalId: 'company-1', name: 'Acme', domain: 'acme.example' };
  const message = {
    type: 'LINKEDIN',
    direction: 'OUTBOUND',
    timestamp: '2026-06-01T09:00:00Z',
    body: 'Hello',
    metadata: { messageId: 'm-1' },
  };

  for (const [at, version] of [undated, dated, undated, earlier].entries()) {
    const bridge = await startBridgeOn(crm, { HUBSPOT_API_VERSION: version });
    const contacts = await bridge.send('POST', '/contacts', { contacts: [{ ...person, title: `Title ${at}` }] });
    const companies = await bridge.send('POST', '/companies', { companies: [company] });
    const contactId = contacts.body.results[0].crmId;
    const companyId = companies.body.results[0].crmId;
    await bridge.send('POST', '/associations', {
      associations: [{ contactCRMId: contactId, companyCRMId: companyId }],
    });
    const activity = await bridge.send('POST', '/activities', { ...message, contactId });
    const task = await bridge.send('POST', '/tasks', { subject: 'Call', dueDate: '2026-06-02T09:00:00Z', contactId });
    const updated = await bridge.send('PUT', '/contacts', { contacts: [{ crmId: contactId, firstName: `Ada ${at}` }] });
    expect(updated.body.results).toMatchObject([{ success: true }]);
    ids.push([contactId, companyId, activity.body.id, task.body.id]);
    await bridge.close(1_000);
  }

  expect(new Set(ids.map(String)).size).toBe(1);
  expect(ids.flat()).not.toContain(undefined);
  for (const object of ['contacts', 'companies', 'communications', 'tasks'] as const)
    expect(crm.records(object)).toHaveLength(1);
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ firstname: 'Ada 3', campaign_opens: '3' });
});

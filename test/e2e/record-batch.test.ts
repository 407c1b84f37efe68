import { expect, test } from 'vitest';
import { fastClock } from '../support/fast-clock.ts';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startBridgeOn } from '../support/start-bridge.ts';

test('reads contacts and companies by id under the names that Enginy wrote them with', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const contact = { externalId: 'lead-9', email: 'mary@example.com', firstName: 'Mary', title: 'Astronomer' };
  const company = {
    externalId: 'account-9',
    name: 'Observatory',
    domain: 'observatory.example.com',
    numberOfEmployees: 12,
  };
  const contactId = (await bridge.send('POST', '/contacts', { contacts: [contact] })).body.results[0].crmId;
  const companyId = (await bridge.send('POST', '/companies', { companies: [company] })).body.results[0].crmId;

  const contacts = await bridge.send('POST', '/contacts/batch', { ids: [contactId, '424242', contactId] });
  const companies = await bridge.send('POST', '/companies/batch', { ids: [companyId, 'none'] });

  expect(contacts.status).toBe(200);
  const fields = { ...contact, lifecycleStage: 'Lead' };
  expect(contacts.body).toEqual({ results: [{ id: contactId, ...fields, properties: fields }] });
  expect(companies.body.results).toEqual([
    expect.objectContaining({ id: companyId, ...company, numberOfEmployees: '12' }),
  ]);
});

test('an empty list of ids needs no HubSpot call', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/companies/batch', { ids: [] });

  expect([answer.status, answer.body]).toEqual([200, { results: [] }]);
  expect(crm.log.filter(({ path }) => path.includes('/objects/'))).toEqual([]);
});

test('a record that could not be looked up fails the request: it must not look unknown', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm, {}, { clock: fastClock(100) });
  crm.faults.add({ match: { path: '/contacts/batch/read' }, times: 0, action: { kind: 'status', status: 503 } });

  const answer = await bridge.send('POST', '/contacts/batch', { ids: [ada] });

  expect([503, 504]).toContain(answer.status);
});

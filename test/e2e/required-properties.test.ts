/** An account whose administrator requires properties: 2026-09 enforces that for the API too. */
import { expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const region = { name: 'region', label: 'Region', type: 'string', fieldType: 'text', groupName: 'contactinformation' };

async function startPortal(apiVersion = '2026-09') {
  const crm = await startCrm();
  crm.seed({ properties: { contacts: [region] }, requirements: [{ object: 'contacts', property: 'region' }] });
  return { crm, bridge: await startBridgeOn(crm, { HUBSPOT_API_VERSION: apiVersion }) };
}

function people(from: number, count: number) {
  return Array.from({ length: count }, (_, at) => ({
    externalId: `lead-${from + at}`,
    email: `p${from + at}@example.com`,
    firstName: 'Ada',
  }));
}

const creates = (crm: Sandbox) =>
  crm.log.filter(({ kind, object }) => kind === 'batch-create' && object === 'contacts');

test('names the property that HubSpot requires for new contacts, and what to do', async () => {
  const { crm, bridge } = await startPortal();

  const { body } = await bridge.send('POST', '/contacts', { contacts: people(0, 1) });

  expect(body.errors).toMatchObject([
    {
      externalId: 'lead-0',
      error:
        'Add the value and export again, or ask your administrator for a default: HubSpot requires Region for new records: give it a value under `on_create`, or map a field to it with a `default`',
    },
  ]);
  expect(crm.records('contacts')).toEqual([]);
});

test('does not try the rest of an export in vain', async () => {
  const { crm, bridge } = await startPortal();

  const first = await bridge.send('POST', '/contacts', { contacts: people(0, 500) });
  const second = await bridge.send('POST', '/contacts', { contacts: people(500, 300) });

  expect(first.body.errors).toHaveLength(500);
  expect(second.body.errors).toHaveLength(300);
  expect(creates(crm)).toHaveLength(1);
});

test('learns from a batch that is refused whole', async () => {
  const { crm, bridge } = await startPortal('v3');
  const errors = [{ message: '', code: 'MISSING_REQUIRED_PROPERTY', context: { propertyName: ['region'] } }];
  const body = { category: 'VALIDATION_ERROR', message: 'Required properties are missing', errors };
  crm.faults.add({ match: { kind: 'batch-create' }, action: { kind: 'status', status: 400, body } });

  const answer = await bridge.send('POST', '/contacts', { contacts: people(0, 100) });

  expect(answer.body.errors).toHaveLength(100);
  expect(creates(crm)).toHaveLength(1);
});

test.each(['2026-03', 'v3'])('creates them on %s, which does not enforce the rule', async (version) => {
  const { crm, bridge } = await startPortal(version);

  const { body } = await bridge.send('POST', '/contacts', { contacts: people(0, 3) });

  expect(body.errors).toBeUndefined();
  expect(crm.records('contacts')).toHaveLength(3);
});

test('writes the records that have the value, and names a condition that another does not meet', async () => {
  const crm = await startCrm();
  const when = { property: 'lifecyclestage', value: 'customer' };
  crm.seed({
    properties: { contacts: [region] },
    requirements: [{ object: 'contacts', property: 'region', when }],
    contacts: [{ id: '101', properties: { email: 'ada@example.com', lifecyclestage: 'customer' } }],
  });
  const bridge = await startBridgeOn(crm, { HUBSPOT_API_VERSION: '2026-09' });

  const refused = await bridge.send('PUT', '/contacts', { contacts: [{ crmId: '101', firstName: 'Ada' }] });
  const created = await bridge.send('POST', '/contacts', { contacts: people(0, 2) });

  expect(JSON.stringify(refused.body)).toContain('HubSpot requires Region because of other values of the record');
  expect(created.body.errors).toBeUndefined();
});

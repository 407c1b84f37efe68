/** What differs between the versions of HubSpot's API, and what must not. */
import { expect, test } from 'vitest';
import { apiVersions, placeOf } from '../../../src/crm/hubspot/transport/api-versions.ts';
import { openHubSpot } from '../../support/open-hubspot.ts';
import { bulkContext } from '../crm-conformance.ts';

const createdStatus = { '2026-09': 201, '2026-03': 207, v3: 207 } as const;
const unlinkedStatus = { '2026-09': 200, '2026-03': 200, v3: 204 } as const;

test.each(apiVersions)('reads errors of a partly refused batch on %s, whatever its status', async (apiVersion) => {
  const { crm, exchanges, close } = await openHubSpot({}, { apiVersion });
  const inputs = [{ properties: { email: 'ada@example.com' } }, { properties: { email: 'no address' } }];

  const outcomes = await crm.create('contacts', inputs, bulkContext());

  expect(outcomes).toMatchObject([{ record: {} }, { problem: { kind: 'invalid', properties: [{ name: 'email' }] } }]);
  expect(exchanges.map(({ status }) => status)).toEqual([createdStatus[apiVersion]]);
  await close();
});

test.each(apiVersions)('unlinks on %s and asks paths of this version only', async (apiVersion) => {
  const { crm, sandbox, exchanges, close } = await openHubSpot({}, { apiVersion });
  const { contacts, companies } = sandbox.seed({
    contacts: [{ properties: { email: 'ada@example.com' } }],
    companies: [{ properties: { name: 'Acme' } }],
  });
  const pair = { fromId: contacts[0] ?? '', toId: companies[0] ?? '' };

  await crm.link('contacts', 'companies', [pair], bulkContext());
  const unlinked = await crm.unlink('contacts', 'companies', [pair], bulkContext());
  await crm.readAccount(bulkContext());
  await crm.listOwners(bulkContext());
  await crm.readProperties('contacts', bulkContext());

  expect(unlinked).toEqual(['unlinked']);
  expect(exchanges.find(({ purpose }) => purpose.startsWith('unlink'))?.status).toBe(unlinkedStatus[apiVersion]);
  expect(new Set(exchanges.map(({ path }) => placeOf(path)?.version))).toEqual(new Set([apiVersion]));
  await close();
});

test.each(apiVersions)('believes a collision with a sensitive property over the list on %s', async (apiVersion) => {
  const { crm, sandbox, exchanges, close } = await openHubSpot({}, { apiVersion });
  const secret = { name: 'diagnosis', label: 'Diagnosis', type: 'string', fieldType: 'text' };
  sandbox.seed({
    properties: { contacts: [{ ...secret, groupName: 'contactinformation', dataSensitivity: 'sensitive' }] },
  });
  const property = { name: 'diagnosis', label: 'Diagnosis', description: '', type: 'text', group: 'enginy' } as const;

  const outcomes = await crm.createProperties('contacts', [property], bulkContext());
  const lists = exchanges.filter(({ purpose }) => purpose === 'list properties of contacts');
  const listed = await crm.readProperties('contacts', bulkContext());
  const all = await crm.readProperties('contacts', bulkContext(), { includeSensitive: true });

  expect(outcomes).toEqual(['existed']);
  expect(lists).toHaveLength(1);
  expect(listed.map(({ name }) => name)).not.toContain('diagnosis');
  expect(all.map(({ name }) => name)).toContain('diagnosis');
  await close();
});

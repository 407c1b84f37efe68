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

const entry = (error: object) => ({
  status: 'error',
  category: 'VALIDATION_ERROR',
  message: 'No',
  context: {},
  ...error,
});
const denied = { category: 'FORBIDDEN_PERMISSION', message: 'You may not edit associations' };
const absent = { category: 'OBJECT_NOT_FOUND', subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND' };

test.each([
  ['names one pair', 200, [entry({ ...denied, context: { fromObjectId: ['1'], toObjectId: ['2'] } })], [true, false]],
  ['names one record', 207, [entry({ ...denied, context: { id: ['3'] } })], [false, true]],
  ['names ids in a list', 202, [entry({ ...denied, context: { ids: ['1', '3'] } })], [true, true]],
  ['names nothing', 200, [entry(denied)], [true, true]],
  ['says nothing', 206, [{}], [true, true]],
  ['says that there is no link', 207, [entry({ ...absent, context: { fromObjectId: ['1'] } })], [false, false]],
  ['says that there is no link, of none', 207, [entry(absent)], [false, false]],
  [
    'says that a record is gone',
    200,
    [entry({ category: 'OBJECT_NOT_FOUND', context: { ids: ['1'] } })],
    [false, false],
  ],
  [
    'names one of each',
    200,
    [entry({ ...denied, context: { id: ['1'] } }), entry({ ...absent, context: { id: ['3'] } })],
    [true, false],
  ],
  ['is no list', 200, { message: 'odd' }, [false, false]],
  ['is empty', 201, [], [false, false]],
] as const)(
  'believes a success of an unlink only as far as its errors go: %s',
  async (_what, status, errors, isFailed) => {
    const { crm, sandbox, close } = await openHubSpot({}, { apiVersion: '2026-09' });
    const body = { status: 'COMPLETE', results: [], errors };
    sandbox.faults.add({ match: { kind: 'dissociate' }, action: { kind: 'status', status, body } });
    const pairs = [
      { fromId: '1', toId: '2' },
      { fromId: '3', toId: '4' },
    ];

    const outcomes = await crm.unlink('contacts', 'companies', pairs, bulkContext());

    expect(outcomes.map((outcome) => outcome !== 'unlinked')).toEqual(isFailed);
    await close();
  },
);

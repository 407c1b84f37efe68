/** Answers that HubSpot was recorded to give, played by the embedded CRM: what becomes of the records. */
import { expect, test } from 'vitest';
import { openHubSpot } from '../../support/open-hubspot.ts';
import { bulkContext } from '../crm-conformance.ts';

test('finds the other record while search still counts an archived one', async () => {
  const { crm, sandbox, close } = await openHubSpot({ indexLagMs: 60_000 });
  const { contacts } = sandbox.seed({
    contacts: ['Ada', 'Bob'].map((firstname) => ({ properties: { firstname, lastname: 'Lovelace' } })),
  });
  sandbox.archive('contacts', contacts[0] ?? '');

  const searchKey = { key: 'k', clauses: [{ property: 'lastname', in: ['Lovelace'] }] };
  const { candidates, failed } = await crm.search('contacts', [searchKey], ['lastname'], bulkContext());

  expect(candidates.map(({ id }) => id)).toEqual([contacts[1]]);
  expect(failed.size).toBe(0);
  await close();
});

test.each([
  'Inside Sales was not one of the allowed options: [label: "Sales"]',
  '"Inside Sales" was not one of the allowed options: [label: "Sales"]',
])('refuses only the record that sent the refused option, not one whose value is a part of it: %s', async (refused) => {
  const { crm, sandbox, close } = await openHubSpot();
  sandbox.seed({
    properties: {
      contacts: [
        {
          name: 'team',
          label: 'Team',
          type: 'enumeration',
          fieldType: 'select',
          groupName: 'contactinformation',
          options: [{ label: 'Sales', value: 'Sales' }],
        },
      ],
    },
  });
  const contact = (email: string, team: string) => ({ properties: { email, team } });

  const details = [{ isValid: false, name: 'team', error: 'INVALID_OPTION', message: refused }];
  const body = { category: 'VALIDATION_ERROR', message: `Property values were not valid: ${JSON.stringify(details)}` };
  sandbox.faults.add({ match: { kind: 'batch-create' }, action: { kind: 'status', status: 400, body } });

  const outcomes = await crm.create(
    'contacts',
    [contact('ada@example.com', 'Sales'), contact('bob@example.com', 'Inside Sales')],
    bulkContext(),
  );

  expect(outcomes).toMatchObject([{ record: {} }, { problem: { kind: 'invalid', properties: [{ name: 'team' }] } }]);
  expect(sandbox.records('contacts').map(({ properties }) => [properties.email, properties.team])).toEqual([
    ['ada@example.com', 'Sales'],
  ]);
  await close();
});

test('lists the options of a company lifecycle stage although they are called external', async () => {
  const { crm, close } = await openHubSpot();

  const definitions = await crm.readProperties('companies', bulkContext());

  const stage = definitions.find(({ name }) => name === 'lifecyclestage');
  expect(stage).toMatchObject({ hasExternalOptions: false });
  expect(stage?.options.map(({ value }) => value)).toContain('customer');
  await close();
});

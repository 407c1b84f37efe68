import { expect, test } from 'vitest';
import { loadMappings } from '../../../src/mapping/load/load-mappings.ts';
import { shippedFolder } from '../../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

const midnight = '2026-03-01T00:00:00Z';
const days = ['2026-03-01', '1 March 2026', '01.03.2026', '2026/03/01', '20260301', 'March 1, 2026', '2026年3月1日'];
const times = ['2026-03-01T00:00:00Z', '20260301T000000Z', '1772323200000'];
const zoneless = ['2026-03-01T00:00:00', '2026-03-01 00:00'];

test('a day without a time is midnight UTC in a property with one, a time without a zone is UTC, and warnings say so', async () => {
  const crm = await startCrm();
  const created = await fetch(`${crm.url}/crm/v3/properties/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ name: 'renewal_at', label: 'Renewal', groupName: 'contactinformation' },
      ...{ type: 'datetime', fieldType: 'date' },
    }),
  });
  expect(created.status).toBe(201);
  const MAPPINGS_DIR = shippedFolder({
    'contacts.yaml': (text) =>
      text
        .replace(/types: \{\}/, 'types: { nextCall: datetime }')
        .replace('  fields:\n', '  fields:\n    - { enginy: renewal, crm: renewal_at, transform: [iso_datetime] }\n'),
  });
  const { send } = await startBridgeOn(crm, { MAPPINGS_DIR }, { loadMappings });
  const contacts = [...days, ...times, ...zoneless].map((day, n) => ({
    externalId: `lead-${n}`,
    firstName: 'Ada',
    nextCall: day,
    renewal: day,
  }));

  const { body } = await send('POST', '/contacts', { contacts });

  expect(crm.records('contacts').map(({ properties }) => [properties.next_call, properties.renewal_at])).toEqual(
    contacts.map(() => [midnight, midnight]),
  );
  const warnings = body.results.map(({ warnings = [] }: { warnings?: string[] }) => warnings);
  expect(warnings).toEqual([
    ...days.map(() => [
      'renewal has no time; midnight UTC was written to renewal_at',
      'nextCall → next_call has no time and was stored as midnight UTC',
    ]),
    ...times.map(() => []),
    ...zoneless.map(() => [
      'renewal has no time zone; the time in UTC was written to renewal_at',
      'nextCall → next_call has no time zone and was stored as UTC',
    ]),
  ]);
});

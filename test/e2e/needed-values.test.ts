import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** What is sent besides a phone number, and the name that the contact gets. */
const unclear: readonly (readonly [object, string])[] = [
  [{ fullName: 'Bob & Alice Smith' }, 'Bob & Alice Smith'],
  [{ fullName: 'Smith; Jones' }, 'Smith; Jones'],
  [{ fullName: '🚀🚀' }, '🚀🚀'],
  [{ fullName: '(She/Her)' }, '(She/Her)'],
  [{ fullName: 'Acme, Sales, Madrid, Spain' }, 'Acme, Sales, Madrid, Spain'],
  [{ fullName: 'jane.doe@' }, 'jane.doe@'],
  [{ fullName: 'Anna & Berta ' }, 'Anna & Berta '],
  [{ email: 'jane at acme' }, 'jane at acme'],
  [{ email: 'n/a', fullName: 'Ann | Bob | Co' }, 'Ann | Bob | Co'],
  [{ firstName: '', lastName: null, fullName: 'Ana Ruiz & Eva Paz' }, 'Ana Ruiz & Eva Paz'],
  [{ customFields: { fullName: 'Tim & Tom' } }, 'Tim & Tom'],
  // An address for the bridge, and none for HubSpot.
  [{ email: 'jane@acme.x1' }, 'jane@acme.x1'],
];

test('a create without a clear name and email succeeds, keeps the text unchanged and warns about it', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const contacts = unclear.map(([sent], at) => ({ externalId: `lead-${at}`, phone: `+3491234560${at % 10}`, ...sent }));

  const { status, body } = await send('POST', '/contacts', { contacts });

  expect([status, body.errors]).toEqual([201, undefined]);
  const byId = new Map(crm.records('contacts').map(({ id, properties }) => [id, properties]));
  const held = body.results.map(({ crmId }: { crmId: string }) => byId.get(crmId) ?? {});
  expect(held.map(({ firstname = '', lastname = '' }: Record<string, string>) => firstname + lastname)).toEqual(
    unclear.map(([, name]) => name),
  );
  for (const { warnings } of body.results) {
    expect(warnings).toContainEqual(expect.stringMatching(/written unchanged/));
  }
});

test('a clear part is enough, and words that mean "no value" are no name', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/contacts', {
    contacts: [
      { externalId: 'a', firstName: 'Ann', fullName: 'Ann & Bob' },
      { externalId: 'b', email: 'b@x.example', fullName: 'Ann & Bob' },
      { externalId: 'c', fullName: 'N/A', phone: '+34912345678' },
    ],
  });

  expect(crm.records('contacts').map(({ properties }) => properties.lastname ?? '')).toEqual(['', '']);
  expect(body.results).toHaveLength(2);
  expect(body.errors).toEqual([{ externalId: 'c', error: expect.stringContaining('email') }]);
});

import { expect, test } from 'vitest';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

test('writes `always` constants on every create and update, and `on_create` constants only once', async () => {
  const crm = await startCrm();
  const dir = shippedFolder({
    'contacts.yaml': (text) =>
      text.replace(
        '  on_invalid: strip',
        '  on_create:\n    - { crm: hs_lead_status, value: NEW }\n  always:\n    - { crm: school, value: Galata }\n  on_invalid: strip',
      ),
  });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir });
  const created = await bridge.send('POST', '/contacts', {
    contacts: [{ externalId: 'c-1', email: 'c1@example.com' }],
  });
  const [{ crmId }] = created.body.results;
  const contact = () => crm.records('contacts').find(({ id }) => id === crmId)?.properties;
  const afterCreate = { status: contact()?.hs_lead_status, school: contact()?.school };
  await fetch(`${crm.url}/crm/v3/objects/contacts/${crmId}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ properties: { hs_lead_status: 'OPEN', school: 'Elsewhere' } }),
  });

  const updated = await bridge.send('PUT', '/contacts', { contacts: [{ crmId, firstName: 'Zoe' }] });

  expect(afterCreate).toEqual({ status: 'NEW', school: 'Galata' });
  expect(updated.body.results[0].success).toBe(true);
  expect([contact()?.hs_lead_status, contact()?.school]).toEqual(['OPEN', 'Galata']);
});

test("constants of an activity type replace the object's, by direction", async () => {
  const crm = await startCrm();
  const dir = shippedFolder({
    'activities.yaml': (text) =>
      text.replace(
        'objects:\n  emails:',
        [
          '  WHATSAPP:',
          '    object: communications',
          '    opening: { OUTBOUND: WhatsApp message sent, INBOUND: WhatsApp message received }',
          '    on_create:',
          '      - { crm: hs_communication_channel_type, value: WHATS_APP }',
          '      - { crm: hs_communication_logged_from, value: CRM, direction: INBOUND }',
          'objects:',
          '  emails:',
        ].join('\n'),
      ),
  });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir });
  const log = async (type: string, direction: string) => {
    const answer = await bridge.send('POST', '/activities', { type, direction, body: `${type} ${direction}` });
    return crm.records('communications').find(({ id }) => id === answer.body.id)?.properties
      .hs_communication_channel_type;
  };

  expect([
    await log('WHATSAPP', 'OUTBOUND'),
    await log('WHATSAPP', 'INBOUND'),
    await log('LINKEDIN', 'INBOUND'),
  ]).toEqual(['WHATS_APP', 'WHATS_APP', 'LINKEDIN_MESSAGE']);
});

test('sets on_activity properties on contact and company, in batches, by direction and after a resend', async () => {
  const crm = await startCrm();
  const { contacts, companies } = crm.seed({
    contacts: Array.from({ length: 20 }, (_, n) => ({ properties: { email: `c${n}@example.com` } })),
    companies: [{ properties: { name: 'Acme' } }],
  });
  const dir = shippedFolder({
    'activities.yaml': (text) =>
      `${text}\non_activity:\n  contacts:\n    - { crm: school, value: engaged }\n    - { crm: degree, value: replied, direction: INBOUND }\n  companies:\n    - { crm: about_us, value: engaged }\n`,
  });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir });
  const log = (contactId: string | undefined, direction: string) =>
    bridge.send('POST', '/activities', {
      ...{ type: 'LINKEDIN', direction, body: 'Hi', contactId, companyId: companies[0] },
      metadata: { messageId: `${contactId}-${direction}` },
    });

  const answers = await Promise.all(contacts.map((id) => log(id, 'OUTBOUND')));
  await log(contacts[0], 'INBOUND');
  const updates = crm.log.filter(({ path }) => path.endsWith('/contacts/batch/update')).length;
  await log(contacts[0], 'INBOUND');

  expect(answers.map(({ body }) => body.warnings)).toEqual(contacts.map(() => undefined));
  const [first, second] = crm.records('contacts').map(({ properties }) => [properties.school, properties.degree]);
  expect([first, second]).toEqual([
    ['engaged', 'replied'],
    ['engaged', undefined],
  ]);
  expect(crm.records('companies')[0]?.properties.about_us).toBe('engaged');
  expect(updates).toBeLessThan(20);
  expect(crm.records('communications')).toHaveLength(21);
});

test('logs the activity even if its contact cannot be marked, with a warning', async () => {
  const crm = await startCrm();
  const { contacts } = crm.seed({ contacts: [{ properties: { email: 'c@example.com' } }] });
  const dir = shippedFolder({
    'activities.yaml': (text) => `${text}\non_activity: { contacts: [{ crm: hs_object_id, value: "1" }] }\n`,
  });
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir });

  const answer = await bridge.send('POST', '/activities', { type: 'LINKEDIN', body: 'Hi', contactId: contacts[0] });

  expect(answer.status).toBe(201);
  expect(answer.body.warnings).toEqual([expect.stringContaining('on_activity: the contact was not marked: ')]);
  expect(crm.records('communications')).toHaveLength(1);
});

test.each([
  [
    'contacts.yaml',
    '  on_invalid: strip',
    '  always:\n    - { crm: email, value: x@example.com }\n  on_invalid: strip',
    '"email" is already written by an earlier row',
  ],
])(
  'refuses to start when a constant repeats the property of a row in %s',
  async (file, place, replacement, message) => {
    const crm = await startCrm();
    const dir = shippedFolder({ [file]: (text) => text.replace(place, replacement) });

    await expect(startBridgeOn(crm, { MAPPINGS_DIR: dir })).rejects.toThrow(message);
  },
);

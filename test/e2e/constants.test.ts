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

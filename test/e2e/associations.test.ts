import { expect, test } from 'vitest';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startBridgeOn } from '../support/start-bridge.ts';

test('links contacts with companies, accepts existing links and duplicates, and names unknown ids', async () => {
  const { crm, ada, grace, engines, mark } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const pair = { contactCRMId: ada, companyCRMId: engines };

  const first = await bridge.send('POST', '/associations', { associations: [pair] });
  const second = await bridge.send('POST', '/associations', {
    associations: [
      pair,
      pair,
      { contactCRMId: grace, companyCRMId: mark },
      { contactCRMId: '424242', companyCRMId: mark },
      { contactCRMId: grace, companyCRMId: 'none' },
    ],
  });

  expect([first.status, first.body]).toEqual([200, { success: true, created: 1 }]);
  expect(second.body).toEqual({
    success: true,
    created: 2,
    errors: [
      { contactCRMId: '424242', companyCRMId: mark, error: expect.stringContaining('424242') },
      {
        contactCRMId: grace,
        companyCRMId: 'none',
        error: expect.stringContaining('HubSpot has no company with this id'),
      },
    ],
  });
  expect(crm.linked('contacts', ada, 'companies')).toEqual([engines]);
});

test.each(['207', 'in-200', '400'] as const)('fails only unknown ids when HubSpot answers them as %s', async (form) => {
  const { crm, ada, engines } = await startSeededCrm({ switches: { unknownAssociationIds: form } });
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/associations', {
    associations: [
      { contactCRMId: '424242', companyCRMId: engines },
      { contactCRMId: ada, companyCRMId: engines },
    ],
  });

  expect(answer.body).toMatchObject({ success: true, created: 1, errors: [{ contactCRMId: '424242' }] });
});

test.each(['207', 'in-200', '400'] as const)(
  'names the missing record of a pair whose other id is missing elsewhere (HubSpot answers: %s)',
  async (form) => {
    const { crm, ada, grace, engines } = await startSeededCrm({ switches: { unknownAssociationIds: form } });
    const bridge = await startBridgeOn(crm);

    const answer = await bridge.send('POST', '/associations', {
      associations: [
        { contactCRMId: '424242', companyCRMId: engines },
        { contactCRMId: engines, companyCRMId: '515151' },
        { contactCRMId: grace, companyCRMId: engines },
        { contactCRMId: engines, companyCRMId: ada },
      ],
    });

    expect(answer.body.created).toBe(1);
    expect(answer.body.errors.map(({ error }: { error: string }) => error.replace(/^.*: /, ''))).toEqual([
      'HubSpot has no contact 424242',
      expect.stringMatching(`HubSpot has no (contact ${engines}|company 515151)`),
      expect.stringMatching(`HubSpot has no (contact ${engines}|company ${ada})`),
    ]);
    expect(crm.linked('contacts', grace, 'companies')).toEqual([engines]);
  },
);

test('does not report success when nothing was linked', async () => {
  const { crm, engines } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/associations', {
    associations: [{ contactCRMId: '424242', companyCRMId: engines }],
  });

  expect([answer.status, answer.body.success, answer.body.created]).toEqual([200, false, 0]);
});

test('links 3,000 pairs in two calls', async () => {
  const { crm, engines } = await startSeededCrm();
  const { contacts } = crm.seed({
    contacts: Array.from({ length: 3000 }, (_unused, index) => ({ properties: { email: `p${index}@example.com` } })),
  });
  const bridge = await startBridgeOn(crm);
  crm.clearLog();

  const answer = await bridge.send('POST', '/associations', {
    associations: contacts.map((contactCRMId) => ({ contactCRMId, companyCRMId: engines })),
  });

  expect(answer.body).toEqual({ success: true, created: 3000 });
  expect(crm.log.filter(({ path }) => path.includes('/associations/'))).toHaveLength(2);
});

import { expect, test } from 'vitest';
import type { CrmProblem } from '../../src/crm/crm.ts';
import { CrmRejectedError, CrmUnavailableError, DeadlineError } from '../../src/errors.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { startApp } from '../support/start-app.ts';

/** Every kind of problem, and the words with which a person is to begin. */
const problems: readonly (readonly [CrmProblem, string])[] = [
  [{ kind: 'invalid', message: 'a rule of the portal', properties: [] }, 'Correct the value and export again: '],
  [
    {
      kind: 'incomplete',
      message: 'HubSpot requires Region for new records',
      required: [{ name: 'region', when: 'created' }],
    },
    'Add the value and export again, or ask your administrator for a default: HubSpot requires Region',
  ],
  [{ kind: 'refused', message: 'HubSpot denied access to the record' }, 'Ask your administrator: '],
  [{ kind: 'unavailable', message: 'HubSpot returned status 502' }, 'Export again later: '],
  [{ kind: 'late', message: 'The request timed out' }, 'Export again: '],
  [{ kind: 'not-found', message: 'HubSpot has no such record' }, 'Sync again to give Enginy the current id: '],
];

test('the error of a record says first what to do', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  crm.put('contacts', { id: '1', properties: {} });
  crm.put('contacts', { id: '2', properties: {} });
  await app.send('PUT', '/contacts', { contacts: [{ crmId: '1', title: 'Warm' }] });

  for (const [problem, words] of problems) {
    crm.failNext('update', () => [{ problem }, { record: { id: '2', properties: {} } }]);
    const { body } = await app.send('PUT', '/contacts', {
      contacts: ['1', '2'].map((crmId) => ({ crmId, title: `New ${problem.kind}` })),
    });

    expect(body.results[0].error.startsWith(words), `${body.results[0].error}`).toBe(true);
    expect(body.results[0].error.length).toBeLessThan(250);
    expect(body.results[1]).toMatchObject({ success: true });
  }
});

test.each([
  [
    new CrmRejectedError('HubSpot rejected the access token', { status: 401 }),
    502,
    'Ask your administrator: HubSpot rejected the access token',
  ],
  [new CrmUnavailableError('HubSpot returned status 502'), 503, 'Try again later: HubSpot returned status 502'],
  [new DeadlineError('The request timed out'), 504, 'Try again, with fewer records at once: The request timed out'],
])('the error of a whole request says first what to do: %s', async (error, status, message) => {
  const crm = fakeCrm();
  crm.failAlways('readByIds', error);
  const app = await startApp(crm);

  const answer = await app.send('GET', '/tasks/1');

  expect([answer.status, answer.body.message]).toEqual([status, message]);
});

test('the error for a contact without a name or address says what to add, in plain words', async () => {
  const { send } = await startBridgeOn(await startCrm());

  const { body } = await send('POST', '/contacts', { contacts: [{ externalId: 'a', title: 'Head of Sales' }] });

  expect(body.errors).toEqual([
    {
      externalId: 'a',
      error:
        'Add an email address, a first name, or a last name and export again: the CRM requires at least one of them',
    },
  ]);
});

test('the error for a record that HubSpot does not have, named by an activity, a task or an association, first says what to do', async () => {
  const crm = await startCrm();
  const [contactId] = crm.seed({ contacts: [{ properties: { email: 'ada@example.com' } }] }).contacts;
  const { send } = await startBridgeOn(crm);
  const first = 'Sync again to give Enginy the current id: ';

  const activity = await send('POST', '/activities', { type: 'LINKEDIN', body: 'Hello', contactId: '4242' });
  const task = await send('POST', '/tasks', { subject: 'Call', companyId: 4242 });
  const links = await send('POST', '/associations', {
    associations: [
      { contactCRMId: contactId, companyCRMId: '4242' },
      { contactCRMId: 'none', companyCRMId: '4242' },
    ],
  });

  expect(activity.body.message).toBe(`${first}no contact with id 4242 exists in the CRM (contactId)`);
  expect(task.body.message).toBe(`${first}no company with id 4242 exists in the CRM (companyId)`);
  expect(links.body.errors.map(({ error }: { error: string }) => error)).toEqual([
    `${first}HubSpot has no company 4242`,
    `${first}HubSpot has no contact with this id`,
  ]);
});

test('a failed pair is returned in every type in which its ids were sent', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const associations = [
    { contactCRMId: 4242, companyCRMId: '99' },
    { contactCRMId: '4242', companyCRMId: '99' },
    { contactCRMId: 4242, companyCRMId: '99' },
    { contactCRMId: '4242 ', companyCRMId: 99 },
  ];

  const { body } = await send('POST', '/associations', { associations });

  expect(body.errors.map(({ error: _error, ...pair }: { error: string }) => pair)).toEqual([
    associations[0],
    associations[1],
    associations[3],
  ]);
});

const same = 'Merge the companies in Enginy if they are the same';

test('two Enginy companies on one record of the CRM name each other, in the response, the log and the journal', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const companies = [
    { externalId: 'a', name: 'Acme', domain: 'acme.example.com' },
    { externalId: 'b', name: 'Acme Inc', domain: 'www.acme.example.com' },
    { externalId: 3, name: 'Other', domain: 'other.example.com' },
  ];

  const created = await app.send('POST', '/companies', { companies });
  const synced = await app.send('POST', '/companies/sync', { companies });
  const later = await app.send('POST', '/companies', { companies: [{ externalId: 'c', domain: 'acme.example.com' }] });
  const found = await app.send('POST', '/companies/sync', {
    companies: [{ externalId: 'd', domain: 'acme.example.com' }],
  });
  const own = await app.send('POST', '/companies/sync', { companies: [companies[0]] });
  const again = await app.send('POST', '/companies', { companies: [companies[0]] });

  const id = created.body.results[0].crmId;
  const expected = [[`${same}: b has record ${id} too`], [`${same}: a has record ${id} too`], undefined];
  const warningsIn = ({ body }: { body: { results: { warnings?: string[] }[] } }) =>
    body.results.map(({ warnings }) => warnings?.filter((warning) => warning.startsWith(same)));
  expect(created.body.results.map(({ crmId }: { crmId: string }) => crmId === id)).toEqual([true, true, false]);
  expect(warningsIn(created)).toEqual(expected);
  expect(warningsIn(synced)).toEqual(expected);
  expect(warningsIn(later)).toEqual([[`${same}: another one already has record ${id}`]]);
  expect(warningsIn(found)).toEqual([[`${same}: another one already has record ${id}`]]);
  expect(warningsIn(own)).toEqual([undefined]);
  expect(warningsIn(again)).toEqual([undefined]);
  expect(app.log.entries.filter(({ route, warned }) => route === '/companies' && warned !== 0)).toMatchObject([
    { warned: 2, shared: 2 },
    { warned: 1 },
  ]);
  expect(app.log.entries.find(({ route }) => route === '/companies/sync')).toMatchObject({ shared: 2 });
});

test('many companies on one record are counted after the first three', async () => {
  const app = await startApp(fakeCrm());
  const companies = Array.from({ length: 8 }, (_unused, n) => ({ externalId: `e${n}`, domain: 'acme.example.com' }));

  const { body } = await app.send('POST', '/companies', { companies });

  expect(body.results[7].warnings.at(-1)).toMatch(/: e0, e1, e2, 4 more have record \d+ too$/);
});

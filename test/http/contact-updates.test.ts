import { expect, test } from 'vitest';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

test('updates contacts and returns a result for each, with the reason for a missing one', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { email: 'ada@example.com', jobtitle: 'Old' } });
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/contacts', {
    contacts: [
      { crmId: '7', title: 'Countess' },
      { crmId: '404', title: 'Ghost' },
    ],
  });

  expect(answer.status).toBe(200);
  expect(answer.body.results).toEqual([
    { crmId: '7', success: true, properties: { email: 'ada@example.com' } },
    {
      crmId: '404',
      success: false,
      error: 'Sync again to give Enginy the current id: No contact with id 404 exists in the CRM',
    },
  ]);
  expect(crm.records.get('contacts')?.get('7')?.properties.jobtitle).toBe('Countess');
});

test('writes two updates of one contact as one and returns a result for both', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: {} });
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/contacts', {
    contacts: [
      { crmId: '7', firstName: 'Augusta', city: 'London' },
      { crmId: '7', firstName: 'Ada' },
    ],
  });

  expect(answer.body.results).toEqual([
    { crmId: '7', success: true },
    { crmId: '7', success: true },
  ]);
  expect(crm.calls.filter(({ method }) => method === 'update')).toEqual([expect.objectContaining({ count: 1 })]);
  expect(crm.records.get('contacts')?.get('7')?.properties).toMatchObject({ firstname: 'Ada', city: 'London' });
});

test('of two leads that one request writes to one contact, the first id stays, and a replaced email is reported', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: {} });
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/contacts', {
    contacts: [
      { crmId: '7', externalId: 'lead-1', email: 'alice@acme.com', mobilePhone: '+14155550143' },
      { crmId: '7', externalId: 'lead-2', email: 'zed@acme.com', mobilePhone: '+14155550144' },
    ],
  });

  const warnings = ['email → email replaced another value'];
  expect(answer.body.results).toMatchObject([
    { crmId: '7', success: true, warnings },
    { crmId: '7', success: true, warnings },
  ]);
  expect(crm.records.get('contacts')?.get('7')?.properties).toMatchObject({
    email: 'zed@acme.com',
    enginy_external_id: 'lead-1',
    mobilephone: '+14155550143',
  });
});

test('never reports success for a missing contact, even if there is nothing to write', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/contacts', { contacts: [{ crmId: '404' }] });

  expect(answer.body.results[0]).toMatchObject({ crmId: '404', success: false });
});

test('drops an email that another record holds, and writes the rest of the update', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { email: 'ada@example.com' } });
  crm.put('contacts', { id: '8', properties: { email: 'grace@example.com' } });
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/contacts', {
    contacts: [{ crmId: '8', email: 'ada@example.com', title: 'Admiral' }],
  });

  expect(answer.body.results).toEqual([
    {
      crmId: '8',
      success: true,
      properties: { email: 'grace@example.com' },
      warnings: ['email → email was skipped: record 7 already has this value'],
    },
  ]);
  expect(crm.records.get('contacts')?.get('8')?.properties).toMatchObject({
    email: 'grace@example.com',
    jobtitle: 'Admiral',
  });
});

test('an empty value from Enginy does not erase what the CRM holds', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { firstname: 'Ada', city: 'London' } });
  const app = await startApp(crm);

  await app.send('PUT', '/contacts', { contacts: [{ crmId: '7', firstName: '', city: null, lastName: 'Lovelace' }] });

  expect(crm.records.get('contacts')?.get('7')?.properties).toEqual({
    firstname: 'Ada',
    city: 'London',
    lastname: 'Lovelace',
  });
});

test("a record that the CRM's response omits is an error of that record", async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: {} });
  crm.failNext('update', () => []);
  const app = await startApp(crm);

  const answer = await app.send('PUT', '/contacts', { contacts: [{ crmId: '7', title: 'Countess' }] });

  expect(answer.body.results).toEqual([{ crmId: '7', success: false, error: expect.any(String) }]);
});

test('single updates that arrive together share batch calls, and each gets its own answer', async () => {
  const crm = fakeCrm();
  for (let id = 0; id < 100; id += 1) crm.put('contacts', { id: String(id), properties: {} });
  const app = await startApp(crm);

  const answers = await Promise.all(
    Array.from({ length: 101 }, (_unused, id) =>
      app.send('PUT', '/contacts', { contacts: [{ crmId: String(id), title: `Title ${id}` }] }),
    ),
  );

  expect(answers.slice(0, 100).map(({ body }) => body.results)).toEqual(
    Array.from({ length: 100 }, (_unused, id) => [{ crmId: String(id), success: true }]),
  );
  expect(answers[100]?.body.results[0]).toMatchObject({ crmId: '100', success: false });
  expect(crm.records.get('contacts')?.get('42')?.properties.jobtitle).toBe('Title 42');
  expect(crm.calls.filter(({ method }) => method === 'update').length).toBeLessThan(101);
});

test('drops a conflicting unique value that does not identify a contact, and links no record', async () => {
  const names = ['email', 'hs_additional_emails', 'firstname', 'enginy_external_id'].map((name) => ({ name }));
  const unique = { name: 'customer_number', isUnique: true };
  const crm = fakeCrm({ properties: { contacts: [...names, unique] } });
  crm.put('contacts', { id: '7', properties: { customer_number: 'C-1', firstname: 'Somebody else' } });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', {
    contacts: [{ externalId: 'lead-1', firstName: 'Ada', customer_number: 'C-1' }],
  });

  const [result] = answer.body.results;
  expect(result.crmId).not.toBe('7');
  expect(result.warnings).toEqual([expect.stringContaining('record 7 already has this value')]);
  expect(crm.records.get('contacts')?.get('7')?.properties.firstname).toBe('Somebody else');
});

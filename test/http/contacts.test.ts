import { expect, test } from 'vitest';
import type { WriteOutcome } from '../../src/crm/crm.ts';
import { CrmUnavailableError } from '../../src/errors.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';

const ada = { externalId: 'lead-1', email: 'Ada@Example.com', firstName: 'Ada', lastName: 'Lovelace' };
const grace = { externalId: 'lead-2', email: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' };

test('creates contacts and answers 201 with an id for each, in order', async () => {
  const app = await startApp(fakeCrm());

  const answer = await app.send('POST', '/contacts', { contacts: [ada, grace] });

  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    results: [
      { externalId: 'lead-1', crmId: expect.any(String) },
      { externalId: 'lead-2', crmId: expect.any(String) },
    ],
  });
});

test('a repeated create returns the same ids and creates nothing', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const first = await app.send('POST', '/contacts', { contacts: [ada, grace] });
  const second = await app.send('POST', '/contacts', { contacts: [ada, grace] });

  expect(second.status).toBe(201);
  expect(second.body).toEqual(first.body);
  expect(crm.records.get('contacts')?.size).toBe(2);
});

test('a repeated create after a restart answers with the same ids', async () => {
  const crm = fakeCrm();
  const first = await (await startApp(crm)).send('POST', '/contacts', { contacts: [ada] });

  const second = await (await startApp(crm)).send('POST', '/contacts', { contacts: [ada] });

  expect(second.body).toEqual(first.body);
});

test('the same create sent twice at once creates one record', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const nameless = { externalId: 'lead-9', firstName: 'Nobody' };

  const answers = await Promise.all([1, 2, 3].map(() => app.send('POST', '/contacts', { contacts: [nameless] })));

  expect(new Set(answers.map(({ body }) => body.results[0].crmId)).size).toBe(1);
  expect(crm.records.get('contacts')?.size).toBe(1);
});

test('links a contact whose email exists: returns its id and updates its fields', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { email: 'ada@example.com', firstname: 'A.' } });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [ada] });

  const warnings = ['linked to record 7 by email; other values were replaced in firstname'];
  expect(answer.body.results).toEqual([{ externalId: 'lead-1', crmId: '7', warnings }]);
  expect(crm.records.get('contacts')?.get('7')?.properties).toMatchObject({
    firstname: 'Ada',
    enginy_external_id: 'lead-1',
  });
});

test('keeps the Enginy id that a linked contact has already', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  await app.send('POST', '/contacts', { contacts: [ada] });

  const answer = await app.send('POST', '/contacts', { contacts: [{ ...ada, externalId: 'other-lead' }] });

  const [record] = crm.records.get('contacts')?.values() ?? [];
  expect(answer.body.results[0].crmId).toBe(record?.id);
  expect(record?.properties.enginy_external_id).toBe('lead-1');
});

test('the same record twice in one request is written once and answered twice', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', {
    contacts: [ada, { ...ada, title: 'Countess' }, { externalId: 'lead-3', email: 'ADA@example.com' }],
  });

  const ids = answer.body.results.map(({ crmId }: { crmId: string }) => crmId);
  expect(new Set(ids).size).toBe(1);
  expect(ids).toHaveLength(3);
  expect(crm.records.get('contacts')?.size).toBe(1);
  expect(crm.records.get('contacts')?.get(ids[0])?.properties.jobtitle).toBe('Countess');
});

test('one rejected record keeps its place in errors and does not fail the others', async () => {
  const crm = fakeCrm();
  crm.failNext('create', (carryOut) => {
    const [, ...rest] = carryOut() as WriteOutcome[];
    return [{ problem: { kind: 'invalid', message: 'a rule of the portal', properties: [] } }, ...rest];
  });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [ada, grace] });

  expect(answer.status).toBe(201);
  expect(answer.body.results).toEqual([{ externalId: 'lead-2', crmId: expect.any(String) }]);
  expect(answer.body.errors).toEqual([
    { externalId: 'lead-1', error: expect.stringContaining('a rule of the portal') },
  ]);
});

test('a value that the CRM rejects is dropped, with a warning that names field and property', async () => {
  const crm = fakeCrm();
  crm.failNext('create', () => [
    {
      problem: {
        kind: 'invalid',
        message: 'invalid',
        properties: [{ name: 'jobtitle', code: 'INVALID_OPTION', reason: 'not an option' }],
      },
    },
  ]);
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [{ ...ada, title: 'Countess' }] });

  const [result] = answer.body.results;
  expect(result.warnings).toEqual(['title → jobtitle was skipped: not an option (INVALID_OPTION)']);
  expect(crm.records.get('contacts')?.get(result.crmId)?.properties).not.toHaveProperty('jobtitle');
});

test('a create that succeeded but was answered with an error is found, not repeated', async () => {
  const crm = fakeCrm();
  crm.failNext('create', (carryOut) =>
    (carryOut() as WriteOutcome[]).map(() => ({ problem: { kind: 'ambiguous', message: '502' } })),
  );
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [{ externalId: 'lead-5', firstName: 'Mary' }] });

  expect(answer.body.results).toHaveLength(1);
  expect(crm.records.get('contacts')?.size).toBe(1);
});

test('reports a create as unconfirmed when HubSpot never answers', async () => {
  const crm = fakeCrm({ forbidsNewProperties: true });
  crm.failNext('create', () => [{ problem: { kind: 'ambiguous', message: 'no answer in time' } }]);
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts', { contacts: [{ externalId: 'lead-5', firstName: 'Mary' }] });

  expect(answer.body.results).toEqual([]);
  expect(answer.body.errors[0].error).toContain('did not confirm whether the write succeeded');
});

test('where the portal forbids the identity property, memory recognizes a repeated create, which is logged once', async () => {
  const crm = fakeCrm({ forbidsNewProperties: true });
  const app = await startApp(crm);
  const nameless = { externalId: 'lead-9', firstName: 'Nobody' };

  const first = await app.send('POST', '/contacts', { contacts: [nameless] });
  const second = await app.send('POST', '/contacts', { contacts: [nameless] });

  expect(second.body).toEqual(first.body);
  expect(app.log.entries.filter(({ msg }) => msg.includes('until the next restart'))).toHaveLength(1);
});

test('syncs by email regardless of case, and omits contacts that do not exist', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { email: 'ada@example.com' } });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts/sync', {
    contacts: [grace, { ...ada, email: ' ADA@EXAMPLE.COM ' }],
  });

  expect(answer.status).toBe(200);
  expect(answer.body.results.map(({ externalId, crmId }: Record<string, string>) => [externalId, crmId])).toEqual([
    ['lead-1', '7'],
  ]);
  expect(answer.body).not.toHaveProperty('errors');
});

test('syncs by another spelling of the LinkedIn URL', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '8', properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada-lovelace/' } });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'lead-1', linkedinUrl: 'http://linkedin.com/in/Ada-Lovelace?trk=x' }],
  });

  expect(answer.body.results[0]).toMatchObject({ externalId: 'lead-1', crmId: '8' });
});

test('reports a contact that several records match in errors, with their ids', async () => {
  const crm = fakeCrm();
  for (const id of ['8', '9']) {
    crm.put('contacts', { id, properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada-lovelace' } });
  }
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'lead-1', linkedinUrl: 'https://linkedin.com/in/ada-lovelace' }, grace],
  });

  expect(answer.body.results).toEqual([]);
  expect(answer.body.errors).toEqual([
    { externalId: 'lead-1', error: 'Merge these duplicates in the CRM: 2 contacts match by linkedinUrl: 8, 9' },
  ]);
});

test('finds at once what it has just created, although search does not know it yet', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const lead = { externalId: 'lead-4', firstName: 'Mary', linkedinUrl: 'https://www.linkedin.com/in/mary-somerville' };
  const created = await app.send('POST', '/contacts', { contacts: [lead] });
  crm.failNext('search', () => ({ candidates: [], failed: new Map() }));

  const answer = await app.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'another-lead', linkedinUrl: 'linkedin.com/in/mary-somerville/' }],
  });

  expect(answer.body.results[0].crmId).toBe(created.body.results[0].crmId);
});

test('does not return a remembered record that was deleted meanwhile', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);
  const lead = { externalId: 'lead-4', firstName: 'Mary', linkedinUrl: 'https://www.linkedin.com/in/mary-somerville' };
  await app.send('POST', '/contacts', { contacts: [lead] });
  crm.records.get('contacts')?.clear();

  const answer = await app.send('POST', '/contacts/sync', { contacts: [lead] });

  expect(answer.body).toEqual({ results: [] });
});

test('reports a record whose lookup failed in errors, never as not found', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '7', properties: { email: 'ada@example.com' } });
  crm.failAlways('search', new CrmUnavailableError('HubSpot is limited'));
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts/sync', {
    contacts: [ada, { externalId: 'lead-6', linkedinUrl: 'https://www.linkedin.com/in/nobody' }],
  });

  expect(answer.status).toBe(200);
  expect(answer.body.results).toHaveLength(1);
  expect(answer.body.errors).toEqual([{ externalId: 'lead-6', error: expect.stringContaining('HubSpot is limited') }]);
});

test('updates contacts and answers each, a missing one with the reason', async () => {
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
      error: 'Sync again, so that Enginy learns the current id: No contact with id 404 exists in the CRM',
    },
  ]);
  expect(crm.records.get('contacts')?.get('7')?.properties.jobtitle).toBe('Countess');
});

test('writes two updates of one contact as one and answers both', async () => {
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

test('answers an empty list with an empty list, without a call', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  const sync = await app.send('POST', '/contacts/sync', { contacts: [] });
  const update = await app.send('PUT', '/contacts', { contacts: [] });

  expect([sync.status, sync.body]).toEqual([200, { results: [] }]);
  expect([update.status, update.body]).toEqual([200, { results: [] }]);
  expect(crm.calls).toEqual([]);
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

test('continues lookups after the response that a request could not finish in time', async () => {
  const crm = fakeCrm();
  crm.put('contacts', { id: '8', properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada-lovelace' } });
  crm.failNext('search', () => ({
    candidates: [],
    failed: new Map([['https://www.linkedin.com/in/ada-lovelace', { kind: 'late', message: 'too late' }]]),
  }));
  const app = await startApp(crm);
  // More than ten records are a job, which trusts what its own lookups found a moment ago.
  const body = {
    contacts: Array.from({ length: 11 }, (_unused, n) => ({
      externalId: `a${n}`,
      linkedinUrl: 'https://www.linkedin.com/in/ada-lovelace',
    })),
  };

  const first = await app.send('POST', '/contacts/sync', body);
  await expect.poll(() => app.log.entries.some(({ msg }) => msg === 'lookups after the answer are done')).toBe(true);
  crm.failAlways('search', new CrmUnavailableError('search must not be needed any more'));
  const second = await app.send('POST', '/contacts/sync', body);

  expect(first.status).toBe(504);
  expect(second.body.results[0].crmId).toBe('8');
});

test('keeps answers with their records when a large request is matched in slices', async () => {
  const crm = fakeCrm();
  for (let id = 0; id < 3_500; id += 7)
    crm.put('contacts', { id: String(id), properties: { email: `p${id}@example.com` } });
  const app = await startApp(crm);

  const answer = await app.send('POST', '/contacts/sync', {
    contacts: Array.from({ length: 3_500 }, (_unused, n) => ({ externalId: `lead-${n}`, email: `P${n}@example.com` })),
  });

  expect(answer.body.results.map(({ externalId, crmId }: Record<string, string>) => [externalId, crmId])).toEqual(
    Array.from({ length: 500 }, (_unused, n) => [`lead-${n * 7}`, String(n * 7)]),
  );
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

test('an empty value in the second copy of a record removes nothing from the first', async () => {
  const crm = fakeCrm();
  const app = await startApp(crm);

  await app.send('POST', '/contacts', {
    contacts: [ada, { externalId: 'lead-1', email: '', firstName: null, title: 'Countess' }],
  });

  const [record] = crm.records.get('contacts')?.values() ?? [];
  expect(record?.properties).toMatchObject({ email: 'ada@example.com', firstname: 'Ada', jobtitle: 'Countess' });
});

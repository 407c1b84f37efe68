import { expect, test } from 'vitest';
import { CrmUnavailableError } from '../../src/errors.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';
import { ada, grace } from './two-leads.ts';

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

test.each([
  ['oldest', '9'],
  ['newest', '10'],
] as const)('of records without a creation date, the %s is the one whose number says so', async (which, id) => {
  const crm = fakeCrm();
  for (const held of ['10', '9']) {
    crm.put('contacts', { id: held, properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada-lovelace' } });
  }
  const shipped = loadMappings('mappings/hubspot', {});
  if (shipped.contacts === undefined) throw new Error('there is no mapping file for contacts');
  const { contacts } = shipped;
  const mappings = { ...shipped, contacts: { ...contacts, match: { ...contacts.match, if_several: which } } };
  const app = await startApp(crm, { deps: { mappings: () => mappings } });

  const answer = await app.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'lead-1', linkedinUrl: 'https://linkedin.com/in/ada-lovelace' }],
  });

  expect(answer.body.results).toMatchObject([{ externalId: 'lead-1', crmId: id }]);
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
  await expect.poll(() => app.log.entries.some(({ msg }) => msg === 'lookups after the response are done')).toBe(true);
  crm.failAlways('search', new CrmUnavailableError('search must not be needed any more'));
  const second = await app.send('POST', '/contacts/sync', body);

  expect(first.status).toBe(504);
  expect(second.body.results[0].crmId).toBe('8');
});

test('keeps results with their records when a large request is matched in slices', async () => {
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

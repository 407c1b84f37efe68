import { expect, test } from 'vitest';
import { refusalOf, startPortal, toCreate } from './portal.ts';

test.each([
  ['https://www.Acme.example.com/about?x=1', 'acme.example.com'],
  ['WWW.acme.example.com', 'acme.example.com'],
  ['acme.example.com:443/', 'acme.example.com'],
])('keeps the domain %s as %s and fills the website from it', async (domain, kept) => {
  const { client } = await startPortal();

  const company = await client.crm.companies.basicApi.create({
    properties: { name: 'Acme', domain },
    associations: [],
  });

  expect(company.properties).toMatchObject({
    domain: kept,
    website: kept,
    lifecyclestage: 'lead',
    hs_task_label: 'Acme',
  });
  expect(company.properties).not.toHaveProperty('lastmodifieddate');
});

test('creates a duplicate at every repeated create, since no company property is unique', async () => {
  const { client, sandbox } = await startPortal();
  const input = toCreate({ name: 'Acme', domain: 'acme.example.com' });

  await client.crm.companies.batchApi.create({ inputs: [input, input] });
  const definitions = await client.crm.properties.coreApi.getAll('companies');

  expect(sandbox.records('companies')).toHaveLength(2);
  expect(definitions.results.filter(({ hasUniqueValue }) => hasUniqueValue)).toEqual([]);
});

test('returns the default properties of companies', async () => {
  const { client, sandbox } = await startPortal();
  const { companies } = sandbox.seed({ companies: [{ properties: { name: 'Acme' } }] });

  const read = await client.crm.companies.basicApi.getById(companies[0] ?? '');

  expect(Object.keys(read.properties)).toEqual(['createdate', 'domain', 'hs_lastmodifieddate', 'hs_object_id', 'name']);
});

test('accepts additional domains and finds a company by them', async () => {
  const { client } = await startPortal();
  const { id } = await client.crm.companies.basicApi.create({
    properties: {
      name: 'Acme',
      domain: 'acme.example.com',
      hs_additional_domains: 'acme.example.net;acme.example.org',
    },
    associations: [],
  });

  const filters = [{ propertyName: 'hs_additional_domains', operator: 'CONTAINS_TOKEN', value: 'acme.example.org' }];
  const found = await client.crm.companies.searchApi.doSearch({ filterGroups: [{ filters }] } as never);

  expect(found.results.map((company) => company.id)).toEqual([id]);
});

test('refuses a type that is not an option and a company page is free text', async () => {
  const { client } = await startPortal();

  const refusal = await refusalOf(
    client.crm.companies.basicApi.create({ properties: { name: 'Acme', type: 'Partner' }, associations: [] }),
  );
  const company = await client.crm.companies.basicApi.create({
    properties: {
      name: 'Acme',
      type: 'PARTNER',
      founded_year: '2009',
      linkedin_company_page: 'linkedin.com/company/acme',
    },
    associations: [],
  });

  expect(refusal.body.errors?.[0]?.code).toBe('INVALID_OPTION');
  expect(company.properties).toMatchObject({ type: 'PARTNER', founded_year: '2009' });
});

test('creates companies from the addresses of new contacts, once per domain and never for mail providers', async () => {
  const { client, sandbox } = await startPortal({ switches: { companiesFromEmailDomains: 'on' } });

  await client.crm.contacts.batchApi.create({
    inputs: ['a@acme.example.com', 'b@acme.example.com', 'c@gmail.com'].map((email) => toCreate({ email })),
  });

  const companies = sandbox.records('companies');
  expect(companies).toMatchObject([
    { properties: { domain: 'acme.example.com', hs_object_source_label: 'CRM_SETTING' } },
  ]);
  expect(sandbox.linked('companies', companies[0]?.id ?? '', 'contacts')).toHaveLength(2);
});

test('creates no companies from contacts by default', async () => {
  const { client, sandbox } = await startPortal();

  await client.crm.contacts.basicApi.create({ properties: { email: 'a@acme.example.com' }, associations: [] });

  expect(sandbox.records('companies')).toEqual([]);
});

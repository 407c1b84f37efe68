import { expect, test } from 'vitest';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const acme = {
  externalId: 'account-1',
  name: 'Acme, Inc.',
  domain: 'https://www.Acme.example.com/about',
  linkedinUrl: 'https://www.linkedin.com/company/Acme-Example/',
  numberOfEmployees: 250,
  foundedYear: 1999,
  revenue: '$5.2M',
  description: 'Makes things',
  ownerId: '61',
};

test('creates a company with every field in the form that HubSpot expects', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/companies', { companies: [acme] });

  expect([answer.status, answer.body]).toEqual([
    201,
    { results: [{ externalId: 'account-1', crmId: expect.any(String) }] },
  ]);
  expect(crm.records('companies').at(-1)?.properties).toMatchObject({
    enginy_external_id: 'account-1',
    name: 'Acme, Inc.',
    domain: 'acme.example.com',
    linkedin_company_page: 'https://www.linkedin.com/company/acme-example',
    numberofemployees: '250',
    founded_year: '1999',
    annualrevenue: '5200000',
    hubspot_owner_id: '61',
  });
});

test.each([
  ['domain, however it is written', { domain: 'HTTP://acme.example.com' }],
  ['another domain of the company', { domain: 'acme-group.example.org' }],
  ['LinkedIn page', { linkedinUrl: 'linkedin.com/company/ACME-example?trk=x' }],
  ['name, without its legal form and punctuation', { name: 'ACME' }],
  ["Enginy's id", { externalId: 'account-1' }],
])('finds a company by its %s', async (_by, fields) => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const { crmId } = (await bridge.send('POST', '/companies', { companies: [acme] })).body.results[0];
  await addDomain(crm, crmId, 'acme-group.example.org');

  const answer = await bridge.send('POST', '/companies/sync', {
    companies: [
      { externalId: 'other', ...fields },
      { externalId: 'nobody', name: 'Nobody knows us', domain: 'nobody.example.net' },
    ],
  });

  expect(answer.status).toBe(200);
  expect(answer.body.results.map((result: { crmId: string }) => result.crmId)).toEqual([crmId]);
  expect(answer.body).not.toHaveProperty('errors');
});

test('a free-mail domain does not identify a company', async () => {
  const { crm } = await startSeededCrm();
  crm.seed({ companies: [{ properties: { name: 'A shop', domain: 'gmail.com' } }] });
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/companies/sync', {
    companies: [{ externalId: 'a', domain: 'gmail.com' }],
  });

  expect(answer.body).toEqual({ results: [] });
});

test('a repeated create creates no second company, at once, later, or after a restart', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const before = crm.records('companies').length;

  const together = await Promise.all([1, 2].map(() => bridge.send('POST', '/companies', { companies: [acme] })));
  const restarted = await (await startBridgeOn(crm)).send('POST', '/companies', { companies: [acme] });

  expect(new Set([...together, restarted].map(({ body }) => body.results[0].crmId)).size).toBe(1);
  expect(crm.records('companies').length - before).toBe(1);
});

test('updates what was sent and leaves the rest; unknown ids fail alone', async () => {
  const { crm, engines } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('PUT', '/companies', {
    companies: [
      { crmId: engines, employeeCount: 12, name: '' },
      { crmId: '424242', name: 'Nobody' },
    ],
  });

  expect(answer.status).toBe(200);
  expect(answer.body.results).toMatchObject([
    { crmId: engines, success: true },
    {
      crmId: '424242',
      success: false,
      error: 'Sync again to give Enginy the current id: No company with id 424242 exists in the CRM',
    },
  ]);
  expect(crm.records('companies')[0]?.properties).toMatchObject({
    numberofemployees: '12',
    name: 'Analytical Engines',
  });
});

test.each(['contacts', 'companies'] as const)(
  'an owner that HubSpot rejects is dropped from %s, with a warning',
  async (kind) => {
    const { crm } = await startSeededCrm();
    const bridge = await startBridgeOn(crm);

    const answer = await bridge.send('POST', `/${kind}`, {
      [kind]: [{ externalId: 'a', email: 'new@example.com', name: 'New', ownerId: '64' }],
    });

    expect(answer.body.results).toHaveLength(1);
    expect(answer.body.results[0].warnings).toContainEqual(
      expect.stringMatching(/^ownerId → hubspot_owner_id was skipped/),
    );
  },
);

async function addDomain(crm: { url: string; token: string }, id: string, domain: string): Promise<void> {
  const response = await fetch(`${crm.url}/crm/v3/objects/companies/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ properties: { hs_additional_domains: domain } }),
  });
  expect(response.status).toBe(200);
}

test('a name with punctuation or accents finds the company that is stored with a legal form', async () => {
  const pairs = [
    ['Müller & Söhne GmbH', 'MÜLLER & SÖHNE'],
    ['Smith & Sons Ltd', 'Smith & Sons'],
    ["L'Oréal S.A.", "L'Oréal"],
    ['AT&T Inc.', 'AT&T'],
    ['Coca-Cola Ltd', 'Coca-Cola Inc'],
    ['Straße AG', 'Straße'],
  ] as const;
  const crm = await startCrm();
  const { companies } = crm.seed({ companies: pairs.map(([name]) => ({ properties: { name } })) });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies/sync', {
    companies: pairs.map(([, name], index) => ({ externalId: `${index}`, name })),
  });

  expect(body.results.map(({ crmId }: { crmId: string }) => crmId)).toEqual(companies);
});

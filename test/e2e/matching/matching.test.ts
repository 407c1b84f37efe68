import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SeedData } from '../../../sandbox/sandbox.ts';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

const rows: SeedData = {
  contacts: [
    {
      properties: {
        email: 'ada@engines.example.com',
        hs_additional_emails: 'ada.l@home.example.org;countess@home.example.org',
        firstname: 'Ada',
        lastname: 'Lovelace',
        company: 'Analytical Engines Ltd.',
        phone: '+34 912 34 56 78',
        hs_linkedin_url: 'https://www.linkedin.com/in/ada-lovelace-example/',
      },
    },
    { properties: { email: 'byron@engines.example.com', firstname: 'George', lastname: 'Lovelace', company: 'Poems' } },
  ],
  companies: [
    { properties: { name: 'Analytical Engines', domain: 'engines-example.com' } },
    { properties: { name: 'Difference', domain: 'difference.example.org' } },
  ],
};

/** The bridge on a copy of the shipped mapping files with the rules of one of them replaced. */
async function startWith(kind: 'contacts' | 'companies', match: string, environment: Record<string, string> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'mappings-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  cpSync('mappings/hubspot', dir, { recursive: true });
  const file = join(dir, `${kind}.yaml`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^match:[\s\S]*?(?=^write:)/m, `${match}\n`));
  const crm = await startCrm();
  const ids = crm.seed(rows);
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: dir, ...environment });
  const sync = async (record: object) =>
    (await bridge.send('POST', `/${kind}/sync`, { [kind]: [{ externalId: 'x', ...record }] })).body;
  return { crm, ids, bridge, sync };
}

test.each([
  ['a secondary email in capitals', { email: 'COUNTESS@home.example.org' }],
  ['a LinkedIn URL in another spelling', { linkedinUrl: 'http://es.linkedin.com/in/Ada-Lovelace-Example?trk=x' }],
  ['a phone number without its prefix', { phone: '912 345 678' }],
  ['the phone number as a mobile one', { mobilePhone: '0034 912345678' }],
])('the shipped rules find a contact by %s', async (_by, record) => {
  const crm = await startCrm();
  const { contacts } = crm.seed(rows);
  const bridge = await startBridgeOn(crm, { DEFAULT_COUNTRY: 'ES' });

  const answer = await bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'x', ...record }] });

  expect(answer.body.results.map(({ crmId }: { crmId: string }) => crmId)).toEqual([contacts[0]]);
});

const fullName = `match:
  rules:
    - all:
        - { enginy: firstName, crm: firstname, transform: [fold] }
        - { enginy: lastName,  crm: lastname,  transform: [fold] }
        - { enginy: company,   crm: company,   transform: [company_name] }
      search_by: lastname`;

test('matches by first name, last name and company together, not by two of them', async () => {
  const { ids, sync } = await startWith('contacts', fullName);

  const all = await sync({ firstName: 'ADA', lastName: 'Lovelace', company: 'Analytical Engines' });
  const otherCompany = await sync({ firstName: 'Ada', lastName: 'Lovelace', company: 'Poems' });
  const incomplete = await sync({ firstName: 'Ada', lastName: 'Lovelace' });

  expect(all.results).toMatchObject([{ crmId: ids.contacts[0] }]);
  expect([otherCompany, incomplete]).toEqual([{ results: [] }, { results: [] }]);
});

const emailAndCompany = `match:
  rules:
    - all:
        - { enginy: email,   crm: email,   transform: [email] }
        - { enginy: company, crm: company, transform: [company_name] }`;

test('email and company together', async () => {
  const { ids, sync } = await startWith('contacts', emailAndCompany);

  const both = await sync({ email: 'Ada@engines.example.com', company: 'ANALYTICAL ENGINES' });
  const other = await sync({ email: 'Ada@engines.example.com', company: 'Poems' });

  expect(both.results).toMatchObject([{ crmId: ids.contacts[0] }]);
  expect(other).toEqual({ results: [] });
});

test('any domain extension', async () => {
  const rule = 'match: { rules: [{ enginy: domain, crm: domain, transform: [domain_name] }] }';
  const { ids, sync } = await startWith('companies', rule);

  const spanish = await sync({ domain: 'www.engines-example.es' });
  const other = await sync({ domain: 'engine-example.com' });

  expect(spanish.results).toMatchObject([{ crmId: ids.companies[0] }]);
  expect(other).toEqual({ results: [] });
});

const domainAndName = `match:
  rules:
    - all:
        - { enginy: name,   crm: name,   transform: [company_name] }
        - { enginy: domain, crm: domain, transform: [domain] }
      search_by: domain`;

test('domain and name together', async () => {
  const { ids, sync } = await startWith('companies', domainAndName);

  const both = await sync({ domain: 'https://difference.example.org', name: 'Difference GmbH' });
  const other = await sync({ domain: 'https://difference.example.org', name: 'Sameness' });

  expect(both.results).toMatchObject([{ crmId: ids.companies[1] }]);
  expect(other).toEqual({ results: [] });
});

test.each([
  ['error', undefined],
  ['oldest', 0],
  ['newest', 1],
] as const)('decides between two holders of one name by if_several: %s', async (choice, position) => {
  const rule = `match: { rules: [{ enginy: name, crm: name, transform: [company_name] }], if_several: ${choice} }`;
  const { crm, sync } = await startWith('companies', rule);
  const now = new Date(crm.now).toISOString();
  const { companies } = crm.seed({
    companies: [
      { properties: { name: 'Twins Inc.' }, createdAt: '2026-01-01T00:00:00Z', updatedAt: now },
      { properties: { name: 'Twins' }, createdAt: '2026-02-01T00:00:00Z', updatedAt: now },
    ],
  });

  const answer = await sync({ name: 'TWINS' });

  if (position === undefined) {
    expect(answer.results).toEqual([]);
    expect(answer.errors).toEqual([{ externalId: 'x', error: expect.stringContaining('2 companies match') }]);
    for (const id of companies) expect(answer.errors[0].error).toContain(id);
  } else expect(answer.results).toMatchObject([{ crmId: companies[position] }]);
});

test('the debug log says by which rule a record was matched', async () => {
  const crm = await startCrm();
  const { contacts } = crm.seed(rows);
  const bridge = await startBridgeOn(crm);

  await bridge.send('POST', '/contacts/sync', {
    contacts: [{ externalId: 'x', linkedinUrl: 'linkedin.com/in/ada-lovelace-example' }],
  });

  expect(bridge.log.entries).toContainEqual(
    expect.objectContaining({ level: 'debug', externalId: 'x', rule: 'linkedinUrl', crmId: contacts[0] }),
  );
});

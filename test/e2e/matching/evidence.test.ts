import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

const person = {
  email: 'mary@works.example.com',
  hs_additional_emails: 'mary@home.example.org',
  firstname: 'Mary',
  lastname: 'Somerville López',
  phone: '+34 912 34 56 78',
  hs_linkedin_url: 'https://www.linkedin.com/in/mary-somerville',
};
const phone = '912 345 678';

/** Matches one record against one seeded record. */
async function syncOne(kind: 'contacts' | 'companies', held: Record<string, string>, sent: object) {
  const crm = await startCrm();
  const ids = crm.seed({ [kind]: [{ properties: held }] });
  const bridge = await startBridgeOn(crm, { DEFAULT_COUNTRY: 'ES', LOG_LEVEL: 'info' });
  const { body } = await bridge.send('POST', `/${kind}/sync`, { [kind]: [{ externalId: 'lead', ...sent }] });
  return { id: ids[kind][0], body, log: bridge.log };
}

test.each([
  ['another email', { email: 'ann@works.example.com' }, 'email'],
  ['another email in capitals', { email: 'ANN@WORKS.example.com' }, 'email'],
  ['another LinkedIn profile', { linkedinUrl: 'linkedin.com/in/mary-somerville-2' }, 'linkedinUrl'],
  ['another LinkedIn profile, encoded', { linkedinUrl: 'linkedin.com/in/mar%C3%ADa' }, 'linkedinUrl'],
  ['another last name', { lastName: 'Lovelace' }, 'lastName'],
  ['another last name as part of the full name', { fullName: 'Ada Lovelace' }, 'lastName'],
  ['another last name, abbreviated', { lastName: 'L.' }, 'lastName'],
  ['another email although the last name is the same', { email: 'a@b.example', lastName: 'Somerville' }, 'email'],
  ['several other emails', { email: ['a@b.example', 'c@d.example'] }, 'email'],
])('a phone number does not match a contact with %s', async (_what, sent, differs) => {
  const { id, body, log } = await syncOne('contacts', person, { phone, ...sent });

  expect(body).toEqual({
    results: [],
    notMatched: [{ externalId: 'lead', reasons: [`${id} has the same phone but another ${differs}: not a match`] }],
  });
  expect(log.entries).toContainEqual(
    expect.objectContaining({ level: 'info', externalId: 'lead', crmId: id, rule: 'phone', differs }),
  );
  expect(JSON.stringify(log.entries)).not.toContain('works.example.com');
});

test.each([
  ['nothing else', {}],
  ['the same last name in another case', { lastName: 'SOMERVILLE' }],
  ['one of two last names', { lastName: 'lopez' }],
  ['a first name only', { firstName: 'Ann' }],
  ['a secondary email', { lastName: 'Lopez', email: 'MARY@home.example.org' }],
  [
    'a member id beside a public LinkedIn name',
    { linkedinUrl: 'linkedin.com/in/ACoAABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789' },
  ],
  ['an unreadable email', { email: 'mary at home' }],
  ['a LinkedIn company page, which is no profile', { linkedinUrl: 'linkedin.com/company/mary' }],
  [
    'another email but an equal LinkedIn profile',
    { email: 'm@new.example', linkedinUrl: 'linkedin.com/in/Mary-Somerville/' },
  ],
])('a phone number matches a contact with %s', async (_what, sent) => {
  const { id, body } = await syncOne('contacts', person, { phone, ...sent });

  expect(body.results).toMatchObject([{ crmId: id }]);
  expect(body.notMatched).toBeUndefined();
});

const company = {
  name: 'Delta, Inc.',
  domain: 'delta.example',
  hs_additional_domains: 'delta-air.example;delta.test.example',
  linkedin_company_page: 'https://www.linkedin.com/company/delta-air/',
};

test.each([
  ['another domain', { domain: 'delta-tools.example.org' }, 'domain'],
  ['another domain given as an address', { domain: 'https://www.delta-tools.org/about' }, 'domain'],
  ['another extension of the domain', { domain: 'delta.es' }, 'domain'],
  ['another LinkedIn page', { linkedinUrl: 'linkedin.com/company/delta-tools' }, 'linkedinUrl'],
  ['another domain and another page', { domain: 'x.example', linkedinUrl: 'linkedin.com/company/x' }, 'domain'],
])('a name does not match a company with %s', async (_what, sent, differs) => {
  const { id, body } = await syncOne('companies', company, { name: 'DELTA', ...sent });

  expect(body.results).toEqual([]);
  expect(body.notMatched).toEqual([
    { externalId: 'lead', reasons: [`${id} has the same name but another ${differs}: not a match`] },
  ]);
});

test.each([
  ['nothing else', {}],
  ['an additional domain', { domain: 'delta-air.example' }],
  ['a subdomain', { domain: 'shop.delta.example' }],
  ['the domain of a free email provider', { domain: 'gmail.com' }],
  [
    'another domain but an equal LinkedIn page',
    { domain: 'new.example', linkedinUrl: 'es.linkedin.com/company/Delta-Air?x=1' },
  ],
  ['the number of a LinkedIn page beside its name', { linkedinUrl: 'linkedin.com/company/123456' }],
])('a name matches a company with %s', async (_what, sent) => {
  const { id, body } = await syncOne('companies', company, { name: 'Delta', ...sent });

  expect(body.results).toMatchObject([{ crmId: id }]);
});

test('of several candidates, the one without a difference is the match, and the response names the others', async () => {
  const crm = await startCrm();
  const { companies } = crm.seed({
    companies: [
      { properties: { name: 'Delta', domain: 'delta.example' } },
      { properties: { name: 'Delta GmbH' } },
      { properties: { name: 'Delta', domain: 'delta.example.org' } },
    ],
  });
  const bridge = await startBridgeOn(crm);

  const { body } = await bridge.send('POST', '/companies/sync', {
    companies: [
      { externalId: 'one', name: 'Delta', domain: 'delta.example.net' },
      { externalId: 'two', name: 'Delta' },
    ],
  });

  expect(body.results).toMatchObject([
    {
      externalId: 'one',
      crmId: companies[1],
      warnings: [companies[0], companies[2]].map((id) => `${id} has the same name but another domain: not a match`),
    },
  ]);
  expect(body.errors).toMatchObject([
    { externalId: 'two', error: expect.stringContaining('3 companies match by name') },
  ]);
});

test('a contact that both phone rules find is not matched by either of them', async () => {
  const { body } = await syncOne(
    'contacts',
    { ...person, mobilephone: '+34 600 111 222' },
    {
      phone,
      mobilePhone: '600111222',
      email: 'x@other.example',
    },
  );

  expect(body.notMatched[0].reasons).toHaveLength(2);
});

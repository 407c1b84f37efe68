import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';
import { named, idsIn } from './named-record.ts';

/** Two spellings of one identifying value. */
const same = [
  [
    'contacts',
    'a LinkedIn URL',
    { linkedinUrl: 'https://www.linkedin.com/in/ada-l/' },
    { linkedinUrl: 'es.linkedin.com/in/Ada-L?trk=x' },
  ],
  [
    'contacts',
    'a LinkedIn URL without an email on one side',
    { email: 'a@x.example', linkedinUrl: 'linkedin.com/in/ada-l' },
    { linkedinUrl: 'http://linkedin.com/in/ADA-L/de' },
  ],
  ['contacts', 'an email', { email: 'Ada@X.example' }, { email: 'mailto:ada@x.example' }],
  [
    'contacts',
    'an email, with different profiles',
    { email: 'ada@x.example', linkedinUrl: 'linkedin.com/in/a' },
    { email: 'ADA@x.example', linkedinUrl: 'linkedin.com/in/b' },
  ],
  ['companies', 'a domain', { domain: 'https://www.acme.example/about' }, { domain: 'ACME.example' }],
  ['companies', 'a domain in unicode', { domain: 'müller.example' }, { domain: 'xn--mller-kva.example' }],
  [
    'companies',
    'a LinkedIn page',
    { linkedinUrl: 'linkedin.com/company/acme/about' },
    { linkedinUrl: 'https://www.linkedin.com/company/Acme' },
  ],
  [
    'companies',
    'a domain, with different names',
    { name: 'Acme', domain: 'acme.example' },
    { name: 'Acme Holding', domain: 'www.acme.example' },
  ],
] as const;

test.each(same)('%s with %s in two spellings are one record: in one request', async (kind, _by, one, other) => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  const ids = idsIn(await send('POST', `/${kind}`, { [kind]: [named(kind, 'a', one), named(kind, 'b', other)] }));

  expect(crm.records(kind).map(({ id }) => id)).toEqual([ids[0]]);
  expect(ids).toEqual([ids[0], ids[0]]);
});

test.each(same)(
  '%s with %s in two spellings are one record: in two requests at once',
  async (kind, _by, one, other) => {
    const crm = await startCrm({ indexLagMs: 60_000 });
    const { send } = await startBridgeOn(crm);

    const answers = await Promise.all([
      send('POST', `/${kind}`, { [kind]: [named(kind, 'x', {}), named(kind, 'a', one)] }),
      send('POST', `/${kind}`, { [kind]: [named(kind, 'b', other), named(kind, 'y', {})] }),
    ]);

    expect(crm.records(kind)).toHaveLength(3);
    expect(idsIn(answers[0])[1]).toBe(idsIn(answers[1])[0]);
  },
);

test.each(same)('%s with %s in two spellings are one record: in a later request', async (kind, _by, one, other) => {
  const crm = await startCrm({ indexLagMs: 60_000 });
  const { send } = await startBridgeOn(crm);

  const first = await send('POST', `/${kind}`, { [kind]: [named(kind, 'a', one)] });
  const second = await send('POST', `/${kind}`, { [kind]: [named(kind, 'b', other)] });

  expect(crm.records(kind)).toHaveLength(1);
  expect(idsIn(second)).toEqual(idsIn(first));
});

test.each(same)('%s with %s in two spellings are one record: after a restart', async (kind, _by, one, other) => {
  const crm = await startCrm();
  const first = await (await startBridgeOn(crm)).send('POST', `/${kind}`, { [kind]: [named(kind, 'a', one)] });
  const second = await (await startBridgeOn(crm)).send('POST', `/${kind}`, { [kind]: [named(kind, 'b', other)] });

  expect(crm.records(kind)).toHaveLength(1);
  expect(idsIn(second)).toEqual(idsIn(first));
});

test('many requests that share different values with each other neither wait forever nor create a duplicate', async () => {
  const crm = await startCrm({ indexLagMs: 60_000 });
  const { send } = await startBridgeOn(crm);
  const lead = (n: number) => ({
    externalId: `lead-${n}`,
    firstName: 'Ada',
    email: `person-${n % 5}@x.example`,
    linkedinUrl: `https://www.linkedin.com/in/person-${n % 5}${n % 2 === 0 ? '/' : '?a=b'}`,
  });

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_unused, n) => send('POST', '/contacts', { contacts: [lead(n), lead(n + 3)] })),
  );

  expect(answers.every(({ status, body }) => status === 201 && body.results.length === 2)).toBe(true);
  expect(crm.records('contacts')).toHaveLength(5);
});

test('a create that matches two companies of the CRM is an error with their ids, not a third company', async () => {
  const crm = await startCrm();
  const { companies } = crm.seed({
    companies: [
      { properties: { name: 'A', domain: 'acme.example' } },
      { properties: { name: 'B', domain: 'acme.example' } },
    ],
  });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/companies', {
    companies: [{ externalId: 'a', name: 'A', domain: 'www.acme.example' }],
  });

  expect(body.errors).toEqual([
    {
      externalId: 'a',
      error: `Merge these duplicates in the CRM: 2 companies match by domain: ${companies.join(', ')}`,
    },
  ]);
  expect(crm.records('companies')).toHaveLength(2);
});

test('without the index, creates after a sync that found nothing cost one search in all, and a very large create is searched for as far as permitted', async () => {
  const crm = await startCrm();
  const { send, log } = await startBridgeOn(crm, { LOG_LEVEL: 'info', IDENTITY_INDEX: 'off' });
  const searches = () => crm.log.filter(({ path }) => path.endsWith('/search')).length;
  const leads = Array.from({ length: 20 }, (_unused, n) => ({
    externalId: `lead-${n}`,
    firstName: 'Ada',
    linkedinUrl: `https://www.linkedin.com/in/person-${n}`,
  }));
  await send('POST', '/contacts/sync', { contacts: leads });
  const searched = searches();

  await send('POST', '/contacts', { contacts: leads });
  expect(searches()).toBe(searched + 1);
  const many = Array.from({ length: 200 }, (_unused, n) => ({
    ...leads[0],
    externalId: `n-${n}`,
    linkedinUrl: `linkedin.com/in/a-person-named-${n}`,
  }));
  const { contacts: held } = crm.seed({
    contacts: [5, 159, 160].map((n) => ({ properties: { hs_linkedin_url: `linkedin.com/in/a-person-named-${n}` } })),
  });
  const { body } = await send('POST', '/contacts', { contacts: many });
  expect(searches()).toBe(searched + 21);
  expect([5, 159].map((n) => body.results[n].crmId)).toEqual(held.slice(0, 2));
  expect(crm.records('contacts')).toHaveLength(20 + 200 + 1);
  expect(log.entries).toContainEqual(expect.objectContaining({ level: 'info', keys: 40 }));
  const warned = body.results.filter(({ warnings = [] }: { warnings?: string[] }) =>
    warnings.some((warning) => warning.includes('another record has this linkedinUrl was not checked')),
  );
  expect(warned.map(({ externalId }: { externalId: string }) => externalId)).toEqual(
    many.slice(160).map(({ externalId }) => externalId),
  );
});

test('a hundred companies that were not synced are searched for by domain and page: those of the CRM are linked', async () => {
  const crm = await startCrm();
  const known = Array.from({ length: 100 }, (_unused, n) => ({
    name: `Volt ${n}`,
    domain: `volt-${n}.example`,
    page: `https://www.linkedin.com/company/volt-${n}`,
  }));
  crm.seed({
    companies: known.map(({ name, domain, page }, n) => ({
      properties: n % 2 === 0 ? { name, domain } : { name, linkedin_company_page: page },
    })),
  });
  const { send } = await startBridgeOn(crm);

  const answer = await send('POST', '/companies', {
    companies: known.map(({ page, ...rest }, n) => ({ ...rest, externalId: `account-${n}`, linkedinUrl: page })),
  });

  expect(new Set(idsIn(answer)).size).toBe(100);
  expect(crm.records('companies')).toHaveLength(100);
  expect(crm.log.filter(({ path }) => path.endsWith('/search')).length).toBeLessThanOrEqual(40);
});

test('of several ids of Enginy that join one record, the first is stored', async () => {
  const crm = await startCrm();
  const [id] = crm.seed({ contacts: [{ properties: { hs_linkedin_url: 'linkedin.com/in/ada' } }] }).contacts;
  const { send } = await startBridgeOn(crm);
  const lead = (externalId: string) => named('contacts', externalId, { linkedinUrl: 'linkedin.com/in/ada' });

  const ids = idsIn(await send('POST', '/contacts', { contacts: [lead('first'), lead('second')] }));

  expect(ids).toEqual([id, id]);
  expect(crm.records('contacts')[0]?.properties.enginy_external_id).toBe('first');
});

test('a create that finds its record by the id gives it no profile that another tool gave another one meanwhile', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const ada = named('contacts', 'ada', { email: 'ada@x.example' });
  const [id] = idsIn(await send('POST', '/contacts', { contacts: [ada] }));
  const contacts = [
    { ...ada, linkedinUrl: 'linkedin.com/in/ada' },
    ...Array.from({ length: 10 }, (_unused, n) =>
      named('contacts', `l-${n}`, { linkedinUrl: `linkedin.com/in/l-${n}` }),
    ),
  ];
  await send('POST', '/contacts/sync', { contacts: contacts.map((contact) => ({ ...contact, email: undefined })) });
  crm.seed({ contacts: [{ properties: { hs_linkedin_url: 'https://www.linkedin.com/in/ada/' } }] });

  const { body } = await send('POST', '/contacts', { contacts });

  expect(body.results[0].crmId).toBe(id);
  const holders = crm.records('contacts').filter(({ properties }) => properties.hs_linkedin_url?.includes('/in/ada'));
  expect(holders).toHaveLength(1);
  expect(body.results[0].warnings.join()).toContain('already has this value');
});

test.each([
  'https://www.linkedin.com/in/ada/ https://www.linkedin.com/in/bob/',
  'linkedin.com/in/ada/,linkedin.com/in/bob',
  'https://es.linkedin.com/in/ada?trk=x;https://linkedin.com/in/bob',
  'https://www.linkedin.com/in/ada/\nwww.linkedin.com/in/bob/',
])('of several profiles in one text the first is written, and the text is kept: %j', async (linkedinUrl) => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);

  const { body } = await send('POST', '/contacts', { contacts: [named('contacts', 'a', { linkedinUrl })] });

  expect(body.results[0].warnings).toEqual([expect.stringContaining('linkedinUrl has several values')]);
  expect(crm.records('contacts')[0]?.properties).toMatchObject({
    hs_linkedin_url: 'https://www.linkedin.com/in/ada',
    enginy_linkedin_url: linkedinUrl,
  });
});

test('a value that cannot identify a record never replaces one that can', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const profile = 'https://www.linkedin.com/in/ada';
  const page = 'https://www.linkedin.com/company/acme';
  const { contacts, companies } = crm.seed({
    contacts: [{ properties: { firstname: 'Ada', hs_linkedin_url: profile } }],
    companies: [{ properties: { name: 'Acme', linkedin_company_page: page } }],
  });

  const contact = await send('PUT', '/contacts', {
    contacts: [{ crmId: contacts[0], linkedinUrl: page, title: 'CTO' }],
  });
  const company = await send('PUT', '/companies', { companies: [{ crmId: companies[0], linkedinUrl: profile }] });

  expect([contact, company].map(({ body }) => body.results[0].warnings)).toEqual([
    [
      "linkedinUrl → hs_linkedin_url was skipped: it does not identify a contact, so the record's identifying value is kept",
    ],
    [
      "linkedinUrl → linkedin_company_page was skipped: it does not identify a company, so the record's identifying value is kept",
    ],
  ]);
  expect(crm.records('contacts')[0]?.properties).toMatchObject({ hs_linkedin_url: profile, jobtitle: 'CTO' });
  expect(crm.records('companies')[0]?.properties).toMatchObject({ linkedin_company_page: page });
});

const profile = 'https://www.linkedin.com/in/ada-l';

const whole = { email: 'ada@x.example', linkedinUrl: profile };

test.each([
  ['a profile alone before the record that has it', [{ linkedinUrl: profile }, whole]],
  ['a profile alone behind it', [whole, { linkedinUrl: 'linkedin.com/in/Ada-L/' }]],
  ['two that only a profile alone connects', [{ linkedinUrl: profile }, { linkedinUrl: `${profile}/de` }, whole]],
  [
    'a profile alone between',
    [{ email: 'ada@x.example' }, { linkedinUrl: profile }, { ...whole, phone: '+34 600 111 222' }],
  ],
])('records that HubSpot accepts only together are one record, in any order: %s', async (_name, sent) => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const contacts = sent.map((record, at) => ({ externalId: `e${at}`, ...record }));

  const first = await send('POST', '/contacts', { contacts });
  const again = await send('POST', '/contacts', { contacts });

  const [id] = crm.records('contacts').map((record) => record.id);
  expect([first, again].map(({ body }) => body.errors)).toEqual([undefined, undefined]);
  expect([first, again].map(idsIn)).toEqual([sent.map(() => id), sent.map(() => id)]);
  expect(crm.records('contacts').map(({ properties }) => [properties.email, properties.hs_linkedin_url])).toEqual([
    ['ada@x.example', profile],
  ]);
});

import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

type Kind = 'contacts' | 'companies';
type Values = Readonly<Record<string, string>>;

/** Record `one` is written to; what is sent belongs to record `two`. */
interface Case {
  readonly kind: Kind;
  readonly one: Values;
  readonly two: Values;
  readonly sent: object;
  /** The property that must stay as it is. */
  readonly property: string;
}

const profile = (slug: string) => `https://www.linkedin.com/in/${slug}`;
const page = (slug: string) => `https://www.linkedin.com/company/${slug}`;

/** Each with values of its own, so that all share one CRM. */
const cases: Readonly<Record<string, (n: string) => Case>> = {
  'a LinkedIn URL of another contact': (n) => ({
    kind: 'contacts',
    one: { email: `${n}@x.example`, hs_linkedin_url: profile(`${n}-one`) },
    two: { hs_linkedin_url: profile(`${n}-two`) },
    sent: { email: `${n}@x.example`, linkedinUrl: `linkedin.com/in/${n}-two` },
    property: 'hs_linkedin_url',
  }),
  'a LinkedIn URL of another contact, for a contact without one': (n) => ({
    kind: 'contacts',
    one: { email: `${n}@x.example` },
    two: { hs_linkedin_url: `http://linkedin.com/in/${n}-two/` },
    sent: { email: `${n}@x.example`, linkedinUrl: `https://es.linkedin.com/in/${n}-TWO?trk=x` },
    property: 'hs_linkedin_url',
  }),
  'a LinkedIn URL in a non-Latin script': (n) => ({
    kind: 'contacts',
    one: { email: `${n}@x.example`, hs_linkedin_url: profile(`${n}-one`) },
    two: { hs_linkedin_url: profile(encodeURI(`${n}-王小明`)) },
    sent: { email: `${n}@x.example`, linkedinUrl: profile(`${n}-王小明`) },
    property: 'hs_linkedin_url',
  }),
  'an email of another contact, by a profile': (n) => ({
    kind: 'contacts',
    one: { hs_linkedin_url: profile(n), enginy_external_id: `id-${n}` },
    two: { email: `${n}@y.example` },
    sent: { externalId: `id-${n}`, email: `${n}@Y.example` },
    property: 'email',
  }),
  'a secondary email of another contact': (n) => ({
    kind: 'contacts',
    one: { email: `${n}@x.example`, enginy_external_id: `id-${n}` },
    two: { email: `${n}@y.example`, hs_additional_emails: `${n}@z.example` },
    sent: { externalId: `id-${n}`, email: `${n}@z.example` },
    property: 'email',
  }),
  'a domain of another company, for a company without one': (n) => ({
    kind: 'companies',
    one: { name: n, linkedin_company_page: page(n), enginy_external_id: `id-${n}` },
    two: { name: `${n} two`, domain: `${n}.example.org` },
    sent: { externalId: `id-${n}`, name: n, domain: `https://www.${n}.example.org/about` },
    property: 'domain',
  }),
  'a further domain of another company': (n) => ({
    kind: 'companies',
    one: { name: n, enginy_external_id: `id-${n}` },
    two: { name: `${n} two`, domain: `${n}-two.example.org`, hs_additional_domains: `${n}.example.org` },
    sent: { externalId: `id-${n}`, name: n, domain: `${n}.example.org` },
    property: 'domain',
  }),
  'a LinkedIn page of another company': (n) => ({
    kind: 'companies',
    one: { name: n, domain: `${n}.example.org`, linkedin_company_page: page(`${n}-one`) },
    two: { name: `${n} two`, linkedin_company_page: page(`${n}-two`) },
    sent: { name: n, domain: `${n}.example.org`, linkedinUrl: `linkedin.com/company/${n}-Two/about` },
    property: 'linkedin_company_page',
  }),
  'a LinkedIn page of another company, for a company without one': (n) => ({
    kind: 'companies',
    one: { name: n, domain: `${n}.example.org` },
    two: { name: `${n} two`, linkedin_company_page: page(`${n}-two`) },
    sent: { name: n, domain: `${n}.example.org`, linkedinUrl: page(`${n}-two`) },
    property: 'linkedin_company_page',
  }),
};

const ways = ['POST', 'PUT'].flatMap((method) => ['before', 'after'].map((order) => ({ method, order })));

test.each(ways)(
  '$method: a value that identifies another record, created $order the one that is written to, stays there and is named',
  async ({ method, order }) => {
    const crm = await startCrm();
    const bridge = await startBridgeOn(crm);
    // Creates the properties for Enginy's ids.
    await bridge.send('POST', '/contacts', { contacts: [{ externalId: 'first', firstName: 'First' }] });
    await bridge.send('POST', '/companies', { companies: [{ externalId: 'first', name: 'First' }] });
    const held = (kind: Kind, id: string | undefined) =>
      crm.records(kind).find((one) => one.id === id)?.properties ?? {};

    for (const [index, [what, build]] of Object.entries(cases).entries()) {
      const n = `case-${index}`;
      const { kind, one, two, sent, property } = build(n);
      const pair = order === 'before' ? [two, one] : [one, two];
      const ids = crm.seed({ [kind]: pair.map((properties) => ({ properties })) })[kind];
      const [target, holder] = order === 'before' ? [ids[1], ids[0]] : [ids[0], ids[1]];
      const count = crm.records(kind).length;

      const key = method === 'POST' ? { externalId: `id-${n}` } : { crmId: target };
      const { body } = await bridge.send(method, `/${kind}`, { [kind]: [{ ...sent, ...key, city: 'Soria' }] });

      expect(crm.records(kind), what).toHaveLength(count);
      expect(body.results, what).toMatchObject([{ crmId: target }]);
      expect(held(kind, target)[property] ?? '', what).toBe(one[property] ?? '');
      expect(held(kind, holder), what).toMatchObject(two);
      expect(held(kind, target), what).toMatchObject({ city: 'Soria' });
      expect(body.results[0].warnings, what).toContainEqual(
        expect.stringMatching(
          new RegExp(
            `→ ${property} was skipped: .*(?:record |${target}. )${holder} already has (?:this|that) value`,
            's',
          ),
        ),
      );
    }
  },
);

test.each([
  ['contacts', 'linkedinUrl', 'hs_linkedin_url', profile('same')],
  ['companies', 'linkedinUrl', 'linkedin_company_page', page('same')],
  ['companies', 'domain', 'domain', 'same.example.org'],
  ['contacts', 'email', 'email', 'same@x.example'],
] as const)(
  '%s: of two updates with one %s, in one request and in two at once, the first gets it',
  async (kind, field, property, value) => {
    const crm = await startCrm({ indexLagMs: 60_000 });
    const ids = crm.seed({ [kind]: Array.from({ length: 4 }, () => ({ properties: {} })) })[kind];
    const { send } = await startBridgeOn(crm);
    const update = (at: number, text: string) => ({ crmId: ids[at], city: 'Soria', [field]: text });

    const together = await send('PUT', `/${kind}`, { [kind]: [update(0, value), update(1, value.toUpperCase())] });
    const apart = await Promise.all([2, 3].map((at) => send('PUT', `/${kind}`, { [kind]: [update(at, value)] })));

    const results = [together, ...apart].flatMap(({ body }) => body.results);
    expect(results.map(({ warnings }) => warnings?.length ?? 0)).toEqual([0, 1, 1, 1]);
    for (const { warnings } of results.slice(1))
      expect(warnings[0]).toContain(`record ${ids[0]} already has this value`);
    const values = crm.records(kind).map(({ properties }) => properties);
    expect(values.map((held) => held[property] ?? '')).toEqual([value, '', '', '']);
    expect(values.every(({ city }) => city === 'Soria')).toBe(true);
  },
);

test('a value that the record already has, or that another record no longer has, is written', async () => {
  const crm = await startCrm();
  const ids = crm.seed({
    contacts: [{ properties: { hs_linkedin_url: profile('a') } }, { properties: { hs_linkedin_url: profile('b') } }],
  }).contacts;
  const { send } = await startBridgeOn(crm);
  const put = (at: number, linkedinUrl: string) =>
    send('PUT', '/contacts', { contacts: [{ crmId: ids[at], linkedinUrl }] });

  await put(0, 'linkedin.com/in/A/');
  await put(1, profile('c'));
  const { body } = await put(0, profile('b'));

  expect(body.results[0].warnings).toEqual(['linkedinUrl → hs_linkedin_url replaced another value']);
  expect(crm.records('contacts').map(({ properties }) => properties.hs_linkedin_url)).toEqual([
    profile('b'),
    profile('c'),
  ]);
});

test('with more new values than a request may search for, empty properties are filled and existing values are kept with a warning', async () => {
  const crm = await startCrm();
  const ids = crm.seed({
    contacts: Array.from({ length: 40 }, (_, n) => ({
      properties: n % 2 === 0 ? {} : { hs_linkedin_url: profile(`old-${n}`) },
    })),
  }).contacts;
  const { send, log } = await startBridgeOn(crm, { MATCH_EXTRA_SEARCHES: '1', LOG_LEVEL: 'info' });

  const { body } = await send('PUT', '/contacts', {
    contacts: ids.map((crmId, n) => ({ crmId, linkedinUrl: profile(`new-${n}`) })),
  });

  expect(crm.log.filter(({ path }) => path.endsWith('/search')).length).toBeLessThanOrEqual(2);
  const urls = crm.records('contacts').map(({ properties }) => properties.hs_linkedin_url ?? '');
  expect(urls.filter((url) => url.includes('new-'))).toHaveLength(30);
  expect(urls.filter((url) => url.includes('old-'))).toHaveLength(10);
  const skipped = /was skipped/;
  expect(
    body.results.filter(({ warnings = [] }: { warnings?: string[] }) => skipped.test(warnings.join())),
  ).toHaveLength(10);
  const unchecked =
    /^linkedinUrl → hs_linkedin_url was written, but whether another record has this value was not checked/;
  expect(
    body.results.filter(({ warnings = [] }: { warnings?: string[] }) => unchecked.test(warnings.join())),
  ).toHaveLength(20);
  expect(log.entries).toContainEqual(expect.objectContaining({ rule: 'linkedinUrl', keys: 30 }));
});

test('two hundred new domains fit into the allowance: those that other companies hold stay with them', async () => {
  const crm = await startCrm();
  const numbers = Array.from({ length: 200 }, (_, n) => n);
  const ids = crm.seed({ companies: numbers.map((n) => ({ properties: { name: `Acme ${n}` } })) }).companies;
  crm.seed({ companies: numbers.map((n) => ({ properties: { name: `Other ${n}`, domain: `acme-${n}.example` } })) });
  const { send } = await startBridgeOn(crm);

  const { body } = await send('PUT', '/companies', {
    companies: ids.map((crmId, n) => ({ crmId, domain: `acme-${n}.example` })),
  });

  const taken = /^domain → domain was skipped: record \d+ already has this value/;
  expect(body.results.filter(({ warnings = [] }: { warnings?: string[] }) => taken.test(warnings.join()))).toHaveLength(
    200,
  );
  expect(crm.records('companies').filter(({ properties }) => (properties.domain ?? '') !== '')).toHaveLength(200);
  expect(crm.log.filter(({ path }) => path.endsWith('/search')).length).toBeLessThanOrEqual(20);
});

import { expect, onTestFinished, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { SeedData } from '../../sandbox/seed-data.ts';
import { runCommand } from './run-command.ts';

async function accountWith(data: SeedData) {
  const crm = await startSandbox({ limits: false, indexLagMs: 0 });
  onTestFinished(() => crm.close());
  const ids = crm.seed(data);
  return { crm, ids };
}

function duplicates(crm: Sandbox, ...args: string[]) {
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, HUBSPOT_RATE_LIMIT: '250' };
  return runCommand(['duplicates', ...args], { environment });
}

interface Group {
  readonly rule: string;
  readonly value: string;
  readonly records: { id: string; name: string; createdAt: string; link: string }[];
}

const idsOf = (out: string) =>
  (JSON.parse(out) as Group[]).map(({ rule, value, records }) => [rule, value, records.map(({ id }) => id)]);

test('lists contacts that share an identifying value in any spelling, with links, and writes nothing', async () => {
  const { crm, ids } = await accountWith({
    contacts: [
      { properties: { email: 'ada@example.com', firstname: 'Ada', lastname: 'Byron', phone: '+34600111222' } },
      { properties: { firstname: 'Ada', hs_linkedin_url: 'http://es.linkedin.com/in/Ada-Byron/?trk=x' } },
      { properties: { firstname: 'Augusta', hs_linkedin_url: 'linkedin.com/in/ada-byron' } },
      { properties: { firstname: 'A.', linkedinbio: 'https://www.linkedin.com/in/ada-byron/en' } },
      {
        properties: { firstname: 'Bob', hs_linkedin_url: 'https://www.linkedin.com/in/bob', phone: '+34 600 111 222' },
      },
      { properties: { firstname: 'Nobody', hs_linkedin_url: 'n/a' } },
      { properties: { firstname: 'Nothing', hs_linkedin_url: 'n/a' } },
    ],
  });
  const [, one, two, three] = ids.contacts;

  const { status, out, err } = await duplicates(crm, 'contacts', '--json');

  expect(idsOf(out)).toEqual([['linkedinUrl', 'https://www.linkedin.com/in/ada-byron', [one, two, three]]]);
  expect((JSON.parse(out) as Group[])[0]?.records[1]).toMatchObject({
    name: 'Augusta',
    createdAt: expect.stringMatching(/^\d{4}-/),
    link: expect.stringMatching(new RegExp(`^https://.*/record/0-1/${two}$`)),
  });
  expect(err).toBe('');
  expect(status).toBe(1);
  expect(crm.log.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/read'))).toEqual([]);
});

test('compares phone numbers only on request, phone and mobile together', async () => {
  const { crm, ids } = await accountWith({
    contacts: [
      { properties: { firstname: 'Ada', phone: '+34 600 111 222' } },
      { properties: { firstname: 'Ada', mobilephone: '0034600111222', phone: '+34600111222' } },
    ],
  });

  const without = await duplicates(crm, 'contacts', '--json');
  const named = await duplicates(crm, 'contacts', '--json', '--rules', 'phone,mobilePhone');

  expect([without.status, idsOf(without.out)]).toEqual([0, []]);
  expect(idsOf(named.out)).toEqual([['mobilePhone', '+34600111222', ids.contacts]]);
});

test('finds secondary addresses, and companies by their own domain, never by a platform or a mail provider', async () => {
  const { crm, ids } = await accountWith({
    contacts: [
      { properties: { email: 'ada@example.com', firstname: '=1+1', lastname: 'B, "C"' } },
      { properties: { email: 'a@example.com', hs_additional_emails: 'x@example.com;Ada@Example.com' } },
    ],
    companies: [
      { properties: { name: 'Acme', domain: 'acme-example.com' } },
      { properties: { name: 'Acme SL', domain: 'b.example', hs_additional_domains: 'www.acme-example.com;c.example' } },
      { properties: { name: 'Shop', domain: 'facebook.com' } },
      { properties: { name: 'Bakery', domain: 'facebook.com' } },
      { properties: { name: 'Farm', domain: 'gmail.com' } },
      { properties: { name: 'Mill', domain: 'gmail.com' } },
    ],
  });

  const contacts = await duplicates(crm, 'contacts', '--csv');
  const companies = await duplicates(crm, 'companies');

  const [first, second] = ids.contacts;
  const lines = contacts.out.split('\n').map((line) => line.replace(/,20[^,]*,https:[^,]*$/, ''));
  expect(lines).toEqual([
    'rule,value,id,name,created_at,link',
    `email,ada@example.com,${first},"'=1+1 B, ""C"""`,
    `email,ada@example.com,${second},`,
    '',
  ]);
  expect(companies.out).toMatch(
    /^domain acme-example\.com: 2 companies\n {2}\d+ {2}Acme {5}created \d{4}-\d\d-\d\d {2}https:/,
  );
  expect(companies.out).toMatch(/\n\n6 companies read, compared by domain, linkedinUrl\. Shared values: 1\.\n$/);
});

test('reads a portal of several pages, and reads again only what repeats', async () => {
  const people = Array.from({ length: 240 }, (_, index) => ({
    properties: { firstname: `n${index}`, hs_linkedin_url: `https://linkedin.com/in/p${index % 237}` },
  }));
  const { crm } = await accountWith({ contacts: people });

  const { out } = await duplicates(crm, 'contacts', '--json');

  expect(idsOf(out).map(([, value]) => value)).toEqual([0, 1, 2].map((n) => `https://www.linkedin.com/in/p${n}`));
  expect(crm.log.filter(({ kind }) => kind === 'list')).toHaveLength(3);
  expect(crm.log.filter(({ kind }) => kind === 'batch-read').map(({ inputs }) => inputs)).toEqual([6]);
});

test('reports an account that cannot be read, and a rule that does not exist', async () => {
  const { crm } = await accountWith({ contacts: [{ properties: { email: 'ada@example.com' } }] });
  crm.faults.add({ match: { kind: 'list', object: 'contacts' }, action: { kind: 'status', status: 403 }, times: 0 });

  const unreadable = await duplicates(crm, 'contacts');
  const unknown = await duplicates(crm, 'contacts', '--rules', 'email,fax');
  const empty = await duplicates(crm, 'companies', '--csv');
  const rehearsed = await runCommand(['duplicates', 'contacts', '--sandbox'], { environment: {} });

  expect(unreadable).toMatchObject({ status: 2, err: expect.stringContaining('could not be read') });
  expect(empty).toEqual({ status: 0, out: 'rule,value,id,name,created_at,link\n', err: '' });
  expect(unknown).toMatchObject({
    status: 2,
    err: expect.stringMatching(/no match rule "fax"; its rules are email, /),
  });
  expect(rehearsed).toMatchObject({ status: 0, out: expect.stringContaining('4 contacts read') });
});

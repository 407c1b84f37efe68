import { expect, test } from 'vitest';
import { startCrm } from '../support/start-bridge.ts';
import { runCommand } from './run-command.ts';

const shared = 'domain cannot be used: it is not readable, or many records share it';
const samples = {
  companies: [
    [{ domain: 'facebook.com/tabernajuan' }, shared],
    [{ domain: 'linktr.ee/acme' }, shared],
    [{ domain: 'sites.google.com/view/acme' }, shared],
    [{ domain: 'https://www.acme.newtld/about' }, '2 domain: "acme.newtld", looked up in domain'],
    [{ domain: 'localhost' }, '! domain is not a domain name and was not written to domain'],
    [{ name: 'Blue Lagoon Spa' }, '4 name: "blue lagoon spa", looked up'],
    [{ name: 'Contact Me' }, '4 name: "contact me", looked up'],
    [{ name: 'Sonae Holding' }, '4 name: "sonae holding", looked up'],
    [{ name: 'Fabrik S.p.A.' }, '4 name: "fabrik", looked up in name'],
    [
      { linkedinUrl: 'https://de.linkedin.com/company/Acme/about' },
      '3 linkedinUrl: "https://www.linkedin.com/company/acme"',
    ],
    [{ numberOfEmployees: '10.000' }, 'numberofemployees   "10000"'],
    [{ numberOfEmployees: '1.5k' }, 'numberOfEmployees is not a number and was not written to numberofemployees'],
    [{ revenue: '50.000' }, '! revenue can be read as two different amounts'],
    [{ revenue: '5 mil €' }, 'annualrevenue       "5000"'],
    [{ revenue: 'R$ 1.200.000' }, 'annualrevenue       "1200000"'],
    [{ foundedYear: 'c. 1999' }, '! foundedYear is not a year'],
  ],
  contacts: [
    [{ fullName: 'Ana Ruiz, RN, BSN' }, '"Ana"'],
    [{ fullName: 'Jane D.' }, '! fullName is a name whose parts are not clear'],
    [{ phone: '600 11 12 22', country: 'Spain' }, 'phone: "+34600111222"'],
    [{ phone: '00 49 89 11196611' }, 'phone: "+498911196611"'],
    [{ phone: '600111222' }, '! phone is a phone number without a country prefix'],
    [{ phone: '+34 600111222 / +34 911222333' }, '! phone has several values'],
    [{ email: ['a@x.example', 'b@x.example'] }, '! email has several values'],
    [{ email: 'info@xn--mller-kva.de' }, 'email: "info@müller.de"'],
    [{ title: 'Unknown' }, '! title means "no value" (empty_words)'],
    [{ website: 'acme' }, '! website is not a URL'],
    [{ linkedinUrl: 'in/ada' }, 'linkedinUrl: "https://www.linkedin.com/in/ada"'],
    [{ linkedinUrl: 'linkedin.com/in/100%' }, '! linkedinUrl is not the URL of a LinkedIn profile or page'],
    [{ bio: 'x'.repeat(70_000) }, 'bio'],
  ],
} as const;

test.each(['companies', 'contacts'] as const)('explain has one line for each unclear value of %s', async (object) => {
  const input = samples[object].map(([record], index) => ({
    externalId: `lead-${index}`,
    ...(object === 'companies' && { name: 'Acme' }),
    ...record,
  }));

  const { out, status } = await runCommand(['explain', object], { input: JSON.stringify(input) });

  const parts = out.split(/^(?=\w+, record \d+ of)/m).filter((part) => part !== '');
  expect(status).toBe(0);
  expect(parts).toHaveLength(input.length);
  for (const [index, [record, line]] of samples[object].entries()) {
    const found = parts[index]?.split('\n').some((each) => each.includes(line));
    expect.soft(found, `${JSON.stringify(record).slice(0, 100)}\n${parts[index]}`).toBe(true);
  }
});

const secondary =
  '! email → email was skipped: the record already has it as an additional value (hs_additional_emails), and its primary value is kept';
const inAccount = [
  ['contacts', { externalId: 'a', email: 'ines@oldjob.example' }, secondary],
  [
    'contacts',
    { linkedinUrl: 'linkedin.com/in/ines', email: 'ines@third.example' },
    '! email → email replaced another',
  ],
  [
    'contacts',
    { externalId: 'm', email: 'mary@x.example' },
    'enginy_external_id  "m"  ← externalId, only if it is empty',
  ],
  ['companies', { domain: 'acme.example' }, '2 records by domain, which is reported in errors: '],
  ['contacts', { email: 'a@x.example', customFields: { opted: 1 } }, 'opted  "true"  ← opted'],
  ['tasks', { subject: 'Call', dueDate: '2026-03-01' }, 'hs_timestamp     "2026-02-28T23:00:00.000Z"'],
  ['tasks', { subject: 'Call', dueDate: '2026-03-01T11:00:00+01:00' }, 'hs_timestamp     "2026-03-01T10:00:00.000Z"'],
  [
    'activities',
    { type: 'EMAIL', direction: 'OUTBOUND', ownerId: '72', occurredAt: '2026-03-01' },
    String.raw`"from\":{\"email\":\"mj@x.example\",\"firstName\":\"María José\",\"lastName\":\"García López\"`,
  ],
] as const;

test('explain has one line for what only the account decides, and says what an update does', async () => {
  const crm = await startCrm();
  crm.seed({
    owners: [{ id: '72', type: 'PERSON', email: 'mj@x.example', firstName: 'María José', lastName: 'García López' }],
    contacts: [
      {
        properties: {
          email: 'ines@newjob.example',
          hs_additional_emails: 'ines@oldjob.example',
          hs_linkedin_url: 'https://www.linkedin.com/in/ines',
        },
      },
      { properties: { email: 'mary@x.example' } },
    ],
    companies: [{ properties: { domain: 'acme.example' } }, { properties: { domain: 'acme.example' } }],
  });
  await createCheckbox(crm, 'opted');
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, MAPPINGS_DIR: 'mappings/hubspot' };

  for (const [object, input, line] of inAccount) {
    const { out } = await runCommand(['explain', object, '--live'], { environment, input: JSON.stringify(input) });
    expect.soft(out, JSON.stringify(input)).toContain(line);
    if (line === secondary) expect(out.split('an update would send')[1]).not.toContain('"ines@oldjob.example"');
  }
});

/** A single checkbox of HubSpot, whose options are true and false. */
async function createCheckbox(crm: { readonly url: string; readonly token: string }, name: string): Promise<void> {
  const options = ['true', 'false'].map((value, displayOrder) => ({
    label: value,
    value,
    displayOrder,
    hidden: false,
  }));
  const definition = { name, label: name, type: 'enumeration', fieldType: 'booleancheckbox', options };
  const response = await fetch(`${crm.url}/crm/v3/properties/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...definition, groupName: 'contactinformation' }),
  });
  expect(response.status).toBe(201);
}

test.each([
  ['2-10', '"2-10", value_map groesse → "klein"'],
  ['51–200', 'employee_range → "51-200", value_map groesse → "mittel"'],
  ['51-200 employees', 'employee_range → "51-200", value_map groesse → "mittel"'],
  ['Self-employed', 'employee_range → "1", value_map groesse → "klein"'],
  ['10,001+', 'employee_range → "10001+", value_map groesse → "konzern"'],
])('explain has a line for the size %s in the example of a German portal', async (companySize, line) => {
  const folder = 'mappings/examples/german-portal';
  const args = ['explain', 'contacts', '--mappings', folder, '--schema', `${folder}/portal-schema.json`];

  const { out } = await runCommand([...args, `companySize=${companySize}`]);

  expect(out).toContain(line);
});

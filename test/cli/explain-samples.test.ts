import { expect, test } from 'vitest';
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

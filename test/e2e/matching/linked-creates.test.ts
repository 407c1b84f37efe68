import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../../support/start-bridge.ts';

const profile = 'https://www.linkedin.com/in/ines-p';
const held = {
  email: 'ines@oldjob.example',
  firstname: 'Ines',
  lastname: 'Pereira',
  hs_linkedin_url: profile,
  jobtitle: 'Writer',
};

/** What a create that finds the contact sends, what the contact holds afterwards, and what the warnings say. */
const creates: readonly (readonly [string, object, object, readonly RegExp[]])[] = [
  [
    'another email',
    { linkedinUrl: profile, email: 'ines@newjob.example' },
    { email: 'ines@oldjob.example' },
    [/^email → email was skipped: record \d+ already existed with another value, which is kept$/],
  ],
  [
    'another email and another name',
    { linkedinUrl: 'linkedin.com/in/Ines-P/', email: 'ines@newjob.example', firstName: 'Inês', lastName: 'Sousa' },
    { email: 'ines@oldjob.example', firstname: 'Inês', lastname: 'Sousa' },
    [
      /^email → email was skipped/,
      /^linked to record \d+ by linkedinUrl; other values were replaced in firstname, lastname$/,
    ],
  ],
  [
    'the same email in capitals',
    { linkedinUrl: profile, email: 'INES@oldjob.example', title: 'CEO' },
    { email: 'ines@oldjob.example', jobtitle: 'CEO' },
    [/^linked to record \d+ by email; other values were replaced in jobtitle$/],
  ],
  [
    'another profile, by email',
    { email: 'ines@oldjob.example', linkedinUrl: 'linkedin.com/in/somebody-else' },
    { hs_linkedin_url: profile },
    [/^linkedinUrl → hs_linkedin_url was skipped: record \d+ already existed with another value/],
  ],
  [
    'the same values in other spellings',
    {
      email: 'Ines@OldJob.example',
      linkedinUrl: 'http://linkedin.com/in/INES-P?trk=x',
      firstName: 'Ines',
      title: 'writer',
    },
    { firstname: 'Ines', hs_linkedin_url: profile, jobtitle: 'writer' },
    [],
  ],
  ['what the contact lacks', { email: 'ines@oldjob.example', city: 'Porto' }, { city: 'Porto', firstname: 'Ines' }, []],
];

test('a create that finds a contact keeps its email and profile, and reports what it kept and what it replaced', async () => {
  for (const [what, sent, expected, warnings] of creates) {
    const crm = await startCrm();
    const [id] = crm.seed({ contacts: [{ properties: held }] }).contacts;
    const { send } = await startBridgeOn(crm);

    const { body } = await send('POST', '/contacts', { contacts: [{ externalId: 'lead', ...sent }] });

    expect(body.results, what).toMatchObject([{ crmId: id }]);
    expect(body.results[0].warnings ?? [], what).toEqual(warnings.map((text) => expect.stringMatching(text)));
    expect(
      crm.records('contacts').map(({ properties }) => properties),
      what,
    ).toMatchObject([{ ...held, ...expected }]);
  }
});

test('a company that a create finds by its page keeps its domain, and one found by its domain keeps its page', async () => {
  const page = 'https://www.linkedin.com/company/acme';
  for (const [sent, kept] of [
    [{ name: 'Acme', linkedinUrl: page, domain: 'acme-tools.example.org' }, 'domain'],
    [
      { name: 'Acme', linkedinUrl: 'linkedin.com/company/acme-tools', domain: 'acme.example.org' },
      'linkedin_company_page',
    ],
  ] as const) {
    const crm = await startCrm();
    const properties = { name: 'Acme', domain: 'acme.example.org', linkedin_company_page: page };
    crm.seed({ companies: [{ properties }] });
    const { send } = await startBridgeOn(crm);

    const { body } = await send('POST', '/companies', { companies: [{ externalId: 'a', ...sent }] });

    expect(crm.records('companies').map((one) => one.properties)).toMatchObject([properties]);
    expect(body.results[0].warnings).toEqual([
      expect.stringMatching(new RegExp(`→ ${kept} was skipped: record \\d+ already existed`)),
    ]);
  }
});

test.each(['in one request', 'in two requests', 'after a restart'])(
  'one externalId with two emails is one contact with the first email, and the second one is named: %s',
  async (when) => {
    const crm = await startCrm();
    const bridge = await startBridgeOn(crm);
    const one = { externalId: 'lead', email: 'a@x.example', firstName: 'Ada' };
    const other = { externalId: 'lead', email: 'b@x.example', title: 'Writer' };

    const last = when === 'after a restart' ? await startBridgeOn(crm) : bridge;
    const answers =
      when === 'in one request'
        ? [await bridge.send('POST', '/contacts', { contacts: [one, other] })]
        : [
            await bridge.send('POST', '/contacts', { contacts: [one] }),
            await last.send('POST', '/contacts', { contacts: [other] }),
          ];

    const results = answers.flatMap(({ body }) => body.results);
    const [contact, ...more] = crm.records('contacts');
    expect(more).toEqual([]);
    expect(contact?.properties).toMatchObject({ email: 'a@x.example', firstname: 'Ada', jobtitle: 'Writer' });
    expect(results.map(({ crmId }) => crmId)).toEqual([contact?.id, contact?.id]);
    expect(results[0].warnings).toBeUndefined();
    expect(results[1].warnings).toEqual([expect.stringMatching(/^email → email was skipped: .*another value/)]);
  },
);

test('of several leads with one profile and different emails, each email that is not written is named', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const leads = (emails: readonly string[]) =>
    emails.map((email, at) => ({ externalId: `lead-${email}-${at}`, firstName: 'Ada', email, linkedinUrl: profile }));

  const created = await send('POST', '/contacts', { contacts: leads(['a@x.example', 'b@x.example', 'c@x.example']) });
  const linked = await send('POST', '/contacts', { contacts: leads(['A@x.example', 'd@x.example']) });

  expect(crm.records('contacts').map(({ properties }) => properties.email)).toEqual(['a@x.example']);
  const skipped = [created, linked].flatMap(({ body }) =>
    body.results.map(({ warnings = [] }: { warnings?: string[] }) =>
      warnings.some((text) => text.startsWith('email → email was skipped')),
    ),
  );
  expect(skipped).toEqual([false, true, true, false, true]);
});

test.each([
  ['the first', ['own@x.example', 'other@x.example'], [false, true]],
  ['the second', ['other@x.example', 'own@x.example'], [true, false]],
  ['the last', ['other@x.example', 'third@x.example', 'OWN@x.example'], [true, true, false]],
  ['none', ['other@x.example', 'third@x.example'], [true, true]],
])(
  "of creates that lead to one record, %s has the record's own email, and only the others are named",
  async (_which, emails, named) => {
    const crm = await startCrm();
    crm.seed({ contacts: [{ properties: { email: 'own@x.example', hs_linkedin_url: profile } }] });
    const { send } = await startBridgeOn(crm);
    const contacts = emails.map((email, at) => ({
      externalId: `lead-${at}`,
      email,
      // Found by its email alone.
      ...(email.toLowerCase() === 'own@x.example' ? {} : { linkedinUrl: profile }),
    }));

    const { body } = await send('POST', '/contacts', { contacts });

    expect(crm.records('contacts').map(({ properties }) => properties.email)).toEqual(['own@x.example']);
    expect(
      body.results.map(({ warnings = [] }: { warnings?: string[] }) =>
        warnings.some((text) => text.startsWith('email')),
      ),
    ).toEqual(named);
  },
);

import { expect, test } from 'vitest';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

interface Sent {
  readonly externalId: string;
  readonly [field: string]: string;
}

/** Two contacts or companies for each value, first in one request and then in others. */
async function sendTwice(
  object: 'contacts' | 'companies',
  values: readonly Readonly<Record<string, string>>[],
  environment: Record<string, string> = {},
) {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm, environment);
  const named = (which: string): Sent[] =>
    values.map((value, at) => ({
      externalId: `${which}${at}`,
      lastName: `${which}${at}`,
      name: `${which}${at}`,
      ...value,
    }));
  const first = await bridge.send('POST', `/${object}`, { [object]: [...named('a'), ...named('b')] });
  const later = await bridge.send('POST', `/${object}`, { [object]: named('c') });
  const asked = named('d').map(({ lastName, name, ...rest }) => rest);
  const synced = await bridge.send('POST', `/${object}/sync`, { [object]: asked });
  const results: { externalId: string; crmId: string; warnings?: string[] }[] = [
    ...first.body.results,
    ...later.body.results,
  ];
  const held = new Map(crm.records(object).map(({ id, properties }) => [id, properties]));
  return values.map((_value, at) => {
    const own = ['a', 'b', 'c'].map((which) => results.find(({ externalId }) => externalId === `${which}${at}`));
    return {
      ids: new Set(own.map((result) => result?.crmId)).size,
      isFound: synced.body.results.some(({ externalId }: Sent) => externalId === `d${at}`),
      isWarned: own.every((result) => (result?.warnings ?? []).length > 0),
      held: own.map((result) => held.get(result?.crmId ?? '') ?? {}),
    };
  });
}

/** Say that there is no address: kept beside it. */
const none = [
  'noemail@gmail.com',
  'NotProvided@gmail.com',
  'not.available@yahoo.com',
  'none@none.com',
  'none@gmail.com',
  'no-email@example.com',
  'unknown@acme.example',
  'sinemail@hotmail.com',
  'n.a@outlook.com',
  'keine-email@web.de',
  'pasdemail@orange.fr',
  'undefined@company.com',
];

/** May be someone's: the first contact has it. */
const shared = [
  'a@a.com',
  'ab@ab.de',
  'test@test.com',
  'Test <test@gmail.com>',
  'info@example.com',
  'user@example.org',
  'your.email@gmail.com',
  'firstname.lastname@domain.com',
  'mail@gmail.com',
  'jane@none.com',
  'noemail@acme.com',
  'sinemail@empresa.es',
  'jane@noemail.com',
  'a@b.com',
  'x@y.org',
  'abc@xyz.com',
  'abc@abc.com',
  'admin@admin.com',
  'info@info.de',
  '123@123.com',
  'asd@asd.com',
  'you@company.com',
  'undefined@acme.com',
  'null.null@acme.com',
  'unknown@acme.com',
];

test('a placeholder address joins no contacts, and is kept', async () => {
  const found = await sendTwice(
    'contacts',
    [...none, ...shared].map((email) => ({ email })),
  );

  expect(found.map(({ ids, isFound, isWarned }) => [ids, isFound, isWarned])).toEqual(
    found.map(() => [3, false, true]),
  );
  const kept = found.map(({ held }) => held.map(({ enginy_email }) => enginy_email));
  expect(kept).toEqual([...none, ...shared].map((email) => [email, email, email]));
  expect(found.slice(0, none.length).flatMap(({ held }) => held.map(({ email }) => email ?? ''))).toEqual(
    none.flatMap(() => ['', '', '']),
  );
  const written = found.slice(none.length).map(({ held }) => held.flatMap(({ email }) => email ?? []));
  expect(written).toEqual(shared.map((email) => [(/<(.*)>/.exec(email)?.[1] ?? email).toLowerCase()]));
});

test('an ordinary address identifies its contact, also at hosts for examples', async () => {
  const ordinary = [
    'jane@acme.example',
    'ada@example.com',
    'a@example.com',
    'test@acme.example',
    'bob@bob.com',
    'test@acme.com',
    'mail@nothing.tech',
    'info@acme.com',
    'aa@mail.com',
    'notz@gmail.com',
    'nora@test.com',
    'no@acme.com',
    'na@acme.com',
    'none@acme.com',
    'null@acme.com',
    'jane@company.com',
    'admin@acme.com',
    'abc@acme.com',
    'b@b-two.com',
    'info@info.acme.com',
    'your@email.acme.com',
    'a@b.example',
    'a@bb.com',
  ];

  const found = await sendTwice(
    'contacts',
    ordinary.map((email) => ({ email })),
  );

  expect(found.map(({ ids, isFound }) => [ids, isFound])).toEqual(ordinary.map(() => [1, true]));
  expect(found.map(({ held }) => [held[0]?.email, held[0]?.enginy_email])).toEqual(
    ordinary.map((email) => [email, undefined]),
  );
});

test('a placeholder phone number joins no contacts and is written; other numbers join contacts', async () => {
  const none = [
    '+34999999999',
    '+34600000000',
    '+34666666666',
    '+15555555555',
    '+11234567890',
    '+12345678900',
    '+15551234567',
    '+491234567890',
    '+34123456789',
    '+34987654321',
    '+34911111111 ext. 12',
  ];
  const real = ['+34612345678', '+4930200000', '+34912345678', '+12125550142', '+34912345679 ext. 12'];
  const phones = [...none, ...real];
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);

  const created = await bridge.send('POST', '/contacts', {
    contacts: phones.map((phone, at) => ({ externalId: `ann${at}`, firstName: 'Ann', phone })),
  });
  const synced = await bridge.send('POST', '/contacts/sync', {
    contacts: phones.map((phone, at) => ({ externalId: `bob${at}`, firstName: 'Bob', phone })),
  });

  expect(synced.body.results.map(({ externalId }: Sent) => externalId)).toEqual(
    real.map((_phone, at) => `bob${none.length + at}`),
  );
  expect(created.body.results.map(({ warnings }: { warnings?: string[] }) => warnings !== undefined)).toEqual(
    phones.map((phone) => none.includes(phone)),
  );
  const held = new Map(crm.records('contacts').map(({ id, properties }) => [id, properties.phone]));
  expect(created.body.results.map(({ crmId }: { crmId: string }) => held.get(crmId))).toEqual(phones);
});

test('a name that means "no company" joins no companies', async () => {
  const none = [
    'Self-employed',
    'self employed GmbH',
    'Freelancer',
    'Stealth Startup',
    'Autónomo',
    'SELBSTSTÄNDIG',
    'Confidential',
  ];
  const real = [
    'Freelancer Solutions',
    'Stealth Security',
    'The Independent',
    'Unknown Mortal Orchestra',
    'N/A Studios',
  ];

  const bridge = await startBridgeOn(await startCrm());
  const named = (which: string) => [...none, ...real].map((name, at) => ({ externalId: `${which}${at}`, name }));
  const created = await bridge.send('POST', '/companies', { companies: named('a') });
  const synced = await bridge.send('POST', '/companies/sync', { companies: named('b') });

  expect(created.body.results.length).toBe(none.length + real.length);
  expect(synced.body.results.map(({ externalId }: Sent) => externalId)).toEqual(
    real.map((_name, at) => `b${none.length + at}`),
  );
});

test.each([
  [
    'contacts',
    'hs_linkedin_url',
    'in',
    ['username', 'profile', 'Your-Name', 'your-profile', 'firstname-lastname', 'n-a'],
  ],
  ['companies', 'linkedin_company_page', 'company', ['your-company', 'company-name', 'unknown', 'example']],
] as const)(
  'a LinkedIn URL without a name joins no %s, and is written unchanged',
  async (object, property, kind, slugs) => {
    const urls = slugs.map((slug) => `https://www.linkedin.com/${kind}/${slug}`);

    const found = await sendTwice(
      object,
      urls.map((linkedinUrl) => ({ linkedinUrl })),
    );

    expect(found.map(({ ids, isFound, isWarned }) => [ids, isFound, isWarned])).toEqual(
      urls.map(() => [3, false, true]),
    );
    expect(found.map(({ held }) => held.map((each) => each[property]))).toEqual(urls.map((url) => [url, url, url]));
  },
);

test('a placeholder domain joins no companies, and is kept in another property', async () => {
  const domains = ['example.com', 'https://www.none.com/', 'test.com', 'n-a.com', 'yourcompany.com'];

  const found = await sendTwice(
    'companies',
    domains.map((domain) => ({ domain })),
  );

  expect(found.map(({ ids, isFound, isWarned }) => [ids, isFound, isWarned])).toEqual(
    domains.map(() => [3, false, true]),
  );
  expect(found.map(({ held }) => held.map(({ domain, enginy_domain }) => [domain, enginy_domain]))).toEqual(
    domains.map((domain) => [1, 2, 3].map(() => [undefined, domain])),
  );
});

test('a mapping file adds its own placeholders', async () => {
  const folder = shippedFolder({
    'contacts.yaml': (text) =>
      text.replace(
        '  if_several: error',
        "  placeholders: [office@acme.com, crm-import@, '@blank.example']\n  if_several: error",
      ),
  });
  const emails = ['office@acme.com', 'crm-import@other.com', 'ada@blank.example', 'ada@acme.com'];

  const found = await sendTwice(
    'contacts',
    emails.map((email) => ({ email })),
    { MAPPINGS_DIR: folder },
  );

  expect(found.map(({ ids }) => ids)).toEqual([3, 3, 3, 1]);
});

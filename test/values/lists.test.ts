import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { createAll, type ValueCase } from './record-values.ts';

const contact = (given: ValueCase['given'], held: ValueCase['held'], isWarned = false): ValueCase => ({
  given: { lastName: 'Case', ...given },
  held,
  isWarned,
});

const cases: readonly ValueCase[] = [
  contact({ title: ['CEO', 'Founder'] }, { jobtitle: 'CEO;Founder' }),
  contact({ title: ['CEO', null, '', ' '] }, { jobtitle: 'CEO' }),
  contact({ title: ['N/A', '-'] }, { jobtitle: undefined }, true),
  contact({ title: [] }, { jobtitle: undefined }),
  // No text: kept beside it, in the property of the row or in one for the field, and no name.
  contact({ title: [['CEO']] }, { jobtitle: undefined, title_as_sent: '["CEO"]' }, true),
  contact({ title: { en: 'CEO' } }, { jobtitle: undefined, title_as_sent: '{"en":"CEO"}' }, true),
  contact(
    { lastName: { value: 'Doe' }, firstName: 'Jo' },
    { lastname: undefined, last_name_as_sent: '{"value":"Doe"}' },
    true,
  ),
  contact(
    { lastName: [{ value: 'Doe' }], firstName: 'Jo' },
    { lastname: undefined, last_name_as_sent: '{"value":"Doe"}' },
    true,
  ),
  contact(
    { firstName: { value: 'Jo' }, fullName: 'Al Roe' },
    { firstname: 'Al', lastname: 'Case', enginy_full_name: '{"value":"Jo"}' },
    true,
  ),
  contact({ fullName: { first: 'Jo' } }, { firstname: undefined, enginy_full_name: '{"first":"Jo"}' }, true),
  contact({ email: { value: 'a@b.example' } }, { email: undefined, enginy_email: '{"value":"a@b.example"}' }, true),
  contact(
    { email: [{ email: 'a@b.example' }] },
    { email: undefined, enginy_email: '[{"email":"a@b.example"}]'.slice(1, -1) },
    true,
  ),
  contact(
    { phone: { mobile: '+34 600 111 503' } },
    { phone: undefined, enginy_phone: '{"mobile":"+34 600 111 503"}' },
    true,
  ),
  contact(
    { linkedinUrl: { url: 'in/x' } },
    { hs_linkedin_url: undefined, enginy_linkedin_url: '{"url":"in/x"}' },
    true,
  ),
  contact({ website: [['a.example']] }, { website: undefined, enginy_website: '["a.example"]' }, true),
  contact({ city: { name: 'Porto' } }, { city: undefined, city_as_sent: '{"name":"Porto"}' }, true),
  contact({ title: 42 }, { jobtitle: '42' }),
  contact({ city: ['Porto'] }, { city: 'Porto' }),
  contact({ city: ['Porto', 'Porto'] }, { city: 'Porto;Porto' }),
  contact({ customFields: { tools: ['a', 'b;c'] } }, { tools: 'a;b;c' }),
  contact({ customFields: { tools: [1, true, null] } }, { tools: '1;true' }),
  contact({ customFields: { tools: { a: [1] } } }, { tools: '{"a":[1]}' }),
  contact({ phone: [] }, { phone: undefined }),
  contact({ phone: [null, '+34 600 111 501'] }, { phone: '+34600111501' }),
  contact({ phone: ['N/A', '+34 600 111 502'] }, { phone: '+34600111502' }, true),
  contact({ website: ['https://a.example', 'https://a.example/'] }, { website: 'https://a.example' }, true),
];

test('a list of options may have separators inside of quotes', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const labels = ['Go', 'Berlin, Germany', 'x; y', '6" pipe'];
  await fetch(`${crm.url}/crm/v3/properties/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ name: 'places', label: 'Places', type: 'enumeration', fieldType: 'checkbox' },
      groupName: 'contactinformation',
      options: labels.map((label, at) => ({ label, value: `v${at}`, displayOrder: at, hidden: false })),
    }),
  });
  const lists: readonly [sent: unknown, held: string | undefined][] = [
    ['"Berlin, Germany", Go', 'v1;v0'],
    ['Go, "Berlin, Germany"', 'v0;v1'],
    ['"x; y";Go', 'v2;v0'],
    ['"Berlin, Germany"', 'v1'],
    ['Berlin, Germany', 'v1'],
    [['Berlin, Germany', 'Go'], 'v1;v0'],
    ['6" pipe, Go', 'v3;v0'],
    ['"Go"', 'v0'],
  ];

  const { body } = await send('POST', '/contacts', {
    contacts: lists.map(([places], at) => ({ externalId: `e${at}`, firstName: 'Ada', places })),
  });

  const held = new Map(crm.records('contacts').map(({ id, properties }) => [id, properties.places]));
  expect(body.results.map(({ crmId }: { crmId: string }) => held.get(crmId))).toEqual(lists.map(([, value]) => value));
});

test('stores every item of a list, or the first usable one with a warning', async () => {
  expect(await createAll('contacts', cases)).toEqual(cases);
});

test('records with an object in place of a name, a domain or an address are not the same record', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const sent = ['name', 'domain', 'linkedinUrl'].flatMap((field) => [{ [field]: { a: 1 } }, { [field]: [{ a: 1 }] }]);
  const companies = ['x', 'y'].flatMap((which) =>
    sent.map((value, at) => ({ externalId: `${which}${at}`, description: 'Case', ...value })),
  );

  const created = await send('POST', '/companies', { companies });
  const asked = companies.map(({ externalId, ...rest }) => ({ externalId: `z${externalId}`, ...rest }));
  const synced = await send('POST', '/companies/sync', { companies: asked });

  expect(new Set(created.body.results.map(({ crmId }: { crmId: string }) => crmId)).size).toBe(companies.length);
  expect(synced.body.results).toEqual([]);
  expect(
    crm.records('companies').flatMap(({ properties: { name, domain } }) => [name, domain].filter(Boolean)),
  ).toEqual([]);
});

test('a warning about the first of several values does not say that an update replaced a value which it kept', async () => {
  const crm = await startCrm();
  const { send } = await startBridgeOn(crm);
  const [held = '', empty = ''] = crm.seed({
    contacts: ['+34911223344', ''].map((phone, at) => ({ properties: { email: `held${at}@acme.example`, phone } })),
  }).contacts;

  const { body } = await send('PUT', '/contacts', {
    contacts: [held, empty].map((crmId) => ({ crmId, phone: '+34 600 111 222 / +34 600 111 223' })),
  });

  const kept = new Map(crm.records('contacts').map(({ id, properties }) => [id, properties.phone]));
  expect([held, empty].map((id) => kept.get(id))).toEqual(['+34911223344', '+34600111222']);
  expect(body.results.map(({ warnings }: { warnings: string[] }) => warnings)).toEqual(
    [held, empty].map(() => [
      'phone has several values; only the first usable one was written to phone if it has no value; the text is kept in enginy_phone',
    ]),
  );
});

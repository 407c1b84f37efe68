import { expect, test } from 'vitest';
import { candidateKeys, matchKeys, propertiesToRead } from '../../src/mapping/run/match-keys.ts';
import { aMapping } from './a-mapping.ts';

const rules = (text: string, locale = {}) =>
  aMapping(`identity: { enginy: externalId, crm: enginy_external_id }\nmatch:\n  rules:\n${text}`, locale);

test('gives the keys of a record in the order of the rules, and none where a value is missing or cannot be used', () => {
  const mapping = rules(`
    - { enginy: email, crm: email, transform: [email] }
    - identity
    - { enginy: phone, crm: phone, transform: [e164] }
    - { enginy: linkedinUrl, crm: hs_linkedin_url, transform: [linkedin_url] }
`);

  const keys = matchKeys(mapping, { externalId: 'lead-1', email: 'Ada@Example.com', phone: 'none', linkedinUrl: '' });

  expect(keys.map(({ rule, name, value }) => ({ rule, name, value }))).toEqual([
    { rule: 0, name: 'email', value: 'ada@example.com' },
    { rule: 1, name: 'identity', value: 'lead-1' },
  ]);
  expect(keys[1]?.store).toEqual({ property: 'enginy_external_id', value: 'lead-1' });
});

test('searches all properties that may hold a value, in lowercase', () => {
  const mapping = rules('    - { enginy: email, crm: email, also: [hs_additional_emails], transform: [email] }');

  expect(matchKeys(mapping, { email: 'Ada@Example.com' })[0]?.clauses).toEqual([
    { property: 'email', in: ['ada@example.com'] },
    { property: 'hs_additional_emails', in: ['ada@example.com'] },
  ]);
  expect(
    candidateKeys(mapping, 0, { email: 'b@example.com', hs_additional_emails: 'ADA@example.com;c@example.com' }),
  ).toEqual(['b@example.com', 'ada@example.com', 'c@example.com']);
  expect(candidateKeys(mapping, 0, { email: null })).toEqual([]);
});

test('searches other properties where the rule names them, and verifies by the real ones', () => {
  const mapping = rules(
    '    - { enginy: phone, crm: phone, also: [mobilephone], search: [hs_searchable_calculated_phone_number], transform: [e164] }',
    { defaultCountry: 'ES' },
  );

  const [key] = matchKeys(mapping, { phone: '600 111 222' });

  expect(key?.clauses).toEqual([
    { property: 'hs_searchable_calculated_phone_number', in: ['+34600111222', '34600111222', '600111222'] },
  ]);
  expect(candidateKeys(mapping, 0, { phone: '0034 600 111 222', mobilephone: '600 111 223' })).toEqual([
    '+34600111222',
    '+34600111223',
  ]);
  expect(propertiesToRead(mapping)).toEqual(['enginy_external_id', 'phone', 'mobilephone']);
});

test('builds one key from several pairs and searches by the pair that the rule names', () => {
  const mapping = rules(`
    - all:
        - { enginy: firstName, crm: firstname, transform: [fold] }
        - { enginy: lastName, crm: lastname, transform: [fold] }
        - { enginy: company, crm: company, transform: [company_name] }
      search_by: lastname
`);

  const keys = matchKeys(mapping, { firstName: 'José', lastName: 'Álvarez', company: 'ACME, Inc.' });

  expect(
    keys.map(({ rule, name, value, clauses, wordClauses }) => ({ rule, name, value, clauses, wordClauses })),
  ).toEqual([
    {
      rule: 0,
      name: 'firstName+lastName+company',
      value: 'jose\u0000alvarez\u0000acme',
      clauses: [{ property: 'lastname', in: ['álvarez', 'alvarez'] }],
      wordClauses: [],
    },
  ]);
  expect(candidateKeys(mapping, 0, { firstname: 'Jose', lastname: 'ALVAREZ', company: 'Acme S.L.' })).toEqual([
    keys[0]?.value,
  ]);
  expect(candidateKeys(mapping, 0, { firstname: 'Jose', lastname: 'Alvarez', company: '' })).toEqual([]);
  expect(matchKeys(mapping, { firstName: 'José', lastName: 'Álvarez' })).toEqual([]);
});

test('searches by the first pair where the rule names none', () => {
  const mapping = rules(`
    - all: [{ enginy: domain, crm: website, transform: [domain] }, { enginy: company, crm: company, transform: [fold] }]
`);

  expect(matchKeys(mapping, { domain: 'www.acme.com', company: 'Acme' })[0]?.clauses).toEqual([
    { property: 'website', in: ['acme.com', 'www.acme.com'] },
  ]);
});

test('never identifies a record by a free-mail domain, on either side', () => {
  const mapping = rules('    - { enginy: domain, crm: domain, also: [hs_additional_domains], transform: [domain] }');

  expect(matchKeys(mapping, { domain: 'https://GMAIL.com' })).toEqual([]);
  expect(candidateKeys(mapping, 0, { domain: 'gmail.com', hs_additional_domains: 'acme.com;web.de' })).toEqual([
    'acme.com',
  ]);
});

test('finds a domain under any extension by its words', () => {
  const mapping = rules('    - { enginy: domain, crm: domain, transform: [domain_name] }');

  const [key] = matchKeys(mapping, { domain: 'acme-labs.com' });

  expect(key?.clauses).toEqual([{ property: 'domain', tokens: ['acme', 'labs'] }]);
  expect(key?.store).toBeUndefined();
  expect(candidateKeys(mapping, 0, { domain: 'shop.acme-labs.co.uk' })).toEqual([key?.value]);
});

test('keeps a name with a semicolon whole', () => {
  const mapping = rules('    - { enginy: company, crm: company, transform: [company_name] }');

  expect(candidateKeys(mapping, 0, { company: 'Foo; Bar GmbH' })).toEqual(['foo bar']);
});

test('compares Enginy ids exactly', () => {
  const mapping = rules('    - identity');

  expect(matchKeys(mapping, { externalId: 42 })[0]?.value).toBe('42');
  expect(candidateKeys(mapping, 0, { enginy_external_id: 'Lead-1' })).toEqual(['Lead-1']);
});

test('refuses a rule that the mapping does not have', () => {
  expect(() => candidateKeys(rules('    - identity'), 7, {})).toThrow(RangeError);
});

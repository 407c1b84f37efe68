import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeEmail } from '../../src/mapping/values/email-address.ts';
import { normalizePhone } from '../../src/mapping/values/phone-number.ts';
import { isPartialValue } from '../../src/mapping/values/value-problem.ts';
import { createAll, type ValueCase } from './record-values.ts';

let count = 0;

/** A contact with a name, since HubSpot requires one. */
function contact(
  given: ValueCase['given'],
  held: Readonly<Record<string, string | undefined>>,
  isWarned = false,
): ValueCase {
  count += 1;
  return { given: { lastName: `Case ${count}`, ...given }, held, isWarned };
}

const read = (phone: unknown, number: string, others: ValueCase['given'] = {}) =>
  contact({ phone, ...others }, { phone: number, enginy_phone: undefined });
const kept = (phone: string, others: ValueCase['given'] = {}) =>
  contact({ phone, ...others }, { phone, enginy_phone: undefined }, true);
const first = (phone: unknown, number: string, raw: string) =>
  contact({ phone }, { phone: number, enginy_phone: raw }, true);

const phones: readonly ValueCase[] = [
  read('600 11 12 22', '+34600111222', { country: 'Spain' }),
  read('600 11 12 23', '+34600111223', { country: 'España' }),
  read('600 11 12 24', '+34600111224', { country: 'ES' }),
  read('600 11 12 25', '+34600111225', { leadCountry: 'ESP' }),
  read('089 1234567', '+49891234567', { country: 'Deutschland' }),
  read('089/1234568', '+49891234568', { country: 'Allemagne' }),
  read('020 7946 0958', '+442079460958', { country: 'UK' }),
  read('06 12 34 56 78', '+33612345678', { country: 'Frankreich' }),
  read('03-1234-5678', '+81312345678', { country: '日本' }),
  read('(213) 373-4253', '+12133734253'),
  read('(213) 373-4254', '+12133734254', { country: 'Atlantis' }),
  read('00 49 89 11196611', '+498911196611'),
  read('0044 20 7946 0959', '+442079460959'),
  read('(0044) 20 7946 0960', '+442079460960'),
  read('+52 1 55 1234 5678', '+525512345678'),
  read('34600111226', '+34600111226'),
  read('＋34 600 111 227', '+34600111227'),
  read('٠٦٠٠١١١٢٢٢', '+33600111222', { country: 'France' }),
  read('+1 213 373 4255 ext. 12', '+12133734255 ext. 12'),
  read('tel:+34-600-111-228', '+34600111228'),
  read(['+34 600 111 229'], '+34600111229'),
  first('+34 600111230 / +34 911222333', '+34600111230', '+34 600111230 / +34 911222333'),
  first('+34600111231; +34911222333', '+34600111231', '+34600111231; +34911222333'),
  first('213 373 4256 or 213 373 4257', '+12133734256', '213 373 4256 or 213 373 4257'),
  first(['+34 600 111 232', '+34 911 222 333'], '+34600111232', '+34 600 111 232;+34 911 222 333'),
  first(['ask', '+34 600 111 233'], '+34600111233', 'ask;+34 600 111 233'),
  kept('ask reception'),
  kept('1-800-FLOWERS'),
  kept('+34 600'),
  kept('600 11', { country: 'Spain' }),
  kept('213 373 4299', { country: 'Denmark' }),
  kept('213-373-4298', { country: 'Portugal' }),
  read('+1 213 373 4297', '+12133734297', { country: 'Denmark' }),
];

test('reads phone numbers by the country of the record, and keeps what cannot be read as it came', async () => {
  expect(await createAll('contacts', phones, { DEFAULT_COUNTRY: 'US' })).toEqual(phones);
});

const addresses: readonly ValueCase[] = [
  contact(
    { email: ['a1@acme.com', 'a2@acme.com'] },
    { email: 'a1@acme.com', enginy_email: 'a1@acme.com;a2@acme.com' },
    true,
  ),
  contact(
    { email: 'b1@acme.com, b2@acme.com' },
    { email: 'b1@acme.com', enginy_email: 'b1@acme.com, b2@acme.com' },
    true,
  ),
  contact(
    { email: 'c1@acme.com; c2@acme.com' },
    { email: 'c1@acme.com', enginy_email: 'c1@acme.com; c2@acme.com' },
    true,
  ),
  contact(
    { email: 'd1@acme.com c2@acme.com' },
    { email: 'd1@acme.com', enginy_email: 'd1@acme.com c2@acme.com' },
    true,
  ),
  contact(
    { email: 'e1@acme.com / e2@acme.com' },
    { email: 'e1@acme.com', enginy_email: 'e1@acme.com / e2@acme.com' },
    true,
  ),
  contact({ email: 'Ada <F1@Acme.com>' }, { email: 'f1@acme.com', enginy_email: undefined }),
  ...['john smith@acme.com', 'john e smith@acme.com', 'john,smith@acme.com', 'Mail john. smith@acme.com'].map((email) =>
    contact({ email }, { email: undefined, enginy_email: email }, true),
  ),
  contact({ email: 'Work: g1@acme.com' }, { email: 'g1@acme.com', enginy_email: 'Work: g1@acme.com' }, true),
  contact({ email: 'g2@acme.com (Work)' }, { email: 'g2@acme.com', enginy_email: 'g2@acme.com (Work)' }, true),
  contact({ email: 'N/A; g3@acme.com' }, { email: 'g3@acme.com', enginy_email: 'N/A; g3@acme.com' }, true),
  contact({ email: 'not an address' }, { email: undefined, enginy_email: 'not an address' }, true),
  contact({ email: 'info@xn--mller-kva.de' }, { email: 'info@müller.de', enginy_email: undefined }),
  contact({ website: 'acme' }, { website: 'acme' }, true),
  contact({ website: 'acme.com acme.es' }, { website: 'https://acme.com', enginy_website: 'acme.com acme.es' }, true),
  contact({ website: 'acme.com, acme.es' }, { website: 'https://acme.com', enginy_website: 'acme.com, acme.es' }, true),
  contact(
    { website: ['acme.com', 'acme.es'] },
    { website: 'https://acme.com', enginy_website: 'acme.com;acme.es' },
    true,
  ),
  contact({ website: 'Node.js developer' }, { website: 'Node.js developer' }, true),
  contact({ website: 'acme', domain: 'acme.com' }, { website: 'https://acme.com', enginy_website: 'acme' }, true),
  contact({ website: 'https://acme.newtld/about' }, { website: 'https://acme.newtld/about' }),
  contact({ linkedinUrl: 'ada lovelace' }, { hs_linkedin_url: 'ada lovelace' }, true),
];

test('keeps every address: as a value, as it came, or in a property beside it', async () => {
  expect(await createAll('contacts', addresses)).toEqual(addresses);
});

const company = (given: ValueCase['given'], held: ValueCase['held'], isWarned = true): ValueCase => ({
  given,
  held,
  isWarned,
});
const companies: readonly ValueCase[] = [
  company({ foundedYear: 'c. 1999' }, { founded_year: undefined, enginy_founded_year: 'c. 1999' }),
  company({ foundedYear: '1999-05-01' }, { founded_year: '1999', enginy_founded_year: undefined }, false),
  company({ foundedYear: 'the nineties' }, { founded_year: undefined, enginy_founded_year: 'the nineties' }),
  company({ domain: 'one.example two.example' }, { domain: 'one.example', enginy_domain: 'one.example two.example' }),
  company(
    { domain: ['three.example', 'four.example'] },
    { domain: 'three.example', enginy_domain: 'three.example;four.example' },
  ),
  company({ domain: 'acme' }, { domain: undefined, enginy_domain: 'acme' }),
  company({ domain: 'localhost' }, { domain: undefined, enginy_domain: 'localhost' }),
  company({ domain: '192.168.0.1' }, { domain: undefined, enginy_domain: '192.168.0.1' }),
  company({ domain: 'https://www.acme.newtld/about' }, { domain: 'acme.newtld', enginy_domain: undefined }, false),
  company({ domain: 'shop.intern' }, { domain: 'shop.intern', enginy_domain: undefined }, false),
];

test('keeps what is no year and no domain beside it', async () => {
  expect(await createAll('companies', companies)).toEqual(companies);
});

test.each([
  ['info@müller.de', 'info@xn--mller-kva.de'],
  ['josé@example.com', 'jose\u0301@example.com'],
  ['JOSÉ@BÜCHER.example', 'josé@xn--bcher-kva.example'],
  ['ada@bu\u0308cher.de', 'ada@bücher.de'],
  ['ñ@example.com', 'n\u0303@example.com'],
])('sees one address in %j and %j', (one, other) => {
  expect(normalizeEmail(one)).toBe(normalizeEmail(other));
  expect(normalizeEmail(one)).toEqual(expect.any(String));
});

test('never yields a phone number that its own printing does not read back', () => {
  const text = fc.stringMatching(/^\+?[0-9 ()./x;-]{5,24}$/);
  const country = fc.constantFrom(undefined, 'ES', 'US', 'DE', 'IT', 'MX', 'AR', 'BR', 'CI');
  fc.assert(
    fc.property(text, country, country, (given, recordCountry, defaultCountry) => {
      const locale = {
        ...(recordCountry !== undefined && { recordCountry }),
        ...(defaultCountry !== undefined && { defaultCountry }),
      };
      const once = normalizePhone(given, locale);
      const number = isPartialValue(once) ? once.value : once;
      if (typeof number !== 'string') return;
      expect(normalizePhone(number, locale)).toBe(number);
      expect(normalizePhone(number, {})).toBe(number);
    }),
    { numRuns: 2000 },
  );
});

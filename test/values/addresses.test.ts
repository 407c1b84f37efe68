import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeEmail } from '../../src/mapping/values/email-address.ts';
import { normalizePhone } from '../../src/mapping/values/phones/phone-number.ts';
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
  read('(+34) 600 111 401', '+34600111401'),
  read('(+34)600111402', '+34600111402'),
  read('(0034) 600 111 403', '+34600111403'),
  read('( +34 ) 600 111 404', '+34600111404'),
  read('(+1) (213) 373-4405', '+12133734405'),
  read('(+44)(0)20 7946 0406', '+442079460406'),
  read('(+44) 020 7946 0407', '+442079460407'),
  first('+34 600111230 / +34 911222333', '+34600111230', '+34 600111230 / +34 911222333'),
  first('+34600111231; +34911222333', '+34600111231', '+34600111231; +34911222333'),
  first('213 373 4256 or 213 373 4257', '+12133734256', '213 373 4256 or 213 373 4257'),
  first(['+34 600 111 232', '+34 911 222 333'], '+34600111232', '+34 600 111 232;+34 911 222 333'),
  first(['ask', '+34 600 111 233'], '+34600111233', 'ask;+34 600 111 233'),
  contact({ phone: '0' }, { phone: undefined }, true),
  kept('ask reception'),
  kept('1-800-FLOWERS'),
  kept('+34 600'),
  kept('600 11', { country: 'Spain' }),
  kept('8 (495) 123-45-67', { country: 'Spain' }),
  kept('8 495 123 45 67'),
  read('34-600-111-405', '+34600111405', { country: 'France' }),
  kept('213 373 4299', { country: 'Denmark' }),
  kept('213-373-4298', { country: 'Portugal' }),
  read('+1 213 373 4297', '+12133734297', { country: 'Denmark' }),
  read('34 600 111 301', '+34600111301', { country: 'Spain' }),
  read('34-600-111-302', '+34600111302', { country: 'ES' }),
  read('49 170 1234503', '+491701234503', { country: 'Germany' }),
  read('4917012345604', '+4917012345604', { country: 'Germany' }),
  read('49 (0) 89 1234505', '+49891234505', { country: 'Germany' }),
  read('44 20 7946 0306', '+442079460306', { country: 'GB' }),
  read('39 06 1234507', '+39061234507', { country: 'Italy' }),
  read('91 98765 43308', '+919876543308', { country: 'India' }),
  read('521 55 1234 5309', '+525512345309', { country: 'Mexico' }),
  read('34600111310.0', '+34600111310', { country: 'Spain' }),
  read('1 213 373 4311', '+12133734311', { country: 'Germany' }),
  kept('34 600 111 312', { country: 'Germany' }),
  read('0034 (0) 600 111 313', '+34600111313', { country: 'Germany' }),
  read('00 34 600 111 314', '+34600111314', { country: 'Germany' }),
  read('+49 (0)89 1234515', '+49891234515'),
  read('+44 (0) 20 7946 0316', '+442079460316'),
  read('+39 (06) 1234517', '+39061234517'),
  read('(0) 89 1234518', '+49891234518', { country: 'Germany' }),
  read('++34 600 111 319', '+34600111319'),
  read('+0034 600 111 320', '+34600111320'),
  read('+34 911 222 321 Ext.: 45', '+34911222321 ext. 45'),
  read('+34 911 222 322 extensión 12', '+34911222322 ext. 12'),
  read('+49 89 1234523 Durchwahl 7', '+49891234523 ext. 7'),
  read('+33 1 23 45 67 24 poste 3', '+33123456724 ext. 3'),
  read('+34 911 222 325 #45', '+34911222325 ext. 45'),
  read('Mobile: +34 600 111 326', '+34600111326'),
  read('Tel. +34 600 111 327', '+34600111327'),
  read('📞 +34 600 111 328 (WhatsApp)', '+34600111328'),
  read('https://wa.me/34600111329', '+34600111329'),
  read('\u202a+34 600 111 330\u202c', '+34600111330'),
  read('+34·600·111·331', '+34600111331'),
  first('T: +34 600 111 332 M: +34 600 111 432', '+34600111332', 'T: +34 600 111 332 M: +34 600 111 432'),
  first('+34600111333 & +34600111433', '+34600111333', '+34600111333 & +34600111433'),
  first('213-373-4334 - 213-373-4434', '+12133734334', '213-373-4334 - 213-373-4434'),
  first('2133734335   2133734435', '+12133734335', '2133734335   2133734435'),
  first('+34 600 111 336 ask for Maria', '+34600111336', '+34 600 111 336 ask for Maria'),
  first('Fax +34 600 111 337', '+34600111337', 'Fax +34 600 111 337'),
  kept('+34 6OO 111 338'),
  kept('6.00111339E8', { country: 'Spain' }),
  kept('0600 111 340', { country: 'Spain' }),
  kept('000 000 0000'),
  kept('213 373 4341 / 4342'),
];

test('reads phone numbers by the country of the record, and keeps what cannot be read unchanged', async () => {
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
  ...['g4@acme.com - private', 'g5@acme.com [verified]', 'g6@acme.com (verified 2026-01-01)'].map((email) =>
    contact({ email }, { email: email.slice(0, 11), enginy_email: email }, true),
  ),
  ...["'g7@acme.com'", '(g7@acme.com)', '"g7@acme.com"', '[g7@acme.com](mailto:g7@acme.com)'].map((email, at) =>
    contact({ email: email.replaceAll('g7', `g7${at}`) }, { email: `g7${at}@acme.com`, enginy_email: undefined }),
  ),
  ...['noemail@noemail.com', 'none@none.com', 'no-email@na.org', 'Null@undefined.com', 'sinemail@sinemail.es'].map(
    (email) => contact({ email }, { email: undefined, enginy_email: email }, true),
  ),
  ...['email@email.com', 'mail@none.com', 'noemail@mail.com', 'na@mail.ru'].map((email) =>
    contact({ email }, { email: undefined, enginy_email: email }, true),
  ),
  ...['mail@nothing.tech', 'email@sample.io', 'noreply@hidden.agency', 'aa@mail.com', 'xx@mail.ru'].map((email) =>
    contact({ email }, { email, enginy_email: undefined }),
  ),
  ...['linkedin.com/in/N/A', 'https://www.linkedin.com/in/{{slug}}'].map((linkedinUrl) =>
    contact({ linkedinUrl }, { hs_linkedin_url: linkedinUrl }, true),
  ),
  contact({ linkedinUrl: 'linkedin.com/in/n' }, { hs_linkedin_url: 'https://www.linkedin.com/in/n' }),
  contact({ email: 'test@acme.com' }, { email: 'test@acme.com', enginy_email: undefined }),
  contact({ email: 'N/A; g3@acme.com' }, { email: 'g3@acme.com', enginy_email: 'N/A; g3@acme.com' }, true),
  contact({ email: 'not an address' }, { email: undefined, enginy_email: 'not an address' }, true),
  contact({ email: 'info@xn--mller-kva.de' }, { email: 'info@müller.de', enginy_email: undefined }),
  contact({ email: 'h1＠acme.com' }, { email: 'h1@acme.com', enginy_email: undefined }),
  contact({ email: 'h2@acme。com' }, { email: 'h2@acme.com', enginy_email: undefined }),
  contact({ email: 'h3＠müller。de' }, { email: 'h3@müller.de', enginy_email: undefined }),
  contact({ email: 'Ada <h4﹫acme．com>' }, { email: 'h4@acme.com', enginy_email: undefined }),
  contact({ email: 'h5@acme＠b.com' }, { email: undefined, enginy_email: 'h5@acme＠b.com' }, true),
  contact({ email: 'h。6@acme.com' }, { email: 'h。6@acme.com', enginy_email: undefined }),
  ...[
    '<https://www.linkedin.com/in/h7>',
    '"linkedin.com/in/h8"',
    '(https://linkedin.com/in/h9',
    '‘linkedin.com/in/h0”',
    '[linkedin.com/in/k1]',
    '[Ada Lovelace](https://www.linkedin.com/in/k2?trk=x)',
    '[https://linkedin.com/in/k3](https://linkedin.com/in/k3)',
    '<https://linkedin.com/in/k4|Ada>',
    '((es.linkedin.com/in/k5/))',
    'in/k6',
    '/in/K7/',
    'LinkedIn: https://linkedin.com/in/k8',
    "'http://linkedin.com/in/k9'",
    'linkedin.com/in/k0%20',
  ].map((linkedinUrl) =>
    contact(
      { linkedinUrl },
      { hs_linkedin_url: `https://www.linkedin.com/in/${/[hk]\d/i.exec(linkedinUrl)?.[0].toLowerCase()}` },
    ),
  ),
  contact({ website: 'acme' }, { website: 'acme' }, true),
  contact({ website: '<https://acme.com/a>' }, { website: 'https://acme.com/a' }),
  contact({ website: 'https://acme.com/b,' }, { website: 'https://acme.com/b' }),
  contact({ website: '(acme.com)' }, { website: 'https://acme.com' }),
  contact({ title: 'CEO\u200b' }, { jobtitle: 'CEO' }),
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
  ...['linkedin.com/in/100%', 'linkedin.com/in/ada%c3', 'in/', '@ada'].map((linkedinUrl) =>
    contact({ linkedinUrl }, { hs_linkedin_url: linkedinUrl }, true),
  ),
  contact({ linkedinUrl: 'ada lovelace' }, { hs_linkedin_url: 'ada lovelace' }, true),
];

test('keeps every address: as a value, unchanged, or in a property beside it', async () => {
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
  company({ foundedYear: '１９９９' }, { founded_year: '1999', enginy_founded_year: undefined }, false),
  company({ domain: 'gmail.com' }, { domain: undefined, enginy_domain: 'gmail.com' }),
  company({ domain: 'www.GMX.de' }, { domain: undefined, enginy_domain: 'www.GMX.de' }),
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
  ...[
    'https://app.apollo.io/#/companies/5f',
    'apollo.io/companies/acme',
    'https://www.dropbox.com/s/abc/acme.pdf',
    'g2.com/products/acme',
    'crunchbase.com/organization/acme',
    'linktr.ee/acme',
    'acme.notion.site',
    'acme.wixsite.com/home',
    'https://acme.slack.com',
    'acme.zendesk.com',
    'https://jobs.lever.co/acme',
    'apply.workable.com/acme',
    'https://appsource.microsoft.com/product/acme',
    'getapp.com/software/acme',
    'https://www.ycombinator.com/companies/acme',
    'theorg.com/org/acme',
    'https://leadiq.com/c/acme/5a1',
    'dealroom.co/companies/acme',
    'docs.google.com/document/d/1',
    'https://monday.com/partners/acme',
    'https://www.skool.com/acme',
    'whop.com/acme',
    'https://acme.odoo.com',
    'acme.eatbu.com',
    'https://www.theknot.com/marketplace/acme',
    'avito.ru/acme',
    'acme.gamma.site',
  ].map((domain) => company({ domain }, { domain: undefined, enginy_domain: domain })),
  ...['dropbox.com', 'https://www.zoom.us/', 'slack.com', 'www.hubspot.com', 'odoo.com'].map((domain) =>
    company(
      { domain },
      { domain: domain.replace(/^https:\/\/|^www\.|www\.|\/$/g, ''), enginy_domain: undefined },
      false,
    ),
  ),
  ...[
    ['(five.example)', 'five.example'],
    ['<six.example>', 'six.example'],
    ['"seven.example"', 'seven.example'],
    ['https://https://eight.example', 'eight.example'],
    ['nine.example;', 'nine.example'],
  ].map(([domain, held]) => company({ domain }, { domain: held, enginy_domain: undefined }, false)),
];

test('keeps a text that is not a year or a domain in another property', async () => {
  expect(await createAll('companies', companies)).toEqual(companies);
});

test.each([
  ['info@müller.de', 'info@xn--mller-kva.de'],
  ['josé@example.com', 'jose\u0301@example.com'],
  ['JOSÉ@BÜCHER.example', 'josé@xn--bcher-kva.example'],
  ['ada@bu\u0308cher.de', 'ada@bücher.de'],
  ['ñ@example.com', 'n\u0303@example.com'],
  ['ada＠bücher。de', 'ada@xn--bcher-kva.de'],
])('reads %j and %j as one address', (one, other) => {
  expect(normalizeEmail(one)).toBe(normalizeEmail(other));
  expect(normalizeEmail(one)).toEqual(expect.any(String));
});

test('reads every phone number that it prints as the same number', () => {
  const anyText = fc.stringMatching(/^(?:\+|00|Tel: )?[0-9 ()./x;-]{5,24}(?: ext 7| DW 12| \(Ada\))?$/);
  const groups = fc.array(fc.stringMatching(/^[0-9]{2,4}$/), { minLength: 2, maxLength: 4 });
  const likely = fc
    .tuple(
      fc.constantFrom('+', '00', '00 ', 'Tel: +', '(+', '', '', '0', '(0)'),
      fc.constantFrom('34', '1', '49', '44 (0)', '39', '52 1', '55', '54 9', '225', '', ''),
      fc.constantFrom(' ', '-', '.', '/', '', ') '),
      groups,
      fc.constantFrom('', '', '', ' ext 7', 'x7', ';ext=7', ' DW 12', ' (Ada)', ' / '),
    )
    .map(([prefix, code, between, parts, suffix]) => `${prefix}${[code, ...parts].join(between)}${suffix}`);
  const text = fc.oneof(anyText, { weight: 4, arbitrary: likely });
  const country = fc.constantFrom(undefined, 'ES', 'US', 'DE', 'IT', 'MX', 'AR', 'BR', 'CI');
  let printed = 0;
  fc.assert(
    fc.property(text, country, country, (given, recordCountry, defaultCountry) => {
      const locale = {
        ...(recordCountry !== undefined && { recordCountry }),
        ...(defaultCountry !== undefined && { defaultCountry }),
      };
      const once = normalizePhone(given, locale);
      const number = isPartialValue(once) ? once.value : once;
      if (typeof number !== 'string') return;
      printed += 1;
      expect(normalizePhone(number, locale)).toBe(number);
      expect(normalizePhone(number, {})).toBe(number);
    }),
    { numRuns: 2000 },
  );

  expect(printed).toBeGreaterThan(100);
});

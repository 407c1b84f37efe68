import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { expect, test } from 'vitest';
import { toCrmProperties } from '../../src/mapping/run/translate-record.ts';
import { findTransform, transformNames, transforms } from '../../src/mapping/transforms/transforms.ts';
import { isFreeMailDomain } from '../../src/mapping/values/free-mail-domains.ts';
import { isPartialValue, isValueProblem } from '../../src/mapping/values/value-problem.ts';
import { aMapping } from './a-mapping.ts';

const noValue = 'problem';

/** What a text transform makes of a value: its text, a list joined by `;`, `problem`, or undefined. */
function run(name: string, value: string, { country, argument = '' }: { country?: string; argument?: string } = {}) {
  const transform = findTransform(name);
  if (transform === undefined) throw new Error(`no transform ${name}`);
  const locale = country === undefined ? {} : { defaultCountry: country };
  if (transform.accepts === 'owner') return transform.apply({ name: 'Ada Lovelace', email: 'ada@example.com' });
  const result =
    transform.accepts === 'list'
      ? transform.apply(value.split(';'), argument)
      : transform.apply(value, locale, argument);
  if (isValueProblem(result)) return noValue;
  if (isPartialValue(result)) return result.value;
  return typeof result === 'string' || result === undefined ? result : result.join(';');
}

test.each(transformNames.map((name) => ({ name })))('$name does what its documentation says', ({ name }) => {
  const { example } = transforms[name];
  const written = /^\{ \w+: (.*?) \}: (.*)$/.exec(example[0]);
  const given = (written?.[2] ?? example[0])
    .replace(/^\[(.*)\]$/, '$1')
    .replaceAll(/,\s*(?=\w)/g, name === 'split' ? ', ' : ';');
  const argument = (written?.[1] ?? '').replace(/^'(.*)'$/, '$1');

  const usesCommas = !['take', 'unique', 'join', 'split'].includes(name);
  expect(run(name, usesCommas ? (written?.[2] ?? example[0]) : given, { argument })).toBe(example[1]);
});

test.each([
  ['ADA@Example.com', 'ada@example.com'],
  [' mailto:ada@example.com?subject=Hi ', 'ada@example.com'],
  ['Ada Lovelace <ada+crm@mail.example.co.uk>', 'ada+crm@mail.example.co.uk'],
  ['\u200bada@example.com.', 'ada@example.com'],
  ['josé@bücher.example', 'josé@bücher.example'],
  ['ada@example', noValue],
  ['ada@@example.com', noValue],
  ['a..b@example.com', noValue],
  ['ada@example.com, bob@example.com', 'ada@example.com'],
  ['info@xn--mller-kva.de', 'info@müller.de'],
  ['jose\u0301@example.com', 'josé@example.com'],
  ['ada@127.0.0.1', noValue],
  [`${'a'.repeat(65)}@example.com`, noValue],
  ['n/a', noValue],
])('reads the email address %j as %j', (given, expected) => {
  expect(run('email', given)).toBe(expected);
});

test.each([
  ['https://www.linkedin.com/in/Ada-Lovelace/', 'https://www.linkedin.com/in/ada-lovelace'],
  ['http://es.linkedin.com/in/ada?trk=people#x', 'https://www.linkedin.com/in/ada'],
  ['m.linkedin.com/mwlite/in/ada', 'https://www.linkedin.com/in/ada'],
  ['https://www.linkedin.com/comm/in/ada', 'https://www.linkedin.com/in/ada'],
  ['//linkedin.com/in/ada/details/experience/', 'https://www.linkedin.com/in/ada'],
  ['LINKEDIN.COM/IN/ADA', 'https://www.linkedin.com/in/ada'],
  ['https://www.linkedin.com/in/jos%C3%A9-garc%C3%ADa', 'https://www.linkedin.com/in/josé-garcía'],
  ['https://www.linkedin.com/in/jos%25C3%25A9', 'https://www.linkedin.com/in/josé'],
  ['https://linkedin.com/company/Acme-Inc/about/', 'https://www.linkedin.com/company/acme-inc'],
  ['https://www.linkedin.com/school/MIT/', 'https://www.linkedin.com/school/mit'],
  ['https://www.linkedin.com/showcase/acme', 'https://www.linkedin.com/showcase/acme'],
  ['https://www.linkedin.com/pub/Ada-L/12/34/5a6', 'https://www.linkedin.com/pub/ada-l/12/34/5a6'],
  [
    'https://www.linkedin.com/sales/lead/ACwAAAbC,NAME_SEARCH,x1Yz?_ntb=1',
    'https://www.linkedin.com/sales/lead/ACwAAAbC',
  ],
  ['linkedin.com/sales/people/ACwAAAbC,name,z9', 'https://www.linkedin.com/sales/lead/ACwAAAbC'],
  ['https://www.linkedin.com/sales/people/ACwAAAbC%2Cname', 'https://www.linkedin.com/sales/lead/ACwAAAbC'],
  ['https://www.linkedin.com/sales/company/1035/people', 'https://www.linkedin.com/sales/company/1035'],
  ['https://www.linkedin.com/sales/search/people?query=x', 'https://www.linkedin.com/sales/search/people'],
  ['https:/linkedin.com//in//Ada//', 'https://www.linkedin.com/in/ada'],
  ['http://www.linkedin.com///company/Acme//about', 'https://www.linkedin.com/company/acme'],
  [
    'https://www.linkedin.com/in/ACoAABcDeFgHiJkLmNoPqRsTuVwXyZ0123456789/',
    'https://www.linkedin.com/in/ACoAABcDeFgHiJkLmNoPqRsTuVwXyZ0123456789',
  ],
  ['https://www.linkedin.com/in/', noValue],
  ['https://www.linkedin.com/feed/update/1', noValue],
  ['https://evil.example/linkedin.com/in/ada', noValue],
  ['https://notlinkedin.com/in/ada', noValue],
  ['https://linkedin.com.evil.example/in/ada', noValue],
  ['https://www.linkedin.com/in/%E0%A4%A', noValue],
  ['ada', noValue],
])('reads the LinkedIn address %j as %j', (given, expected) => {
  expect(run('linkedin_url', given)).toBe(expected);
});

test.each([
  ['+34 600 11 12 22', undefined, '+34600111222'],
  ['600 11 12 22', 'ES', '+34600111222'],
  ['(020) 7946-0958', 'GB', '+442079460958'],
  ['+44 (0)20 7946 0958', undefined, '+442079460958'],
  ['0034 600 111 222', undefined, '+34600111222'],
  ['0034 600 111 222', 'DE', '+34600111222'],
  ['tel:+1-213-373-4253', undefined, '+12133734253'],
  ['+1 213 373 4253 ext. 12', undefined, '+12133734253 ext. 12'],
  ['+39 06 698 12345', undefined, '+390669812345'],
  ['+34 600', undefined, noValue],
  ['600 11 12 22', undefined, noValue],
  ['600 11 12 22', 'XX', noValue],
  ['ask reception', 'ES', noValue],
  ['', 'ES', noValue],
])('reads the phone number %j dialed in %j as %j', (given, country, expected) => {
  expect(run('e164', given, country === undefined ? {} : { country })).toBe(expected);
});

test.each([
  ['HTTPS://user@www.Acme.com:8080/about?x=1', 'acme.com'],
  ['www.acme.co.uk.', 'acme.co.uk'],
  ['shop.acme.com', 'shop.acme.com'],
  ['ada@acme.com', 'acme.com'],
  ['bücher.de', 'xn--bcher-kva.de'],
  ['acme.github.io', 'acme.github.io'],
  ['github.io', noValue],
  ['co.uk', noValue],
  ['localhost', noValue],
  ['192.168.0.1', noValue],
  ['http://[::1]/', noValue],
  ['acme', noValue],
  ['acme.notatld', 'acme.notatld'],
  ['http://10.0.0.1.5/', noValue],
  ['acme.localhost', noValue],
  ['Acme Inc.', noValue],
  ['acme.com;web.de', 'acme.com'],
  ['-acme.com', noValue],
])('reads the domain %j as %j', (given, expected) => {
  expect(run('domain', given)).toBe(expected);
});

test('compares domains without their extension, and without it only where a company owns them', () => {
  expect(run('domain_name', 'https://www.acme.es/')).toBe(run('domain_name', 'shop.acme.co.uk'));
  expect(run('domain_name', 'gmail.com')).toBe(noValue);
  expect(run('root_domain', 'shop.acme.co.uk')).toBe('acme.co.uk');
});

test.each([
  ['acme.com/', 'https://acme.com'],
  ['HTTP://Acme.com/About?q=1', 'http://acme.com/About?q=1'],
  ['//acme.com/a', 'https://acme.com/a'],
  ['javascript:alert(1)', noValue],
  ['ftp://acme.com', noValue],
  ['https://user:secret@acme.com', noValue],
  ['not a site', noValue],
])('reads the web address %j as %j', (given, expected) => {
  expect(run('url', given)).toBe(expected);
});

test.each([
  ['ACME, Inc.', 'acme'],
  ['Acme S.L.', 'acme'],
  ['Acme, S. L. U.', 'acme'],
  ['Müller & Söhne GmbH & Co. KG', 'muller and sohne'],
  ["L'Oréal", 'loreal'],
  ['Booking.com B.V.', 'booking com'],
  ['Acme (Spain) SA', 'acme'],
  ['AT&T Inc', 'at and t'],
  ['SA', 'sa'],
  ['株式会社', '株式会社'],
  ['!!!', '!!!'],
  ['(x)', 'x'],
])('compares the company %j as %j', (given, expected) => {
  expect(run('company_name', given)).toBe(expected);
});

test.each([
  ['1,234.50', '1234.5'],
  ['1.234,50', '1234.5'],
  ['1.234.567', '1234567'],
  ['1,5', '1.5'],
  ['1.234', noValue],
  ['1.2345', '1.2345'],
  ["1'000'000", '1000000'],
  ['1 000', '1000'],
  ['007', '7'],
  ['-0', '0'],
  ['-12.50', '-12.5'],
  ['12345678901234567890', '12345678901234567890'],
  ['51-200', noValue],
  ['1e5', noValue],
  ['12%', noValue],
  ['', noValue],
])('reads the number %j as %j', (given, expected) => {
  expect(run('number', given)).toBe(expected);
});

test.each([
  ['$5.2M', '5200000'],
  ['€25.1 billion', '25100000000'],
  ['USD 1,200,000', '1200000'],
  ['500k EUR', '500000'],
  ['1.5 mio €', '1500000'],
  ['5M+', '5000000'],
  ['$1M - $10M', noValue],
  ['undisclosed', noValue],
  ['5 constructor', noValue],
])('reads the amount %j as %j', (given, expected) => {
  expect(run('amount', given)).toBe(expected);
});

test.each([
  ['51-200', '51'],
  ['10,001+ employees', '10001'],
  ['1 to 10', '1'],
  ['250', '250'],
  ['many', noValue],
])('reads the lower end of %j as %j', (given, expected) => {
  expect(run('lower_bound', given)).toBe(expected);
});

test.each([
  ['2026-01-31T23:30:00-05:00', '2026-01-31'],
  ['2026/1/5', '2026-01-05'],
  ['31.01.2026', '2026-01-31'],
  ['January 31st, 2026', '2026-01-31'],
  ['1767225600000', '2026-01-01'],
  ['1767225600', '2026-01-01'],
  ['2026-02-30', noValue],
  ['03/04/2026', noValue],
  ['2026', noValue],
  ['soon', noValue],
])('reads the day %j as %j', (given, expected) => {
  expect(run('iso_date', given)).toBe(expected);
});

test.each([
  ['2026-01-31T10:00:00.123456+0100', '2026-01-31T09:00:00.123Z'],
  ['2026-01-31 10:00', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T25:00', noValue],
  ['2026-02-30T10:00', noValue],
  ['yesterday', noValue],
])('reads the time %j as %j', (given, expected) => {
  expect(run('iso_datetime', given)).toBe(expected);
});

test.each([
  ['Ada Lovelace', 'Ada', 'Lovelace'],
  ['María José de la Cruz', 'María José', 'de la Cruz'],
  ['Dr. Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
  ['Lovelace, Ada', 'Ada', 'Lovelace'],
  ['Martin Luther King Jr.', 'Martin Luther', 'King'],
  ['Al Pacino', 'Al', 'Pacino'],
  ['Cher', 'Cher', undefined],
  ['  ', undefined, undefined],
])('splits the name %j into %j and %j', (given, first, last) => {
  expect(run('first_name', given)).toBe(first);
  expect(run('last_name', given)).toBe(last);
});

test('finds no transform under names that every object has', () => {
  expect(['constructor', '__proto__', 'toString', 'hasOwnProperty'].map(findTransform)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('keeps to real providers in the list of free-mail domains, each in its canonical form', () => {
  expect(['gmail.com', 'web.de', 'orange.fr', 'qq.com', 'proton.me'].every(isFreeMailDomain)).toBe(true);
  expect(['example.com', 'facebook.com', 'alibaba.com', 'enginy.ai', 'hubspot.com'].some(isFreeMailDomain)).toBe(false);
});

const slug = fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,28}[a-zA-Z0-9])?$/);
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/).filter((text) => !/^.{2}--/.test(text));
const domain = fc
  .tuple(label, fc.constantFrom('com', 'es', 'co.uk', 'io', 'github.io'))
  .map((parts) => parts.join('.'));
const address = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_+-]{0,15})$/), domain)
  .map((parts) => parts.join('@'));
const anything = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  address,
  domain,
  slug.map((word) => `https://es.linkedin.com/in/${word}/?x=${word}`),
  fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom(' Inc.', ' GmbH & Co. KG', ', S.L.', ' s a'))
    .map((parts) => parts.join('')),
  fc.double().map(String),
  fc.integer({ min: 0 }).map((digits) => `+${digits}`),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

/** Transforms whose result is read again as itself: all but those that take something away on purpose. */
const idempotentNames = transformNames.filter((name) => {
  const { accepts, role } = transforms[name];
  return accepts === 'text' && (role !== 'converting' || !['first_name', 'last_name', 'split'].includes(name));
});

test.each(idempotentNames.map((name) => ({ name })))('$name leaves its own results as they are', ({ name }) => {
  let transformed = 0;
  fc.assert(
    fc.property(anything, (value) => {
      const once = run(name, value, { country: 'ES', argument: '10' });
      if (once === undefined || once === '' || once === noValue) return;
      transformed += 1;
      expect(run(name, once, { country: 'ES', argument: '10' })).toBe(once);
    }),
    {
      examples: [
        ['yes'],
        ['12'],
        ['1-10'],
        ['€ 1,200.50'],
        ['2026-03-01'],
        ['Ada'],
        ['+34 910 123 456'],
        ['acme.com'],
        ['a_b.com'],
        ['㍿Zed'],
      ],
    },
  );
  expect(transformed).toBeGreaterThan(0);
});

test.each(transformNames.map((name) => ({ name })))('$name never throws, for any text', ({ name }) => {
  fc.assert(
    fc.property(anything, (value) => {
      run(name, value, { argument: '3' });
    }),
  );
});

test.each([
  { name: 'linkedin_url', values: slug.map((word) => `https://www.linkedin.com/in/${word}`) },
  {
    name: 'linkedin_url',
    values: fc
      .string({ unit: 'grapheme', minLength: 1 })
      .map((word) => `linkedin.com/company/${encodeURIComponent(word)}`),
  },
  { name: 'domain', values: domain },
  { name: 'company_name', values: fc.string({ unit: 'grapheme' }) },
  { name: 'fold', values: fc.string({ unit: 'grapheme' }) },
])('reads every spelling that $name searches for as the value itself', ({ name, values }) => {
  const transform = findTransform(name);
  let checked = 0;
  fc.assert(
    fc.property(values, (given) => {
      const canonical = run(name, given);
      if (transform?.accepts !== 'text' || canonical === undefined || canonical === noValue) return;
      for (const spelling of transform.variants?.(canonical, given) ?? []) {
        expect(run(name, spelling)).toBe(canonical);
        checked += 1;
      }
    }),
  );
  expect(checked).toBeGreaterThan(0);
});

test.each(['jose%CC%81', 'jose%CC%81%22%25', 'jose%CC%81%3F%25', 'jos%C3%A9%E2%80%8B'])(
  'reads the slug %s as josé',
  (slug) => {
    expect(run('linkedin_url', `linkedin.com/company/${slug}`)).toBe('https://www.linkedin.com/company/jos\u00e9');
  },
);

test('fold searches for no spelling of a text with a character of no width that reads as another text', () => {
  const { variants } = transforms.fold;
  expect(new Set(variants('ab', 'a\ufeffb').map((text) => run('fold', text)))).toEqual(new Set(['ab']));
});

test.each([...'’‘ʼ´`＇｀', '\u1fef'])('folds %j, a kind of apostrophe, as the others', (sign) => {
  expect(run('fold', `O${sign}Neil`)).toBe("o'neil");
});

test('searches for no spelling of an unusual company name that would be read as another name', () => {
  const transform = findTransform('company_name');
  if (transform?.accepts !== 'text') throw new Error('company_name reads no texts');
  for (const given of ['(𚿰', 'Zed (', '!!!', 'a und', 'Zed and', 'AG ab', '株 有限会社 &', 'ООО']) {
    const canonical = run('company_name', given);
    if (typeof canonical !== 'string') throw new Error(`${given} has no canonical form`);
    const read = transform.variants?.(canonical, given).map((spelling) => run('company_name', spelling));
    expect(new Set(read), given).toEqual(new Set([canonical]));
  }
});

test('searches LinkedIn addresses by few enough spellings that eight usual ones fit into one search body', () => {
  const spellings = (at: number) => {
    const url = `https://www.linkedin.com/in/ada-lovelace-${at}a`;
    return transforms.linkedin_url.variants(url, url);
  };
  const properties = ['email', 'hs_additional_emails', 'phone', 'mobilephone', 'hs_linkedin_url', 'lifecyclestage'];
  const values = Array.from({ length: 8 }, (_, at) => spellings(at)).flat();
  const filters = [{ propertyName: 'hs_linkedin_url', operator: 'IN', values }];

  expect(spellings(1).length).toBeLessThanOrEqual(8);
  expect(JSON.stringify({ filterGroups: [{ filters }], properties, limit: 200 }).length).toBeLessThanOrEqual(3000);
});

test('reads plain international numbers exactly as the library does', () => {
  const codes = fc.constantFrom(
    '1',
    '31',
    '32',
    '33',
    '34',
    '39',
    '41',
    '43',
    '44',
    '45',
    '46',
    '47',
    '48',
    '49',
    '61',
    '91',
    '351',
    '353',
    '358',
  );
  const digits = fc.stringMatching(/^[0-9]{5,12}$/);
  fc.assert(
    fc.property(codes, digits, (code, national) => {
      const given = `+${code} ${national.slice(0, 3)} ${national.slice(3)}`;
      const parsed = parsePhoneNumberFromString(given);
      const isStable = parsed !== undefined && parsePhoneNumberFromString(parsed.number)?.number === parsed.number;
      expect(run('e164', given)).toBe(isStable && parsed.isPossible() ? parsed.number : noValue);
    }),
    { numRuns: 2000 },
  );
});

test('refuses texts that are too long to be what they should be, without reading them', () => {
  const mapping = aMapping('write: { fields: [{ enginy: revenue, crm: revenue, transform: [amount] }] }');
  const rubbish = `1${' '.repeat(50_000)}x`;

  expect(toCrmProperties(mapping, { revenue: rubbish }, 'update').warnings).toEqual([
    'revenue is too long and was not written to revenue',
  ]);
});

test('searches by spellings in lowercase, each once', () => {
  fc.assert(
    fc.property(anything, fc.constantFrom(...transformNames), (value, name) => {
      const transform = findTransform(name);
      const canonical = run(name, value);
      if (transform?.accepts !== 'text' || canonical === undefined || canonical === noValue) return;
      const spellings = transform.variants?.(canonical, value) ?? [];
      expect(spellings).toEqual([...new Set(spellings.map((spelling) => spelling.toLowerCase()))]);
    }),
    {
      examples: [
        ['a-a.com', 'domain_name'],
        ['Ꭰ.com', 'domain'],
        ['İ', 'uppercase'],
      ],
    },
  );
});

import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { expect, test } from 'vitest';
import { Pseudonyms } from '../../src/capture/redact/pseudonyms.ts';
import { redactCrmBody } from '../../src/capture/redact/redact-crm-body.ts';
import { ValueRedactor } from '../../src/capture/redact/value-redactor.ts';
import type { ValueKind } from '../../src/crm/crm-protocol.ts';
import { hubSpotProtocol } from '../../src/crm/hubspot/protocol/hubspot-protocol.ts';
import { foldCompanyName } from '../../src/mapping/values/company-name.ts';
import { normalizeEmail } from '../../src/mapping/values/email-address.ts';
import { normalizeOwnDomain } from '../../src/mapping/values/web-domain.ts';
import { foldText } from '../../src/mapping/values/fold-text.ts';
import { firstName, lastName } from '../../src/mapping/values/full-name.ts';
import { linkedinUrlVariants, linkedinUrlWords, normalizeLinkedinUrl } from '../../src/mapping/values/linkedin-url.ts';
import { normalizeNumber } from '../../src/mapping/values/numbers/number-text.ts';
import { normalizePhone, phoneVariants } from '../../src/mapping/values/phones/phone-number.ts';
import { normalizeDomain, normalizeDomainName } from '../../src/mapping/values/web-domain.ts';
import { normalizeUrl } from '../../src/mapping/values/web-url.ts';
import { canary, encodings, nestings } from './canary-forms.ts';

const pseudonyms = new Pseudonyms('a secret of this test');

const settings = { pseudonyms, constants: new Set<string>(), phrases: undefined, defaultCountry: undefined };

function redactor() {
  return new ValueRedactor(settings);
}

function redact(text: string, kind: ValueKind = 'unknown'): string {
  return redactor().value(text, kind);
}

test('the same value becomes the same placeholder, in every process that has the key, and another one with another key', () => {
  const again = new Pseudonyms('a secret of this test');
  const other = new Pseudonyms('another secret of this test');

  expect(again.text('Ada Lovelace')).toBe(pseudonyms.text('Ada Lovelace'));
  expect(other.text('Ada Lovelace')).not.toBe(pseudonyms.text('Ada Lovelace'));
});

test('a placeholder keeps length, case and everything between words', () => {
  const stand = pseudonyms.text("  O'Neil-SMITH, Ada (b. 1815) ");

  expect(stand).toMatch(/^ {2}[A-Z]'[A-Z][a-z]{3}-[A-Z]{5}, [A-Z][a-z]{2} \([a-z]\. \d{4}\) $/);
});

test.each(['+34611987654', '+49 171 99988877'])('%s is a phone number, whatever the property offers', (text) => {
  for (const kind of ['constant', 'date', 'unknown'] as const) expect(redact(text, kind)).not.toContain(text.slice(-6));
});

test('the name of a country stays; a word of three letters does not, since people are called like codes of countries', () => {
  expect(redact('Benin')).toBe('Benin');
  expect(redact('Ben')).toMatch(/^[A-Z][a-z]{2}$/);
  expect(redact('Ben')).not.toBe('Ben');
});

test('a value is cut where HubSpot cuts it', () => {
  expect(redact('word '.repeat(20_000), 'text')).toHaveLength(65_536);
});

test('two short words, and two numbers, never share a placeholder', () => {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const pairs = letters.flatMap((a) => letters.map((b) => a + b));

  expect(new Set(pairs.map((pair) => pseudonyms.text(pair))).size).toBe(676);
  expect(
    new Set(Array.from({ length: 5_000 }, (_unused, n) => pseudonyms.digits(String(n).padStart(7, '0')))).size,
  ).toBe(5_000);
});

test.each([
  ['Ada@Example.COM', 'email'],
  [' ada.lovelace+x@shop.acme.co.uk ', 'email'],
  ['Ada Lovelace <ADA@acme.com>', 'email'],
  ['ada@gmail.com', 'email'],
  ['müller@münchen.de', 'email'],
  ['noemail@noemail.com', 'email'],
] as const)('an address is read the same before and after redaction: %s', (address, kind) => {
  const canonical = normalizeEmail(address);

  expect(normalizeEmail(redact(address, kind))).toEqual(
    typeof canonical === 'string' ? redact(canonical, kind) : canonical,
  );
});

test.each(['https://www.walmart.com/seller/ada', 'ada.wixsite.com', 'amazon.co.jp/stores/ada', 'https://lovable.dev'])(
  'a page on a shared platform stays a page on that platform: %s',
  (address) => {
    const redacted = redact(address, 'domain');

    expect(redacted).not.toContain('ada.');
    for (const isWriting of [true, false]) {
      const [one, other] = [address, redacted].map((text) => typeof normalizeOwnDomain(text, { isWriting }));
      expect(other).toBe(one);
    }
  },
);

test('a free-mail address keeps its provider; a company address becomes one of another company under the same suffix', () => {
  expect(redact('ada.lovelace@gmail.com', 'email')).toMatch(/^[a-z]{3}\.[a-z]{8}@gmail\.com$/);
  expect(redact('ada@acme.co.uk', 'email')).toMatch(/^[a-z]{3}@[a-z]{4}\.co\.uk$/);
  expect(redact('ada@acme.co.uk', 'email')).not.toContain('acme');
});

test('a company domain has the same placeholder in addresses, the website and its own field', () => {
  const domain = redact('acme-tools.com', 'domain');

  expect(redact('ada@acme-tools.com', 'email').split('@')[1]).toBe(domain);
  expect(new URL(redact('https://www.acme-tools.com/about', 'url')).hostname).toBe(`www.${domain}`);
  expect(normalizeDomain(redact('HTTPS://WWW.Acme-Tools.com/x', 'domain'))).toBe(domain);
  expect(normalizeDomainName(redact('acme-tools.es', 'domain'))).toBe(normalizeDomainName(domain));
  expect(normalizeDomain(redact('xn--mnchen-3ya.de', 'domain'))).toBe(normalizeDomain(redact('münchen.de', 'domain')));
});

test.each([
  'https://www.linkedin.com/in/Ada-Lovelace/',
  'linkedin.com/in/ada-lovelace',
  'http://de.linkedin.com/in/ADA-LOVELACE?trk=feed',
  'www.linkedin.com/in/ada-lovelace/details/experience',
])('every spelling of a LinkedIn address becomes a spelling of one placeholder: %s', (url) => {
  const stand = redact('https://www.linkedin.com/in/ada-lovelace', 'url');

  expect(normalizeLinkedinUrl(redact(url, 'url'))).toBe(stand);
});

test('accents, percent signs and member numbers of LinkedIn addresses survive', () => {
  const accented = normalizeLinkedinUrl(redact('https://www.linkedin.com/in/josé-garcía', 'url'));
  const urn = 'https://www.linkedin.com/in/ACoAAABcDeFgHiJkLmNoPqRsTuVwXyZ0123456789';

  expect(normalizeLinkedinUrl(redact('https://www.linkedin.com/in/jos%C3%A9-garc%C3%ADa/', 'url'))).toBe(accented);
  expect(normalizeLinkedinUrl(redact(urn, 'url'))).toBe(redact(urn, 'url'));
  expect(redact(urn.toLowerCase(), 'url')).toBe(redact(urn, 'url').toLowerCase());
});

test('a search built from a placeholder asks for the placeholder of what it asked for originally', () => {
  const url = 'https://www.linkedin.com/in/ada-lovelace';
  const phone = '+34600111222';
  const values = redactor();
  const stand = values.value(phone, 'phone');

  expect(linkedinUrlVariants(url, url).map((variant) => redact(variant, 'url'))).toEqual(
    linkedinUrlVariants(redact(url, 'url'), redact(url, 'url')),
  );
  expect(phoneVariants(phone).map((variant) => values.value(variant, 'phone'))).toEqual(phoneVariants(stand));
});

// With these keys, a letter gets a placeholder that no Unicode character has with its accent: `q̈`.
test.each([
  ['s9', 'müller-straße'],
  ['s0', 'ёлкин'],
])(
  'a URL whose placeholder cannot have its accents is searched by the spellings of the placeholder alone',
  (key, slug) => {
    const values = new ValueRedactor({ ...settings, pseudonyms: new Pseudonyms(key) });
    const url = `https://www.linkedin.com/in/${slug}`;
    const stand = values.value(url, 'url');

    const searched = linkedinUrlVariants(url, url).map((variant) => values.value(variant, 'unknown'));
    const words = linkedinUrlWords(url).map((each) => values.words(each));

    expect(new Set(searched)).toEqual(new Set(linkedinUrlVariants(stand, stand)));
    expect(new Set(words)).toEqual(new Set(linkedinUrlWords(stand)));
  },
);

test.each(['+34 600 111 222', '0034600111222', '+1 (617) 555-0123', '+44 20 7946 0958 ext. 12', '+49 (0)30 901820'])(
  'a phone number stays a valid number of its country in its spelling: %s',
  (phone) => {
    const stand = redact(phone, 'phone');
    const before = parsePhoneNumberFromString(phone.replace(/^00/, '+'));
    const after = parsePhoneNumberFromString(stand.replace(/^00/, '+'));

    expect(stand).not.toBe(phone);
    expect(stand.replace(/\d/g, '0')).toBe(phone.replace(/\d/g, '0'));
    expect([after?.country, after?.isValid()]).toEqual([before?.country, before?.isValid()]);
    expect(normalizePhone(stand, {})).toBe(redact(String(normalizePhone(phone, {})), 'phone'));
  },
);

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

test.each(['Dr. Ada van der Lovelace', 'Lovelace, Ada', 'Ada Lovelace, PhD', 'Ada', 'Ludwig de la Cruz Jr.'])(
  'a full name is split the same way after redaction: %s',
  (name) => {
    const stand = redact(name, 'person');

    expect(firstName(stand)).toBe(redact(textOf(firstName(name)), 'person') || undefined);
    expect(lastName(stand)).toBe(redact(textOf(lastName(name)), 'family name') || undefined);
    expect(stand).not.toContain('Ada');
  },
);

test('legal forms and accents of a company name are still ignored', () => {
  const folded = foldCompanyName(redact('Société Générale, S.A.', 'company'));

  expect(foldCompanyName(redact('SOCIETE GENERALE', 'company'))).toBe(folded);
  expect(foldCompanyName(redact('societe generale Ltd', 'company'))).toBe(folded);
  expect(redact('Acme GmbH', 'company')).toMatch(/^[A-Z][a-z]{3} GmbH$/);
});

test('texts that differ only in case and accents still do, and no others become equal', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aAbBéÉzñ Ü-.19'), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(foldText(pseudonyms.text(a)) === foldText(pseudonyms.text(b))).toBe(foldText(a) === foldText(b));
    }),
    { numRuns: 500 },
  );
});

test('dates and numbers stay, except digits that may be a phone number', () => {
  for (const kept of ['0', '85', '1,200.50', '51-200', '1M - 10M', '1906-12-09', '2026-11-20T01:00:00+02:00', 'true']) {
    expect(redact(kept)).toBe(kept);
  }
  expect(redact('4111 1111 1154 0626')).toMatch(/^\d{4} \d{4} \d{4} \d{4}$/);
  expect(redact('4111 1111 1154 0626')).not.toMatch(/4111|1111|0626/);
  expect(normalizeNumber(redact('12,345,678.50'))).toBe(redact(String(normalizeNumber('12,345,678.50'))));
});

test('a number, a date or a size that a custom field sends to a text property stays the same in both', () => {
  for (const value of ['10115', '51-200', '2026-11-20', '42', 'EUR 1.5M']) {
    const values = redactor();
    expect([value, values.value(value, 'unknown'), values.value(value, 'text')]).toEqual([value, value, value]);
  }
  expect(redact('030 5550199', 'text')).not.toContain('5550199');
  expect(redact('Room 10115', 'text')).not.toContain('10115');
});

test('markup keeps its tags and entities, and nothing else', () => {
  const stand = redact(
    '<p class="x" title="Ada">Hi&nbsp;Ada &amp; co, <a href="mailto:ada@acme.com">write</a><!-- Ada --></p>',
    'text',
  );

  expect(stand).toMatch(
    /^<p class="[a-z]" title="[A-Z][a-z]{2}">[A-Z][a-z]&nbsp;[A-Z][a-z]{2} &amp; [a-z]{2}, <a href="mailto:[a-z]{3}@[a-z]{4}\.com">[a-z]{5}<\/a><!-- [A-Z][a-z]{2} --><\/p>$/,
  );
  expect(stand).not.toContain('Ada');
});

test('web addresses stay web addresses', () => {
  const stand = redact('See https://acme.com/people/ada?who=Ada%20L#top, please', 'text');

  expect(stand).toMatch(
    /^[A-Z][a-z]{2} https:\/\/[a-z]{4}\.com\/[a-z]{6}\/[a-z]{3}\?[a-z]{3}=[A-Z][a-z]{2}%20[A-Z]#[a-z]{3}, [a-z]{6}$/,
  );
  expect(normalizeUrl(stand.split(' ')[1]?.replace(',', '') ?? '')).toEqual(expect.any(String));
});

test.each([
  ['Don Kingsley', /^[A-Z][a-z]{2} [A-Z][a-z]{7}$/],
  ['Dr. Ada Kingsley PhD', /^[A-Z][a-z]{2} [A-Z][a-z]{7}$/],
  ['Ada Le Mans', /^[A-Z][a-z]{2} de [A-Z][a-z]{3}$/],
  ['Ben', /^[A-Z][a-z]{2}$/],
])('a title or particle that may be a name becomes another one: %s', (name, form) => {
  expect(redact(name, 'person')).toMatch(form);
});

const kinds: readonly ValueKind[] = [
  ...(['id', 'email', 'phone', 'person', 'family name', 'company'] as const),
  ...(['domain', 'url', 'text', 'constant', 'date', 'unknown'] as const),
];

test('no canary survives in any kind, encoding and nesting, nor in a sentence', () => {
  const survivors: string[] = [];
  for (const [name, encode] of Object.entries(encodings)) {
    const needle = encode(canary);
    for (const [index, nest] of nestings.entries()) {
      const text = nest(needle);
      for (const kind of kinds)
        if (redact(text, kind).toLowerCase().includes(needle.toLowerCase())) survivors.push(`${name} ${index} ${kind}`);
      if (redactor().sentence(text).toLowerCase().includes(needle.toLowerCase()))
        survivors.push(`${name} ${index} sentence`);
    }
  }
  expect(survivors).toEqual([]);
});

test.each([
  ['&eacute;', /^&#\d+;$/],
  ['&szlig;&oslash;&Scaron;', /^(?:&#\d+;|[a-z]){3,}$/i],
  ['&zqcanary;', /^&nbsp;$/],
  ['&ampzqcanary;', /^&nbsp;$/],
  ['&&#122;qcanary;', /^&nbsp;$/],
  ['&lt;&amp;&#38;&#x26;', /^&lt;&amp;&#38;&#x26;$/],
  ['AT&T', /^[A-Z]{2}&[A-Z]$/],
  ['&#122;&#113;canary', /^[a-z]{8}$/],
  ['&#1114112;x', /^&#1114112;[a-z]$/],
  ['&notzqcanary;', /^&nbsp;$/],
])('a character reference of a letter is replaced, one of punctuation stays: %s', (text, expected) => {
  const placeholder = redact(text, 'text');

  expect(placeholder).toMatch(expected);
  expect(placeholder).not.toContain('canary');
});

test.each([
  'Ёлка',
  'Ώρα',
  'Ծով',
  'שלום',
  'محمد',
  'हिन्दी',
  'สวัสดี',
  'ქართული',
  '김민수',
  'ひらがな',
  'カタカナ',
  '王小明',
])('letters of other scripts are replaced by letters of the same script: %s', (word) => {
  const placeholder = redact(word, 'text');

  expect(placeholder).not.toBe(word);
  expect(redact(word.toLowerCase(), 'text')).toBe(placeholder.toLowerCase());
  expect(/[a-z]/i.test(placeholder)).toBe(false);
});

test('the id of a record stays wherever a response repeats it', () => {
  const id = '734931000001';
  const portal = { property: () => undefined, identityProperties: new Set<string>() };
  const redaction = { values: redactor(), portal, content: hubSpotProtocol.content };
  const properties = { hs_all_contact_vids: id, hs_merged_object_ids: `734931000009;${id}`, phone: '734931000002' };

  const redacted = redactCrmBody(redaction, '/crm/objects/2026-09/contacts/batch/create', {
    results: [{ id, properties, url: `https://app.hubspot.com/contacts/1/record/0-1/${id}` }],
  });
  const sentence = redaction.values.sentence(`email was skipped: record ${id} already existed`);

  expect(redacted).toMatchObject({ results: [{ id, properties: { hs_all_contact_vids: id } }] });
  expect(sentence).toContain(id);
  expect(JSON.stringify(redacted)).not.toContain('734931000002');
});

test("Enginy's id of a record stays, and wherever a sentence repeats it", () => {
  const portal = { property: () => undefined, identityProperties: new Set(['enginy_external_id']) };
  const redaction = { values: redactor(), portal, content: hubSpotProtocol.content };
  const repeat = () => redaction.values.sentence('Another record has the value "lead ada seven"');
  const properties = { enginy_external_id: 'lead ada seven' };

  const before = repeat();
  const redacted = redactCrmBody(redaction, '/crm/objects/2026-09/contacts/batch/create', {
    results: [{ id: '734931000001', properties }],
  });

  expect(before).not.toContain('ada');
  expect(redacted).toMatchObject({ results: [{ properties }] });
  expect(repeat()).toContain('"lead ada seven"');
});

const refusal = { category: 'VALIDATION_ERROR', message: 'bad Ada Canary', context: { value: ['Ada Canary'] } };
const definition = { name: 'score', label: 'Score of Ada', options: [{ label: 'High', value: 'high' }] };

test.each([
  ['contacts', 'an error of the API', { status: 'error', ...refusal }],
  ['contacts', 'an error without a status', refusal],
  ['contacts', 'a message alone', { message: 'Ada Canary' }],
  ['contacts', 'a message that is no text', { message: [{ detail: ['Ada Canary'] }] }],
  ['contacts/groups', 'errors of a group', { status: 'COMPLETE', results: [], errors: [refusal] }],
  ['contacts/batch/create', 'errors of a batch', { results: [definition], numErrors: 1, errors: [refusal] }],
  ['companies/batch/create', 'errors within errors', { results: [], errors: [{ errors: [refusal] }] }],
  ['companies?archived=false', 'errors as texts', { results: [], errors: ['Ada Canary'] }],
  ['companies/score', 'errors as an object', { errors: { first: refusal } }],
  ['tasks', 'errors with links', { errors: [{ ...refusal, links: { at: 'https://example.com/Ada Canary' } }] }],
])("HubSpot's text about properties (%s) is redacted like any other text: %s", (path, _what, body) => {
  const judged = hubSpotProtocol.content.mapBody(`/crm/properties/2026-09/${path}`, body, {
    text: () => 'judged',
    words: (words) => words.map(() => 'judged'),
    number: (value) => value,
  });

  expect(JSON.stringify(judged)).not.toContain('Canary');
  expect(JSON.stringify(judged)).toContain('judged');
  if ('results' in body) expect(judged).toMatchObject({ results: body.results });
});

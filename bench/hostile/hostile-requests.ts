import { defaultBodyLimits } from '../../src/http/body/body-limits.ts';
import { emailOf, newLeads } from '../people.ts';

export interface Hostile {
  readonly what: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: () => string;
  readonly isCompressed?: true;
}

/** Just below BODY_LIMIT. */
const size = defaultBodyLimits.maxBytes - 1_000;

const entries = (entry: string) => `[${`${entry},`.repeat(Math.floor(size / (entry.length + 1)))}${entry}]`;
const long = (unit: string) => unit.repeat(Math.floor(size / Buffer.byteLength(unit)));
const fields = (count: number, of: string) => Array.from({ length: count }, (_unused, n) => `"${of}${n}":1`).join();
const contact = (field: string, value: string) =>
  `{"contacts":[{"externalId":"h","firstName":"H",${JSON.stringify(field)}:"${value}"}]}`;

const units = {
  blanks: ' ',
  marks: '\u0323\u0301',
  digits: '1',
  tags: '<',
  ats: 'a@',
  equals: '=',
  letters: 'a',
  cjk: '山',
};

/** As many values as MAX_VALUES allows, in records of as many fields as MAX_FIELDS allows. */
function manyFields(prefix: (n: number) => string, id?: string): string {
  const records = Array.from({ length: 145 }, (_unused, n) => {
    const named = `"externalId":"${id ?? `m${n}`}","crmId":"${id ?? n}","firstName":"M"`;
    return `{${named},${fields(1_990, prefix(n))}}`;
  });
  return `{"contacts":[${records.join()}]}`;
}

/** As many records as MAX_ITEMS allows, each with a field of its own. */
function manyRecords(id: (n: number) => string): string {
  const records = Array.from({ length: 20_000 }, (_unused, n) => {
    return { externalId: id(n), crmId: id(n), firstName: `A${n}`, email: `a${n}@example.com`, [`f${n}`]: n };
  });
  return JSON.stringify({ contacts: records });
}

/** As many records as MAX_ITEMS allows, in which seven fields hold what no field may hold. */
function manyBadFields(): string {
  const bad = { firstName: {}, lastName: [], email: {}, phone: [[]], title: { a: 1 }, linkedinUrl: [{}], country: {} };
  const records = Array.from({ length: 20_000 }, (_unused, n) => ({ externalId: `b${n}`, crmId: `b${n}`, ...bad }));
  return JSON.stringify({ contacts: records });
}

export const hostileRequests: readonly Hostile[] = [
  ...['1', '{}', '[]', '""'].map((entry) => ({
    what: `contacts ${entry}`,
    path: '/contacts',
    body: () => `{"contacts":${entries(entry)}}`,
  })),
  { what: 'contacts {}, gzip', path: '/contacts', body: () => `{"contacts":${entries('{}')}}`, isCompressed: true },
  { what: 'blanks, gzip', path: '/contacts', body: () => `{"contacts":[]${long(' ')}}`, isCompressed: true },
  { what: 'associations {}', path: '/associations', body: () => `{"associations":${entries('{}')}}` },
  { what: 'ids {}', path: '/tasks/batch', body: () => `{"ids":${entries('{}')}}` },
  { what: '20,000 bad contacts', path: '/contacts', body: () => `{"contacts":[${'{},'.repeat(19_999)}{}]}` },
  { what: '20,000 bad ids', path: '/tasks/batch', body: () => `{"ids":[${'{},'.repeat(19_999)}{}]}` },
  { what: 'a million fields', path: '/contacts', body: () => `{"contacts":[{${fields(1_000_000, 'f')}}]}` },
  ...(['POST', 'PUT'] as const).flatMap((method) => [
    { what: `2,000 fields, 145 times, ${method}`, path: '/contacts', method, body: () => manyFields(() => 'f') },
    {
      what: `2,000 other fields, 145 times, ${method}`,
      path: '/contacts',
      method,
      body: () => manyFields((n) => `f${n}x`),
    },
    {
      what: `one id, 2,000 other fields, 145 times, ${method}`,
      path: '/contacts',
      method,
      body: () => manyFields((n) => `f${n}x`, '1'),
    },
    { what: `one id, 20,000 times, ${method}`, path: '/contacts', method, body: () => manyRecords(() => '1') },
    { what: `20,000 contacts, ${method}`, path: '/contacts', method, body: () => manyRecords(String) },
    { what: `20,000 contacts of 7 bad fields, ${method}`, path: '/contacts', method, body: manyBadFields },
  ]),
  {
    what: '20,000 contacts of 7 fields',
    path: '/contacts/sync',
    body: () => JSON.stringify({ contacts: newLeads(20_000, 'hostile') }),
  },
  {
    what: '20,000 new contacts of 7 fields',
    path: '/contacts',
    body: () => JSON.stringify({ contacts: newLeads(20_000, 'hostile') }),
  },
  { what: '20,000 contacts of 7 bad fields, sync', path: '/contacts/sync', body: manyBadFields },
  {
    what: '20,000 equal contacts',
    path: '/contacts/sync',
    body: () =>
      JSON.stringify({ contacts: Array.from({ length: 20_000 }, () => ({ externalId: 'x', email: emailOf(1) })) }),
  },
  { what: 'depth', path: '/tasks', body: () => `{"subject":"s","x":${long('[')}` },
  { what: 'escapes', path: '/tasks', body: () => `{"subject":"${long('\\"')}"}` },
  { what: 'direction of blanks', path: '/activities', body: () => `{"type":"EMAIL","direction":"${long(' ')}x"}` },
  ...Object.entries(units).flatMap(([name, unit]) => [
    { what: `bio of ${name}`, path: '/contacts', body: () => contact('bio', long(unit)) },
    { what: `email of ${name}`, path: '/contacts/sync', body: () => contact('email', long(unit)) },
    { what: `phone of ${name}`, path: '/contacts', body: () => contact('phone', long(unit)) },
    {
      what: `industry of ${name}`,
      path: '/companies',
      body: () => contact('industry', long(unit)).replace('contacts', 'companies'),
    },
    { what: `an unknown field of ${name}`, path: '/contacts', body: () => contact('odd', long(unit)) },
    {
      what: `an activity of ${name}`,
      path: '/activities',
      body: () => `{"type":"EMAIL","subject":"s","body":"${long(unit)}"}`,
    },
    {
      what: `a task of ${name}`,
      path: '/tasks',
      body: () => `{"subject":"${long(unit)}","description":"${long(unit).slice(0, size / 2)}"}`.slice(0, size),
    },
  ]),
  ...['<a ', '<a href=', '&lt;', '<div>', '<!--', '</', '<p>a</p>', '&', 'http://a.', '\\r\\n'].map((unit) => ({
    what: `an activity of ${unit}`,
    path: '/activities',
    body: () => `{"type":"EMAIL","subject":"s","body":"${long(unit)}"}`,
  })),
  ...['<p>a</p>', '<td>x', '<b>a</b>', '<font>a</font>', '<a href=\\"http://x.y\\">z</a>'].map((unit) => ({
    what: `300 kB of ${unit.slice(0, 12)}`,
    path: '/activities',
    body: () => `{"type":"EMAIL","subject":"s","body":"${unit.repeat(300_000 / unit.length)}"}`,
  })),
];

import { expect, test } from 'vitest';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const words = [
  'N/A',
  'n/a',
  '-',
  '–',
  '--',
  'Unknown',
  'UNKNOWN',
  'null',
  'undefined',
  'none',
  '#N/A',
  'n.a.',
  'k.A.',
  's/d',
  'not available',
  '(null)',
  ' N/A ',
  'NaN',
  '?',
  '…',
  '----',
  '—–',
  '-.-',
  '•',
  '{}',
  '[]',
  '\u200b',
  '“N/A”',
  'n/a.',
  "'null'",
  'NOT AVAILABLE',
  'Not found',
  '#ERROR!',
  'N/a',
  'n/A',
  '#n/a',
  '(Null)',
  '<NULL>',
  '(Unknown)',
  '(None)',
  '(BLANK)',
  'Not available',
  'not Found',
  'NO DATA',
  'KEINE ANGABE',
  'N / a',
  'Undefined',
  'UNDEFINED',
  'Tbd',
];

test('never overwrites a value with a word that means "no value", and names the field', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const paula = {
    firstname: 'Paula',
    lastname: 'Costa',
    jobtitle: 'CFO',
    city: 'Porto',
    company: 'Acme',
    tier: undefined,
  };
  const { contacts } = crm.seed({
    contacts: words.map((_word, index) => ({
      properties: {
        email: `paula${index}@example.com`,
        firstname: 'Paula',
        lastname: 'Costa',
        jobtitle: 'CFO',
        city: 'Porto',
        company: 'Acme',
      },
    })),
  });

  const answer = await bridge.send('PUT', '/contacts', {
    contacts: words.map((word, index) => ({
      crmId: contacts[index],
      firstName: word,
      lastName: word,
      title: word,
      city: word,
      company: word,
      customFields: { tier: word },
    })),
  });

  const held = crm.records('contacts').map(({ properties }) => properties);
  expect(
    held.map(({ firstname, lastname, jobtitle, city, company, tier }) => ({
      firstname,
      lastname,
      jobtitle,
      city,
      company,
      tier,
    })),
  ).toEqual(words.map(() => paula));
  expect(answer.body.results.map(({ warnings }: { warnings: string[] }) => warnings.length)).toEqual(
    words.map(() => 6),
  );
});

test('writes names that only look like such words, and options of that name', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const sent = [
    { firstName: 'Jennifer', lastName: 'Null' },
    { firstName: 'None', lastName: 'Nil' },
    { firstName: 'Na', lastName: 'Li' },
    { firstName: 'Ada', lastName: 'Blank', state: 'NA', country: 'NA' },
    { firstName: 'Ada', lastName: 'Empty', company: 'None' },
  ];

  const answer = await bridge.send('POST', '/contacts', {
    contacts: sent.map((each, index) => ({ externalId: String(index), ...each })),
  });

  const held = crm.records('contacts').map(({ properties: { firstname, lastname, state, country, company } }) => ({
    firstName: firstname,
    lastName: lastname,
    ...(state !== undefined && { state, country }),
    ...(company !== undefined && { company }),
  }));
  expect(held).toEqual(sent);
  expect(answer.body.results.every(({ warnings }: { warnings?: string[] }) => warnings === undefined)).toBe(true);
});

const inTitles = [
  ...[
    'NA',
    'na',
    'n.a',
    '0',
    'TBA',
    'tbc',
    'To be determined',
    'MISSING',
    'not_available',
    'Not-Applicable',
    'not  available',
  ],
  ...[
    '{{title}}',
    '{{ contact.title }}',
    `\${title}`,
    '<%= title %>',
    '[[title]]',
    '*|TITLE|*',
    '%title%',
    '{job_title}',
  ],
  ...[
    '{{first}} {{last}}',
    'N/A, N/A',
    'null null',
    'N\u200b/A',
    'Ｎ／Ａ',
    'n⁄a',
    '***',
    '""',
    '¿?',
    '|',
    '\u2800',
    '\\N',
  ],
  ...[
    'no aplica',
    'sin especificar',
    'ninguno',
    'nicht angegeben',
    'entfällt',
    'non communiqué',
    'non specificato',
    'n.v.t.',
  ],
  ...[
    'não aplicável',
    'brak danych',
    'okänd',
    'bilinmiyor',
    'неизвестно',
    '未知',
    'なし',
    '없음',
    '--Select--',
    'Bitte wählen',
  ],
];

test('knows the words of several languages, signs and variables of templates that say nothing in a text', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const kept = [
    'Nader',
    'Na Li',
    'Other',
    'No',
    'Private',
    '[Acme] sales',
    '{"a":1}',
    '100%',
    'C',
    '!!!',
    'Select Partner',
    '007',
  ];

  const answer = await bridge.send('POST', '/contacts', {
    contacts: [...inTitles, ...kept].map((title, index) => ({ externalId: String(index), lastName: 'Case', title })),
  });

  const held = new Map(crm.records('contacts').map(({ properties }) => [properties.enginy_external_id, properties]));
  const titles = [...inTitles, ...kept].map((_title, index) => held.get(String(index))?.jobtitle);
  expect(titles).toEqual([...inTitles.map(() => undefined), ...kept]);
  expect(answer.body.results.map(({ warnings = [] }: { warnings?: string[] }) => warnings.length)).toEqual([
    ...inTitles.map(() => 1),
    ...kept.map(() => 0),
  ]);
});

test('keeps 0 and NA where they are values: numbers, countries, names and fields without a row', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);

  await bridge.send('POST', '/contacts', {
    contacts: [
      { externalId: '1', firstName: 'Na', lastName: 'Null', country: 'NA', customFields: { region: 'NA', score: '0' } },
    ],
  });
  await bridge.send('POST', '/companies', {
    companies: [{ externalId: '2', name: 'None', numberOfEmployees: 0, revenue: '0' }],
  });

  expect(crm.records('contacts')[0]?.properties).toMatchObject({
    ...{ firstname: 'Na', lastname: 'Null', country: 'NA', region: 'NA', score: '0' },
  });
  expect(crm.records('companies')[0]?.properties).toMatchObject({
    ...{ name: 'None', numberofemployees: '0', annualrevenue: '0' },
  });
});

test('identifies no company by a word that means "no value"', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  crm.seed({ companies: [{ properties: { name: 'Unknown' } }, { properties: { name: 'N/A' } }] });

  const answer = await bridge.send('POST', '/companies/sync', {
    companies: [
      { externalId: '1', name: 'Unknown' },
      { externalId: '2', name: 'N/A' },
    ],
  });

  expect([answer.status, answer.body.results]).toEqual([200, []]);
});

test('cuts a mapped text and an unmapped one that are too long, with a warning, and never inside a pair of surrogates', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const long = `a${'😀'.repeat(40_000)}`;

  const answer = await bridge.send('POST', '/contacts', {
    contacts: [{ externalId: '1', firstName: 'Ada', title: long, bio: long, city: `Porto\u0000\ud800` }],
  });

  const [record] = crm.records('contacts');
  const { jobtitle = '', bio = '', city } = record?.properties ?? {};
  expect([jobtitle.length, bio.length].every((length) => length > 65_000 && length <= 65_536)).toBe(true);
  expect([jobtitle.isWellFormed(), bio.isWellFormed(), city?.startsWith('Porto')]).toEqual([true, true, true]);
  expect(answer.body.results[0].warnings).toEqual([
    'title → jobtitle was only partly stored: it was truncated to 65,536 characters',
    'city → city was only partly stored: half of a character was stored as �',
    'bio → bio was only partly stored: it was truncated to 65,536 characters',
  ]);
});

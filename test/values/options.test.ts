import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOptionMatcher } from '../../src/mapping/values/option-matcher.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const labels =
  '15|1-5|C|C#|C++|en|de|A|A+|A-|10|10+|<10|>10|1001-5000|Vitamin|Non-Profit|-5|1.5|Food & Drink|Öffentlich|5%|Café|Résumé|Resume|São Paulo|Łódź|İstanbul|Straße|CO₂|Señor|O’Brien|Jean-Luc|10k|50–100'.split(
    '|',
  );

/** Text → the option that the CRM holds afterwards; undefined where none is clear. */
const cases: Readonly<Record<string, string | undefined>> = {
  EN: 'en',
  '1 to 5': '1-5',
  '1–5': '1-5',
  '1 - 5': '1-5',
  '15': '15',
  '1 5': undefined,
  '1/5': undefined,
  '1,5': undefined,
  '1.5': '1.5',
  'c++': 'C++',
  'c#': 'C#',
  'c #': 'C#',
  c: 'C',
  'C+': undefined,
  'a+': 'A+',
  'A +': 'A+',
  'a-': 'A-',
  '10 +': '10+',
  '+10': undefined,
  '< 10': '<10',
  '> 10': '>10',
  '-5': '-5',
  '5': undefined,
  '5 %': '5%',
  '10 €': undefined,
  '$ 10': undefined,
  '1,001-5,000': '1001-5000',
  '1001 to 5000': '1001-5000',
  '1,001–5,000 employees': '1001-5000',
  '1001\u20115000': '1001-5000',
  'Vitamin E': undefined,
  'NON PROFIT': 'Non-Profit',
  nonprofit: 'Non-Profit',
  'food and drink': 'Food & Drink',
  offentlich: 'Öffentlich',
  OFFENTLICH: 'Öffentlich',
  'o\u0308ffentlich': 'Öffentlich',
  cafe: 'Café',
  'CAFE\u0301': 'Café',
  resume: 'Resume',
  RÉSUMÉ: 'Résumé',
  Résume: undefined,
  'sao paulo': 'São Paulo',
  LODZ: 'Łódź',
  Istanbul: 'İstanbul',
  STRASSE: 'Straße',
  CO2: 'CO₂',
  senor: 'Señor',
  "o'brien": 'O’Brien',
  'jean‑luc': 'Jean-Luc',
  '50 to 100': '50–100',
  '50100': undefined,
  'S\u00e3o\u00a0Paulo': 'São Paulo',
  '&': undefined,
  '!': undefined,
  and: undefined,
  '-': undefined,
};

test('stores the option that is clearly meant, and names texts that mean none or several', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const options = labels.map((label, index) => ({
    label,
    value: `option_${index}`,
    displayOrder: index,
    hidden: false,
  }));
  await fetch(`${crm.url}/crm/v3/properties/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'grade',
      label: 'Grade',
      type: 'enumeration',
      fieldType: 'select',
      groupName: 'contactinformation',
      options,
    }),
  });
  const texts = Object.keys(cases);

  const answer = await bridge.send('POST', '/contacts', {
    contacts: texts.map((grade, index) => ({ externalId: String(index), firstName: 'Ada', grade })),
  });

  const held = new Map(crm.records('contacts').map(({ properties }) => [properties.enginy_external_id, properties]));
  const labelOf = (value: string | undefined) => (value === undefined ? undefined : labels[Number(value.slice(7))]);
  expect(Object.fromEntries(texts.map((text, index) => [text, labelOf(held.get(String(index))?.grade)]))).toEqual(
    cases,
  );
  const warned: string[] = answer.body.results.flatMap(
    ({ externalId, warnings }: { externalId: string; warnings?: string[] }) =>
      warnings === undefined ? [] : [externalId],
  );
  expect(warned.map((index) => texts[Number(index)]).sort()).toEqual(
    texts.filter((text) => cases[text] === undefined).sort(),
  );
});

test('sets a checkbox that is an enumeration by all words for true and false', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  await fetch(`${crm.url}/crm/v3/properties/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'newsletter',
      label: 'Newsletter',
      type: 'enumeration',
      fieldType: 'booleancheckbox',
      groupName: 'contactinformation',
      options: [
        { label: 'Ja', value: 'true', displayOrder: 0, hidden: false },
        { label: 'Nein', value: 'false', displayOrder: 1, hidden: false },
      ],
    }),
  });
  const sent = [1, 0, '1', '0', true, false, 'yes', 'No', 'Ja', 'nein', 'sí', 'OUI', 'não', 'Нет', 'maybe', 2];

  await bridge.send('POST', '/contacts', {
    contacts: sent.map((newsletter, index) => ({ externalId: String(index), firstName: 'Ada', newsletter })),
  });

  const held = new Map(
    crm.records('contacts').map(({ properties }) => [properties.enginy_external_id, properties.newsletter]),
  );
  expect(sent.map((_value, index) => held.get(String(index)))).toEqual([
    'true',
    'false',
    'true',
    'false',
    'true',
    'false',
    'true',
    'false',
    'true',
    'false',
    'true',
    'true',
    'false',
    'false',
    undefined,
    undefined,
  ]);
});

test('never maps two different numbers to one option', () => {
  const number = fc.oneof(
    fc.integer({ min: -99, max: 9999 }).map(String),
    fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 })).map((parts) => parts.join('.')),
    fc
      .tuple(
        fc.integer({ min: 0, max: 99 }),
        fc.constantFrom('-', ' to ', '–', '/', ' ', ','),
        fc.integer({ min: 0, max: 99 }),
      )
      .map((parts) => parts.join('')),
    fc
      .integer({ min: 0, max: 99 })
      .chain((digits) => fc.constantFrom(`${digits}+`, `<${digits}`, `> ${digits}`, `${digits}%`)),
  );
  /** The numbers in a text and the signs between and beside them. */
  const meaning = (text: string) =>
    text.replace(/\s*(?:to|–|-)\s*(?=\d)/g, (sign, at: number) => (at === 0 ? sign : '~')).replace(/(?<=[<>])\s+/g, '');
  fc.assert(
    fc.property(number, number, (text, label) => {
      const found = createOptionMatcher([{ value: 'x', label }])(text);
      expect(found === 'x').toBe(meaning(text) === meaning(label));
    }),
    {
      numRuns: 2000,
      examples: [
        ['15', '1-5'],
        ['1 to 5', '1–5'],
        ['10+', '10'],
      ],
    },
  );
});

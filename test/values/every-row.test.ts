import { expect, test } from 'vitest';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { readSources } from '../../src/mapping/run/compile-field-row.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import { findTransform, transformNames } from '../../src/mapping/transforms/transforms.ts';
import { shippedFolder } from '../support/mapping-folder.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

/** Values that no field of Enginy should have. */
const strange: readonly unknown[] = [
  'N/A',
  '-',
  'null',
  'undefined',
  '??',
  '…',
  'unknown',
  'ask Maria',
  'c. 1999',
  'about 50',
  '1.234',
  '1,234',
  '1.2.3',
  '12 34',
  '-5',
  '+',
  '0',
  '00',
  '10001+',
  '51–200 employees',
  '$1M - $10M',
  '5 mil',
  '50%',
  '1e9',
  'NaN',
  'Infinity',
  '03/04/2026',
  '2026-02-30',
  '2026-13-01',
  'tomorrow',
  '24:00',
  'a@b',
  'a@b.c, d@e.f',
  '@handle',
  'acme',
  'localhost',
  'acme.com acme.es',
  'javascript:alert(1)',
  'http://[::1]/',
  '+34 600',
  '1-800-FLOWERS',
  'Smith, John, Anna',
  '🚀',
  '\u200b',
  '｡',
  '<b>x</b>',
  '=1+1',
  'a;b',
  '{"a":1}',
  ['a', 'b'],
  { a: 1 },
  true,
  42,
  1.5,
  'x'.repeat(300),
];

/** The words of a value, as they may be found again in what the CRM holds. */
const trimmed = (value: unknown) =>
  (typeof value === 'string' ? value : JSON.stringify(value)).replace(/[^\p{L}\p{N}]+/gu, '').toLowerCase();

function rowsOf(mapping: Mapping) {
  return mapping.write.fields.flatMap((row) =>
    readSources(row).map(({ field }) => ({
      field,
      properties: [row.crm, ...(row.keep_raw_in === undefined ? [] : [row.keep_raw_in])],
    })),
  );
}

test.each(['contacts', 'companies'] as const)(
  'writes every strange value of every row of the shipped %s file, or names it in the warnings',
  async (object) => {
    const crm = await startCrm();
    const bridge = await startBridgeOn(crm);
    const mapping = loadMappings('mappings/hubspot', {})[object];
    const cases = rowsOf(mapping as Mapping).flatMap(({ field, properties }) =>
      strange.map((value) => ({ field, properties, value })),
    );
    const records = cases.map(({ field, value }, index) => ({
      externalId: `case-${index}`,
      lastName: 'Case',
      name: 'Case',
      [field]: value,
    }));

    const answer = await bridge.send('POST', `/${object}`, { [object]: records });

    const held = new Map(crm.records(object).map(({ properties }) => [properties.enginy_external_id, properties]));
    const warnings = new Map<string, string[]>(
      answer.body.results.map((each: { externalId: string; warnings?: string[] }) => [
        each.externalId,
        each.warnings ?? [],
      ]),
    );
    const errors = new Map<string, string>(
      answer.body.errors?.map((each: { externalId: string; error: string }) => [each.externalId, each.error]),
    );
    const lost = cases.filter(({ field, properties, value }, index) => {
      const id = `case-${index}`;
      const isNamed = [...(warnings.get(id) ?? []), errors.get(id) ?? ''].some((text) => text.includes(field));
      const texts = properties.flatMap((name) => held.get(id)?.[name] ?? []);
      const isSeen = texts.some((text) => text !== '');
      return !isNamed && !isSeen && trimmed(value) !== '';
    });
    expect(lost.map(({ field, value }) => [field, value])).toEqual([]);
  },
);

test('names each strange value that a transform does not store as it came', async () => {
  // The transforms that select a part on purpose may find none.
  const selecting = ['take', 'first_name', 'last_name'];
  const names = transformNames.filter((name) => findTransform(name)?.role !== 'comparing' && !selecting.includes(name));
  const steps = names.map((name) => ({
    name,
    step: findTransform(name)?.argument === undefined ? name : `{ ${name}: "3" }`,
  }));
  const rows = steps.map(
    ({ name, step }) =>
      `    - { enginy: custom_${name}, crm: held_${name}, transform: [${step}], keep_raw_in: raw_${name} }`,
  );
  const folder = shippedFolder({
    'contacts.yaml': (text) => text.replace('  fields:\n', `  fields:\n${rows.join('\n')}\n`),
    'contacts.examples.yaml': () => 'examples: []\n',
  });
  const crm = await startCrm();
  for (const name of names) await define(crm, `held_${name}`);
  const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: folder });
  const records = strange.map((value, index) => ({
    externalId: `case-${index}`,
    lastName: 'Case',
    ...Object.fromEntries(names.map((name) => [`custom_${name}`, value])),
  }));

  const answer = await bridge.send('POST', '/contacts', { contacts: records });

  const held = new Map(crm.records('contacts').map(({ properties }) => [properties.enginy_external_id, properties]));
  const lost = strange.flatMap((value, index) => {
    const { warnings = [] } =
      answer.body.results.find((each: { externalId: string }) => each.externalId === `case-${index}`) ?? {};
    const properties = held.get(`case-${index}`) ?? {};
    return names
      .filter((name) => {
        const isNamed = warnings.some((text: string) => text.includes(`custom_${name} `));
        return !isNamed && !properties[`held_${name}`] && !properties[`raw_${name}`] && trimmed(value) !== '';
      })
      .map((name) => [name, value]);
  });
  expect(lost).toEqual([]);
});

async function define(crm: { readonly url: string; readonly token: string }, name: string): Promise<void> {
  await fetch(`${crm.url}/crm/v3/properties/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, label: name, type: 'string', fieldType: 'text', groupName: 'contactinformation' }),
  });
}

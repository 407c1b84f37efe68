import { expect, test } from 'vitest';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { readSources } from '../../src/mapping/run/compile-field-row.ts';
import type { Mapping } from '../../src/mapping/schema/record-mapping.ts';
import { findTransform, transformNames } from '../../src/mapping/transforms/transforms.ts';
import { startGermanPortal } from '../support/german-portal.ts';
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
      // What a new record gets without a value.
      default: row.default,
    })),
  );
}

const german = 'mappings/examples/german-portal';

test.each([
  { folder: 'mappings/hubspot', object: 'contacts', start: startCrm },
  { folder: 'mappings/hubspot', object: 'companies', start: startCrm },
  { folder: german, object: 'contacts', start: startGermanPortal },
  { folder: german, object: 'companies', start: startGermanPortal },
  { folder: 'mappings/examples/minimal', object: 'contacts', start: startCrm },
] as const)(
  'writes every unusual value of every row of $folder, $object, or names it in the warnings',
  async ({ folder, object, start }) => {
    const crm = await start();
    const bridge = await startBridgeOn(crm, { MAPPINGS_DIR: folder });
    const mapping = loadMappings(folder, {})[object] as Mapping;
    const identity = mapping.identity?.crm;
    const cases = rowsOf(mapping).flatMap((row) => strange.map((value) => ({ ...row, value })));
    const records = cases.map(({ field, value }, index) => ({
      externalId: `case-${index}`,
      // What makes it a record of its own, and may be overwritten.
      lastName: 'Case',
      name: 'Case',
      [field]: value,
    }));

    const answer = await bridge.send('POST', `/${object}`, { [object]: records });

    const results: readonly { externalId: string; crmId: string; warnings?: string[] }[] = answer.body.results;
    const errors: readonly { externalId: string; error: string }[] = answer.body.errors ?? [];
    const held = new Map(crm.records(object).map(({ id, properties }) => [id, properties]));
    const byId = new Map(results.map((result) => [result.externalId, result]));
    const problems = new Map(errors.map(({ externalId, error }) => [externalId, error]));
    expect(identity === undefined || byId.size > 0).toBe(true);
    const lost = cases.filter(({ field, properties, value, default: without }, index) => {
      const result = byId.get(`case-${index}`);
      const isNamed = [...(result?.warnings ?? []), problems.get(`case-${index}`) ?? ''].some((text) =>
        text.includes(field),
      );
      const record = held.get(result?.crmId ?? '') ?? {};
      const isSeen = properties.some((name) => Boolean(record[name]) && record[name] !== without);
      return !isNamed && !isSeen && trimmed(value) !== '';
    });
    expect(lost.map(({ field, value }) => [field, value])).toEqual([]);
  },
);

test('names each unusual value that a transform does not store unchanged', async () => {
  // The transforms that select a part on purpose may find none; those of owners are for answers only.
  const selecting = ['take', 'first_name', 'last_name', 'owner_name', 'owner_email'];
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

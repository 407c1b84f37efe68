import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { mappingJsonSchema, mappingReference } from '../../src/mapping/check/reference.ts';
import { checkSources } from '../../src/mapping/load/load-mappings.ts';

const staleMessage = 'is stale: run `npm run generate`';
const shipped = readdirSync('mappings', { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.yaml') && !name.includes('.examples.'),
);

test('keeps the editor schema up to date', () => {
  expect(readFileSync('mappings/schema.json', 'utf8'), `mappings/schema.json ${staleMessage}`).toBe(
    `${JSON.stringify(mappingJsonSchema(), null, 2)}\n`,
  );
});

test('keeps the reference page up to date', () => {
  expect(readFileSync('mappings/README.md', 'utf8'), `mappings/README.md ${staleMessage}`).toBe(mappingReference());
});

test('shows only mapping files that lint clean', () => {
  const blocks = [...mappingReference().matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

  expect(blocks.length).toBeGreaterThan(0);
  for (const text of blocks) expect(checkSources('README', [{ file: 'README', text }]).diagnostics).toEqual([]);
});

test.each(shipped)('names its schema in the first line of %s, and an editor finds nothing in it', (name) => {
  const text = readFileSync(`mappings/${name}`, 'utf8');
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(mappingJsonSchema());

  const up = '../'.repeat(name.split('/').length - 1);
  expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${up}schema.json`);
  expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
});

test('underlines in an editor what the check would refuse', () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(mappingJsonSchema());
  const mapping = (change: object) => ({
    version: 1,
    target: 'hubspot/contacts',
    match: { rules: ['identity'] },
    write: {},
    ...change,
  });

  expect(validate(mapping({}))).toBe(true);
  expect(validate(mapping({ write: { overwrite: 'alwys' } }))).toBe(false);
  expect(validate(mapping({ writ: {} }))).toBe(false);
  expect(validate(mapping({ write: { fields: [{ enginy: 'email', crm: 'email', transform: ['emial'] }] } }))).toBe(
    false,
  );
  expect(validate(mapping({ write: { fields: [{ enginy: 'a', crm: 'a', match_option: true }] } }))).toBe(true);
  expect(validate(mapping({ write: { unknown_fields: { at_most: 'many' } } }))).toBe(false);
});

test('describes every key', () => {
  const bare: string[] = [];
  const visit = (schema: unknown, path: string) => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, value] of Object.entries(schema)) {
      if (key === 'properties') {
        for (const [name, property] of Object.entries(value)) {
          if (typeof property !== 'object' || !Object.hasOwn(property ?? {}, 'description'))
            bare.push(`${path}.${name}`);
        }
      }
      visit(value, `${path}.${key}`);
    }
  };

  visit(mappingJsonSchema(), '');

  expect(bare).toEqual([]);
});

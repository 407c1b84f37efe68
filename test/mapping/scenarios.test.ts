import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnosticKinds } from '../../src/mapping/diagnostic.ts';
import { parseYaml } from '../../src/mapping/load-mappings.ts';
import { findingsOf, type Scenario } from './read-scenario.ts';

const FOLDER = new URL('./scenarios/', import.meta.url);
const scenarios = readdirSync(FOLDER).map((file) => {
  const { content, diagnostics } = parseYaml({ file, text: readFileSync(new URL(file, FOLDER), 'utf8') }, 'json');
  expect(diagnostics).toEqual([]);
  return { file, scenario: content as Scenario }; // the scenarios are our own files
});

test.each(scenarios)('finds what $file says, line by line', ({ scenario }) => {
  expect(findingsOf(scenario)).toEqual(scenario.expect);
});

test('has a scenario for every kind of finding in a mapping file', () => {
  const found = new Set(scenarios.flatMap(({ scenario }) => scenario.expect ?? []).map((line) => line.split('  ')[2]));

  // Files that are not read and failed examples are not findings of a mapping's text; other tests show them.
  const kinds = Object.keys(diagnosticKinds).filter((kind) => kind !== 'unread-file' && kind !== 'example-failed');
  expect([...found].toSorted()).toEqual(kinds.toSorted());
});

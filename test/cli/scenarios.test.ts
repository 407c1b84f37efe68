import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/mapping/load/parse-yaml.ts';
import { diagnosticKinds, liveDiagnosticKinds } from '../../src/mapping/schema/diagnostic.ts';
import { findingsIn, runScenario, type Scenario } from './read-scenario.ts';

const scenarioFolder = new URL('./scenarios/', import.meta.url);
const scenarios = readdirSync(scenarioFolder).map((file) => {
  const { content, diagnostics } = parseYaml(
    { file, text: readFileSync(new URL(file, scenarioFolder), 'utf8') },
    'json',
  );
  expect(diagnostics).toEqual([]);
  return { file, scenario: content as Scenario }; // the scenarios are our own files
});

test.each(scenarios)('does what $file says, line by line', async ({ scenario }) => {
  const { status, out, err } = await runScenario(scenario);

  expect({ status, err }).toEqual({ status: scenario.status, err: '' });
  if (scenario.expect !== undefined) expect(findingsIn(out)).toEqual(scenario.expect);
  if (scenario.output !== undefined) expect(out).toBe(scenario.output);
});

test('has a scenario for every kind of finding', () => {
  const found = new Set(scenarios.flatMap(({ scenario }) => scenario.expect ?? []).map((line) => line.split('  ')[2]));

  const kinds = Object.keys({ ...diagnosticKinds, ...liveDiagnosticKinds });
  expect([...found].toSorted()).toEqual(kinds.toSorted());
});

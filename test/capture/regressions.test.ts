import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegression, runRegression } from '../../src/capture/replay/regression.ts';
import { apiVersion } from '../support/api-version.ts';
import { captureOnVersion } from '../support/capture-on-version.ts';

const folder = new URL('../regressions', import.meta.url).pathname;
const regressions = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, regression: readRegression(join(folder, name)) }));

test.each(regressions.map(({ name, regression }) => [name, regression.story, regression] as const))(
  '%s: %s',
  async (_name, _story, regression) => {
    expect(await runRegression(regression)).toEqual({ unexpected: [], absent: [] });
  },
);

test.each(regressions.map(({ name, regression }) => [name, apiVersion, regression] as const))(
  '%s replays identically on %s',
  async (_name, version, regression) => {
    const capture = captureOnVersion(regression.capture, version);

    expect(await runRegression({ ...regression, capture })).toEqual({ unexpected: [], absent: [] });
  },
);

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRegression, runRegression } from '../../src/capture/replay/regression.ts';

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

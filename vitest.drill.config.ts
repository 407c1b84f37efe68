import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Thousands of operations, random inputs, outages, deadlines, processes that are started and killed; see CONTRIBUTING.md. */
export default mergeConfig(
  { ...base, test: { ...base.test, projects: undefined } },
  defineConfig({ test: { include: ['test/drill/**/*.test.ts'], isolate: false } }),
);

import { defineConfig } from 'vitest/config';

/** Tests in which nock takes over the network of the process: each file gets a process of its own. */
const withNock = ['test/crm/hubspot/**/*.test.ts', 'test/capture/**/*.test.ts', 'test/regressions/**/*.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    testTimeout: 20_000,
    projects: [
      { extends: true, test: { name: 'nock', include: withNock } },
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: withNock, isolate: false } },
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** Tests of the console in Chromium; they fail where it is missing. One browser after the other: a page needs a core. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/browser/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 50 } },
  },
});

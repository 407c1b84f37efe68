import { defineConfig } from 'vitest/config';

/** Tests that start redis-server; they fail where it is missing. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/redis/**/*.test.ts'],
    // The drills wait for windows to pass; they wait together.
    maxWorkers: 4,
    maxConcurrency: 20,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 10 } },
  },
});

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests in which nock takes over the network of the whole process: they get one of their own. */
const withNock = ['test/crm/hubspot/replay.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    // Time-outs only end a test that hangs; on a busy machine a test may be slow and still pass.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Threads and processes that run from source start in half the time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/tests', import.meta.url)) },
    expect: { poll: { timeout: 60_000, interval: 10 } },
    // Much of the time is waiting for answers: one worker more than there are cores keeps all of them busy.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { extends: true, test: { name: 'nock', include: withNock } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...withNock, 'test/browser/**', 'test/drill/**', 'test/fidelity/**', 'test/redis/**'],
          isolate: false,
        },
      },
    ],
  },
});

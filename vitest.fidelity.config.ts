import { defineConfig } from 'vitest/config';

/** Compares the embedded CRM and the error reading with HubSpot's own documents and answers; see CONTRIBUTING.md. */
export default defineConfig({
  test: {
    environment: 'node',
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'documents',
          include: [
            'test/sandbox/conformance/*.test.ts',
            'test/crm/hubspot/conformance.test.ts',
            'test/crm/hubspot/api-versions.test.ts',
          ],
          setupFiles: ['test/fidelity/check-answers.ts'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'recordings', include: ['test/fidelity/*.test.ts'], isolate: false } },
    ],
  },
});

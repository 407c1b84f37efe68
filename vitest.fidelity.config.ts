import { defineConfig } from 'vitest/config';

/** What the bridge and the embedded CRM say to each other: every route of the bridge, and the drill. */
const traffic = [
  'test/capture/every-endpoint.test.ts',
  'test/drill/drill.test.ts',
  ...['required-properties', 'unknown-fields', 'associations', 'timeline/tasks'].map(
    (name) => `test/e2e/${name}.test.ts`,
  ),
];

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
      ...['2026-09', '2026-03', 'v3'].map((version) => ({
        extends: true as const,
        test: {
          name: `traffic on ${version}`,
          include: traffic,
          setupFiles: ['test/fidelity/check-traffic.ts'],
          env: { HUBSPOT_API_VERSION: version },
          isolate: false,
        },
      })),
      { extends: true, test: { name: 'recordings', include: ['test/fidelity/*.test.ts'], isolate: false } },
    ],
  },
});

import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const matching = [
  'matching',
  'linkedin-spellings',
  'spellings',
  'evidence',
  'identifying-values',
  'kept-matches',
  'shared-hosts',
];

/**
 * The tests of matching once more, with an identity index that is built; see CONTRIBUTING.md. Those that count searches name their mode
 * with IDENTITY_INDEX and run in it here, too.
 */
export default mergeConfig(
  { ...base, test: { ...base.test, projects: undefined } },
  defineConfig({
    test: {
      include: [
        ...[...matching, 'export-twice', 'linked-creates'].map((name) => `test/e2e/matching/${name}.test.ts`),
        'test/e2e/companies.test.ts',
        'test/e2e/returned-values.test.ts',
        'test/mapping-sets.test.ts',
      ],
      env: { TEST_IDENTITY_INDEX: 'on' },
      isolate: false,
    },
  }),
);

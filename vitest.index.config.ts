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

/** These count searches, of which the index makes others. */
const counting = [
  'searches by words stay within the number',
  'URLs that HubSpot holds as usual cause no search by words',
  'creates after a sync that found nothing are not searched for again',
];

/** The tests of matching once more, with an identity index that is built; see CONTRIBUTING.md. */
export default mergeConfig(
  { ...base, test: { ...base.test, projects: undefined } },
  defineConfig({
    test: {
      include: [
        ...[...matching, 'companies', 'export-twice', 'linked-creates', 'returned-values'].map(
          (name) => `test/e2e/${name}.test.ts`,
        ),
        'test/mapping-sets.test.ts',
      ],
      testNamePattern: new RegExp(`^(?!.*(?:${counting.join('|')}))`),
      env: { TEST_IDENTITY_INDEX: 'on' },
      isolate: false,
    },
  }),
);

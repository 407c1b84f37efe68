import { expect, test } from 'vitest';
import { traceTranslation } from '../../src/mapping/run/trace-translation.ts';
import { aMapping } from './a-mapping.ts';

const mapping = aMapping(`
write:
  fields:
    - { first_of: [firstName, { enginy: fullName, transform: [first_name] }], crm: firstname, transform: [one_line] }
    - { enginy: email, crm: email, transform: [trim, email], on_empty: clear }
    - { enginy: title, crm: jobtitle, overwrite: if_empty }
    - { enginy: industry, crm: industry, match_option: true }
    - { enginy: ownerId, crm: hubspot_owner_id, overwrite: never }
`);

test('traces row by row which field was read, what each transform returned, and what is written', () => {
  const trace = traceTranslation(
    mapping,
    { firstName: '', fullName: 'Ada Lovelace', email: ' ADA ', title: 'CTO', industry: 'Banking', ownerId: '1' },
    'update',
  );

  expect(trace).toEqual([
    {
      property: 'firstname',
      fields: [
        { field: 'firstName', steps: [] },
        {
          field: 'fullName',
          given: 'Ada Lovelace',
          steps: [
            { name: 'first_name', result: 'Ada' },
            { name: 'one_line', result: 'Ada' },
          ],
        },
      ],
      value: 'Ada',
      outcome: 'written',
      warnings: [],
    },
    {
      property: 'email',
      fields: [
        {
          field: 'email',
          given: ' ADA ',
          steps: [
            { name: 'trim', result: 'ADA' },
            { name: 'email', problem: 'is not an email address' },
          ],
        },
      ],
      outcome: 'skipped',
      warnings: ['email is not an email address and was not written to email'],
    },
    {
      property: 'jobtitle',
      fields: [{ field: 'title', given: 'CTO', steps: [] }],
      value: 'CTO',
      outcome: 'written if empty',
      warnings: [],
    },
    {
      property: 'industry',
      fields: [{ field: 'industry', given: 'Banking', steps: [] }],
      value: 'Banking',
      outcome: 'compared with options',
      warnings: [],
    },
    { property: 'hubspot_owner_id', fields: [], outcome: 'nothing to write', warnings: [] },
  ]);
});

test('distinguishes a cleared property from one with nothing to write', () => {
  const outcomes = (record: Record<string, unknown>) =>
    traceTranslation(mapping, record, 'update').map(({ outcome }) => outcome);

  expect(outcomes({ email: null })[1]).toBe('cleared');
  expect(outcomes({})[1]).toBe('nothing to write');
});

import { z } from 'zod';
import type { Finding } from './finding.ts';
import { CrmProperty, flag, text, wholeNumber } from './scalars.ts';
import { ConstantRow, lintTimelineRows, TimelineRow } from './timeline-row.ts';

/** Fields that every task needs. */
const neededFields = ['subject', 'dueDate', 'completed'] as const;

/** Schema of the mapping file for tasks. */
export const TaskMappingFile = z
  .strictObject({
    version: z.literal('1').meta({ description: 'Version of the file format.', type: 'integer', const: 1 }),
    target: z
      .string()
      .regex(/^[a-z][a-z0-9_]*\/[a-z0-9_]+$/, { error: 'must be CRM/type, for example hubspot/tasks' })
      .meta({ description: 'The CRM and the record type: hubspot/tasks.' }),
    key: CrmProperty('Unique property that prevents duplicates when a task is sent twice; created if missing.'),
    group: text('Property group for created properties; created if missing.').default('enginy'),
    due_after_days: wholeNumber('Due date of a task sent without one, in days after it is received.', {
      min: 0,
      max: 365,
      fallback: 1,
    }),
    links_in_batches: flag(
      'Also return contactId and companyId for tasks read or completed in batches; takes two more calls from the associations limit.',
    ).default(false),
    fields: z.array(TimelineRow).min(1).meta({ description: 'One row per field, used for writing and reading.' }),
    on_create: z.array(ConstantRow).default([]).meta({ description: 'Constant values for new tasks.' }),
    completed_at: z
      .array(CrmProperty('A property that holds a date and time.'))
      .min(1)
      .meta({ description: 'When a task was completed: the first of these properties with a value.' }),
  })
  .meta({ title: 'Mapping file for tasks' });

/** The loaded and checked mapping file for tasks. Plain frozen data. */
export interface TaskMapping extends Omit<z.output<typeof TaskMappingFile>, 'target'> {
  readonly object: 'tasks';
  readonly target: { readonly crm: string; readonly objectType: string };
  readonly file: string;
  readonly hash: string;
}

/** Checks that the schema cannot express. */
export function lintTaskFile(file: z.output<typeof TaskMappingFile>): Finding[] {
  const rows = file.fields.map(({ enginy }) => enginy);
  const seen = new Set<string>();
  const missing = neededFields.filter((field) => !rows.includes(field));
  return [
    ...lintTimelineRows(file.fields, file.on_create, []),
    ...missing.map(
      (field): Finding => ({
        path: ['fields'],
        atKey: true,
        kind: 'missing-key',
        message: `no row maps the field "${field}"`,
      }),
    ),
    ...rows.flatMap((field, index): Finding[] =>
      seen.size !== seen.add(field).size
        ? []
        : [
            {
              path: ['fields', index, 'enginy'],
              kind: 'duplicate-return',
              message: `"${field}" already has an earlier row`,
            },
          ],
    ),
  ];
}

import { z } from 'zod';
import type { Finding } from './finding.ts';
import { CrmProperty, text, wholeNumber } from './scalars.ts';
import { ConstantRow, lintTimelineRows, TimelineRow } from './timeline-row.ts';

/** Fields that a task cannot do without. */
const neededFields = ['subject', 'dueDate', 'completed'] as const;

/** What the mapping file of tasks may hold. */
export const TaskMappingFile = z
  .strictObject({
    version: z.literal('1').meta({ description: 'Version of the form of this file.', type: 'integer', const: 1 }),
    target: z
      .string()
      .regex(/^[a-z][a-z0-9_]*\/[a-z0-9_]+$/, { error: 'must be CRM/kind, for example hubspot/tasks' })
      .meta({ description: 'The CRM and the kind of record: hubspot/tasks.' }),
    key: CrmProperty('A unique property, made when missing, that makes a task which is sent twice one task.'),
    group: text('Property group of the properties that are made; made when missing.').default('enginy'),
    due_after_days: wholeNumber('Due date of a task that is sent without one: so many days after it was sent.', {
      min: 0,
      max: 365,
      fallback: 1,
    }),
    fields: z.array(TimelineRow).min(1).meta({ description: 'One row for each field, written and read back.' }),
    on_create: z.array(ConstantRow).default([]).meta({ description: 'Constants for new tasks.' }),
    completed_at: z
      .array(CrmProperty('A property that holds a point in time.'))
      .min(1)
      .meta({ description: 'When a completed task was completed: the first of these that has a value.' }),
  })
  .meta({ title: 'Mapping file for tasks' });

/** The loaded and checked file of tasks. Plain frozen data. */
export interface TaskMapping extends Omit<z.output<typeof TaskMappingFile>, 'target'> {
  readonly object: 'tasks';
  readonly target: { readonly crm: string; readonly objectType: string };
  readonly file: string;
  readonly hash: string;
}

/** Findings beyond the schema. */
export function lintTaskFile(file: z.output<typeof TaskMappingFile>): Finding[] {
  const rows = file.fields.map(({ enginy }) => enginy);
  const missing = neededFields.filter((field) => !rows.includes(field));
  return [
    ...lintTimelineRows(file.fields, file.on_create, []),
    ...missing.map(
      (field): Finding => ({
        path: ['fields'],
        atKey: true,
        kind: 'missing-key',
        message: `no row has the field "${field}"`,
      }),
    ),
    ...rows.flatMap((field, index): Finding[] =>
      rows.indexOf(field) === index
        ? []
        : [
            {
              path: ['fields', index, 'enginy'],
              kind: 'duplicate-return',
              message: `"${field}" has a row above already`,
            },
          ],
    ),
  ];
}

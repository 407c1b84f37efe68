import { z } from 'zod';
import { didYouMean, nearestWord } from '../values/nearest-word.ts';
import type { Finding } from './finding.ts';
import { CrmProperty, text, word } from './scalars.ts';
import { ConstantRow, lintTimelineRows, TimelineRow } from './timeline-row.ts';

export const directions = ['OUTBOUND', 'INBOUND'] as const;
export type Direction = (typeof directions)[number];

/** Fields of an activity that a row may name; `metadata.x` for anything within `metadata`. */
const activityFields = ['type', 'direction', 'subject', 'body', 'occurredAt', 'ownerId', 'participants'] as const;

const LoggedObject = z.strictObject({
  fields: z.array(TimelineRow).min(1).meta({ description: 'One row for each field, written and read back.' }),
  on_create: z.array(ConstantRow).default([]).meta({ description: 'Constants for new records.' }),
});

const ActivityType = z.strictObject({
  object: text('The object, one of `objects`, that keeps activities of this type.'),
  opening: z
    .strictObject({
      OUTBOUND: text('Words for what was sent.'),
      INBOUND: text('Words for what came in.'),
    })
    .optional()
    .meta({ description: 'For objects that know no direction: the line that opens the body.' }),
});
export type ActivityType = z.output<typeof ActivityType>;

/** What the mapping file of activities may hold. */
export const ActivityMappingFile = z
  .strictObject({
    version: z.literal('1').meta({ description: 'Version of the form of this file.', type: 'integer', const: 1 }),
    target: z
      .string()
      .regex(/^[a-z][a-z0-9_]*\/[a-z0-9_]+$/, { error: 'must be CRM/kind, for example hubspot/activities' })
      .meta({ description: 'The CRM and the kind of record: hubspot/activities.' }),
    key: CrmProperty(
      'A unique property of every object, made when missing, that makes an activity which is sent twice one activity.',
    ),
    group: text('Property group of the properties that are made; made when missing.').default('enginy'),
    direction_if_missing: word(directions, 'What an activity without a direction counts as.').default('OUTBOUND'),
    types: z
      .record(z.string(), ActivityType)
      .meta({ description: "Enginy's types of activity, and where each is kept." }),
    objects: z.record(z.string(), LoggedObject).meta({ description: "The CRM's objects that keep activities." }),
    people: z
      .strictObject({
        email: CrmProperty('Property of a contact with the e-mail address.'),
        first_name: CrmProperty('Property of a contact with the first name.'),
        last_name: CrmProperty('Property of a contact with the last name.'),
      })
      .optional()
      .meta({ description: 'Where `participants` finds the contact who sent or got an e-mail.' }),
  })
  .meta({ title: 'Mapping file for activities' });
type ActivityMappingFile = z.output<typeof ActivityMappingFile>;

/** The loaded and checked file of activities. Plain frozen data. */
export interface ActivityMapping extends Omit<ActivityMappingFile, 'target'> {
  readonly object: 'activities';
  readonly target: { readonly crm: string };
  readonly file: string;
  readonly hash: string;
}

/** Findings beyond the schema. */
export function lintActivityFile(file: ActivityMappingFile): Finding[] {
  return [
    ...Object.entries(file.types).flatMap(([name, type]) => lintType(file, name, type)),
    ...Object.entries(file.objects).flatMap(([name, object]) => [
      ...lintTimelineRows(object.fields, object.on_create, ['objects', name]),
      ...object.fields.flatMap((row, index) => lintField(row.enginy, ['objects', name, 'fields', index, 'enginy'])),
      ...lintNeeded(name, object.fields),
    ]),
  ];
}

function lintType(file: ActivityMappingFile, name: string, type: ActivityType): Finding[] {
  const objects = Object.keys(file.objects);
  if (objects.includes(type.object)) return [];
  const suggestion = nearestWord(type.object, objects);
  const message = `"${type.object}" is not one of objects (${objects.join(', ')})${didYouMean(suggestion)}`;
  const path = ['types', name, 'object'];
  return [{ path, kind: 'bad-option', message, ...(suggestion !== undefined && { suggestion }) }];
}

function lintField(field: string, path: readonly (string | number)[]): Finding[] {
  if (field.startsWith('metadata.') || activityFields.some((known) => known === field)) return [];
  const suggestion = nearestWord(field, activityFields);
  const message = `an activity has no field "${field}"${didYouMean(suggestion)}`;
  const found = { path, kind: 'not-an-enginy-field', severity: 'warning', message } as const;
  return [suggestion === undefined ? found : { ...found, suggestion }];
}

function lintNeeded(name: string, rows: readonly TimelineRow[]): Finding[] {
  return (['occurredAt', 'body'] as const)
    .filter((field) => !rows.some(({ enginy }) => enginy === field))
    .map((field) => ({
      path: ['objects', name, 'fields'],
      atKey: true,
      kind: 'missing-key',
      message: `no row has the field "${field}"`,
    }));
}

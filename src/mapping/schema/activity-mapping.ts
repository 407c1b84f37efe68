import { z } from 'zod';
import { didYouMean, nearestWord } from '../values/nearest-word.ts';
import type { Finding } from './finding.ts';
import { CrmProperty, text, word } from './scalars.ts';
import { ConstantRow, lintTimelineRows, TimelineRow } from './timeline-row.ts';

export const directions = ['OUTBOUND', 'INBOUND'] as const;
export type Direction = (typeof directions)[number];

/** Activity fields that a row may use, besides `metadata.x` for any entry of `metadata`. */
const activityFields = ['type', 'direction', 'subject', 'body', 'occurredAt', 'ownerId', 'participants'] as const;

const LoggedObject = z.strictObject({
  fields: z.array(TimelineRow).min(1).meta({ description: 'One row per field, used for writing and reading.' }),
  on_create: z.array(ConstantRow).default([]).meta({ description: 'Constant values for new records.' }),
});

const ActivityConstant = ConstantRow.extend({
  direction: word(directions, 'Only for activities of this direction; both by default.').optional(),
});

const ActivityType = z.strictObject({
  object: text('The entry of `objects` that stores activities of this type.'),
  opening: z
    .strictObject({
      OUTBOUND: text('First line of outbound activities.'),
      INBOUND: text('First line of inbound activities.'),
    })
    .optional()
    .meta({ description: 'For objects without a direction: the first line of the body.' }),
  on_create: z
    .array(ActivityConstant)
    .default([])
    .meta({ description: "Constant values for activities of this type; they replace the object's." }),
});
export type ActivityType = z.output<typeof ActivityType>;

/** Schema of the mapping file for activities. */
export const ActivityMappingFile = z
  .strictObject({
    version: z.literal('1').meta({ description: 'Version of the file format.', type: 'integer', const: 1 }),
    target: z
      .string()
      .regex(/^[a-z][a-z0-9_]*\/[a-z0-9_]+$/, { error: 'must be CRM/type, for example hubspot/activities' })
      .meta({ description: 'The CRM and the record type: hubspot/activities.' }),
    key: CrmProperty(
      'Unique property of every object that prevents duplicates when an activity is sent twice; created if missing.',
    ),
    group: text('Property group for created properties; created if missing.').default('enginy'),
    direction_if_missing: word(directions, 'Direction of an activity sent without one.').default('OUTBOUND'),
    types: z
      .record(z.string(), ActivityType)
      .meta({ description: "Enginy's activity types and where each is stored." }),
    objects: z.record(z.string(), LoggedObject).meta({ description: 'The CRM objects that store activities.' }),
    on_activity: z
      .strictObject({
        contacts: z
          .array(ActivityConstant)
          .default([])
          .meta({ description: 'Properties to set on the contact of a logged activity.' }),
        companies: z
          .array(ActivityConstant)
          .default([])
          .meta({ description: 'Properties to set on the company of a logged activity.' }),
      })
      .default({ contacts: [], companies: [] })
      .meta({ description: 'What to set on the contact and company when an activity is logged.' }),
    people: z
      .strictObject({
        email: CrmProperty('Contact property with the email address.'),
        first_name: CrmProperty('Contact property with the first name.'),
        last_name: CrmProperty('Contact property with the last name.'),
      })
      .optional()
      .meta({ description: 'How `participants` names the contact who sent or received an email.' }),
  })
  .meta({ title: 'Mapping file for activities' });
type ActivityMappingFile = z.output<typeof ActivityMappingFile>;

/** The loaded and checked mapping file for activities. Plain frozen data. */
export interface ActivityMapping extends Omit<ActivityMappingFile, 'target'> {
  readonly object: 'activities';
  readonly target: { readonly crm: string };
  readonly file: string;
  readonly hash: string;
}

/** Checks that the schema cannot express. */
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
  const message = `"${type.object}" is not defined under objects (${objects.join(', ')})${didYouMean(suggestion)}`;
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
      message: `no row maps the field "${field}"`,
    }));
}

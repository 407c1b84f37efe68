import { z } from 'zod';
import emptyWords from '../data/empty-words.json' with { type: 'json' };
import { transformNames } from '../transforms/transforms.ts';
import type { Locale } from '../values/locale.ts';
import { CrmProperty, EnginyField, flag, PlaceholderEmail, text, wholeNumber, word } from './scalars.ts';

/** Record types that this schema maps; task-mapping.ts and activity-mapping.ts have the others. */
export const recordObjects = ['contacts', 'companies'] as const;
export type RecordObject = (typeof recordObjects)[number];

const TransformStep = z
  .union([
    z.string().meta({ enum: transformNames }),
    z.record(z.string(), z.string().meta({ type: ['string', 'number'] })).meta({
      description: 'A transform with its argument, for example { truncate: 100 }.',
    }),
  ])
  .meta({ description: 'A transform from the table below.' });
const TransformSteps = z
  .array(TransformStep)
  .default([])
  .meta({ description: 'Transforms, applied from left to right before the value map.' });

/** One step of a transform list as it is written: `email` or `{ truncate: 100 }`. */
export type TransformStep = z.output<typeof TransformStep>;

const SourceField = z.strictObject({
  enginy: EnginyField('Enginy field to try or join.'),
  transform: TransformSteps,
});
const Source = z.union([EnginyField('An Enginy field.'), SourceField]).meta({
  description: 'A field name, or { enginy: name, transform: [...] } for a field with its own transforms.',
});

const MatchPair = z.strictObject({
  enginy: EnginyField('Enginy field to look up.'),
  crm: CrmProperty('CRM property to compare it with.'),
  also: z.array(CrmProperty('Another CRM property.')).default([]).meta({
    description: 'Other CRM properties that may hold the value; multiple values in one property are separated by ";".',
  }),
  search: z
    .array(CrmProperty('A CRM property to search by.'))
    .optional()
    .meta({ description: 'CRM properties to search instead of `crm` and `also`, for example indexed ones.' }),
  transform: TransformSteps,
});
export type MatchPair = z.output<typeof MatchPair>;

const MatchRuleObject = z.strictObject({
  ...MatchPair.partial({ enginy: true, crm: true }).shape,
  all: z
    .array(MatchPair)
    .optional()
    .meta({ description: 'Several pairs that must all match, instead of one pair.', minItems: 2 }),
  search_by: CrmProperty(
    'With `all`: the CRM property of the pair to search by; the first pair by default.',
  ).optional(),
  unless_differs: z
    .array(
      EnginyField('An Enginy field that another rule matches by, or that has a row in `write`; or the word identity.'),
    )
    .default([])
    .meta({
      description:
        'For weak rules: a record that this rule finds is not a match if it has another value for one of these fields. ' +
        'An equal email, LinkedIn URL or domain among them outweighs the others.',
    }),
});
const MatchRule = z
  .union([
    z
      .literal('identity')
      .meta({ description: 'Matches by the identity property; written as the single word identity.' }),
    MatchRuleObject,
  ])
  .meta({ description: 'A rule: the word identity, one pair, or { all: [pairs] }.' });

const Overwrite = ['always', 'if_empty', 'never'] as const;
const OnEmpty = ['skip', 'clear'] as const;

const FieldRow = z.strictObject({
  enginy: EnginyField('Enginy field to write. Entries of customFields are named without a prefix.').optional(),
  first_of: z.array(Source).min(1).optional().meta({
    description:
      'Instead of `enginy`: the first of these fields with a usable value. Write a field with its own transforms as { enginy: name, transform: [...] }.',
  }),
  concat: z.array(Source).min(2).optional().meta({
    description:
      'Instead of `enginy`: all of these fields that have a value, joined by `with`; written like `first_of`.',
  }),
  with: z
    .string()
    .max(20)
    .optional()
    .meta({ description: 'With `concat`: the text between the parts; one space by default.' }),
  crm: CrmProperty('CRM property to write, by its internal name.'),
  transform: TransformSteps,
  value_map: text('Name of a value map to apply after the transforms.').optional(),
  match_option: flag("true: match the value loosely to the labels of the property's options in the portal.").optional(),
  keep_raw_in: CrmProperty(
    'Property that stores the text when it does not fit `crm` (not an option, not a number); created if missing.',
  ).optional(),
  default: text('Value for new records if Enginy sends none; never used in updates.').optional(),
  overwrite: word(
    Overwrite,
    'Whether an update replaces a value that the CRM already has; `never` writes on create only.',
  ).optional(),
  on_empty: word(OnEmpty, 'What an update does if Enginy sends the field empty.').optional(),
  empty_words: word(
    ['any_case', 'exact', 'never'],
    'How `write.empty_words` apply to this row. `exact` suits names: "null" is no value, but "Null" is a last name. By default any_case; never for rows with a value map or match_option.',
  ).optional(),
  backward: word(
    ['skip', 'force'],
    'For stages that the CRM only moves forward: skip an earlier stage, or force it (clear first, then write).',
  ).optional(),
  direction: word(
    ['write', 'both'],
    "`both`: also return the value to Enginy under the field's name, with the value map reversed.",
  ).default('write'),
});
export type FieldRow = z.output<typeof FieldRow>;

const RecordConstant = z.strictObject({
  crm: CrmProperty('CRM property to set.'),
  value: text("The value, as the CRM stores it (an option's internal value)."),
});

const PropertyTypes = ['text', 'number', 'bool', 'date', 'datetime'] as const;

const UnknownFields = z.strictObject({
  policy: word(
    ['create', 'ignore', 'report', 'reject'],
    'What to do with fields that have no row: create a custom property, ignore them, log their names, or reject the request.',
  ).default('create'),
  group: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,99}$/, {
      error:
        'must be the internal name of a property group: lowercase letters, digits and underscores, starting with a letter',
    })
    .default('enginy')
    .meta({ description: 'Property group for created properties; created if missing.' }),
  at_most: wholeNumber('Maximum number of properties to create this way for this record type.', {
    min: 0,
    max: 10_000,
    fallback: 100,
  }),
  types: z
    .record(z.string(), word(PropertyTypes, 'Type of the created property.'))
    .default({})
    .meta({ description: 'Property types by field; text by default.' }),
});

const Write = z.strictObject({
  overwrite: word(Overwrite, 'Default for rows without this key.').default('always'),
  on_empty: word(OnEmpty, 'Default for rows without this key.').default('skip'),
  empty_words: z.array(z.string().min(1).max(100)).max(500).default(emptyWords).meta({
    description:
      'Texts that mean "no value", such as N/A, - and null; they are never written and never identify a record. The list replaces the default one; [] switches it off.',
    default: undefined,
  }),
  fields: z.array(FieldRow).default([]).meta({ description: 'One row for each CRM property to write.' }),
  on_create: z.array(RecordConstant).default([]).meta({ description: 'Constant values for new records.' }),
  always: z
    .array(RecordConstant)
    .default([])
    .meta({ description: 'Constant values for every create and every update.' }),
  on_invalid: word(
    ['strip', 'fail'],
    'What to do when the CRM rejects a value: drop that value, or fail the whole record.',
  ).default('strip'),
  ignore: z
    .array(EnginyField('A field that is not stored.'))
    .default([])
    .meta({ description: 'Fields that are not stored anywhere.' }),
  unknown_fields: UnknownFields.prefault({}).meta({ description: 'Fields without a row.' }),
});

const ReturnRow = z.strictObject({
  crm: CrmProperty('CRM property to read.').optional(),
  first_of: z
    .array(CrmProperty('A CRM property.'))
    .min(2)
    .optional()
    .meta({ description: 'Instead of `crm`: the first of these properties with a value.' }),
  enginy: EnginyField('Name of the property in the response to Enginy.'),
  transform: TransformSteps,
  value_map: text('Name of a value map to apply after the transforms.').optional(),
  type: word(
    ['text', 'number', 'boolean', 'date', 'datetime', 'list'],
    'JSON type in the response; a value that does not fit is omitted. `list` splits at ";".',
  ).default('text'),
});
export type ReturnRow = z.output<typeof ReturnRow>;

const Otherwise = z
  .union([
    word(['skip', 'keep'], 'skip drops the value with a warning, keep passes it on unchanged.'),
    z.strictObject({ set: text('Value to use for all other values.') }),
  ])
  .meta({ description: 'What to do with values that are not in the map: skip, keep, or { set: value }.' });

const ValueMap = z.strictObject({
  map: z
    .record(z.string(), text('Output value.'))
    .meta({ description: 'Input value on the left (case does not matter), output value on the right.' }),
  otherwise: Otherwise.default('skip'),
});
export type ValueMap = z.output<typeof ValueMap>;

/** Schema of a mapping file for contacts or companies: the source of types, defaults, editor schema and reference page. */
export const RecordMappingFile = z
  .strictObject({
    version: z.literal('1').meta({ description: 'Version of the file format.', type: 'integer', const: 1 }),
    target: z
      .string()
      .regex(/^[a-z][a-z0-9_]*\/[a-z0-9_]+$/, { error: 'must be CRM/type, for example hubspot/contacts' })
      .meta({ description: 'The CRM and the record type, for example hubspot/contacts.' }),
    identity: z
      .strictObject({
        enginy: EnginyField("Enginy's id of a record."),
        crm: CrmProperty('Unique custom property that stores the id; created if missing.'),
        claim: word(
          ['on_update', 'never'],
          'Whether an update stores the id in a matched record that has none, so that the record is found again.',
        ).default('on_update'),
      })
      .optional()
      .meta({ description: "Where Enginy's id is stored, so that a repeated create does not create a duplicate." }),
    match: z
      .strictObject({
        rules: z
          .array(MatchRule)
          .min(1)
          .meta({ description: 'Rules, tried in order; a rule is skipped if its Enginy value is empty or unusable.' }),
        shared_hosts: z
          .array(
            z
              .string()
              .regex(/^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/, { error: 'must be a host name such as directory.example' }),
          )
          .default([])
          .meta({
            description:
              'Additional hosts that many companies share, such as directories: these hosts and their subdomains do not identify a company and are ' +
              'not stored as a domain. Social networks, marketplaces, link lists and site builders are built in.',
          }),
        placeholders: z
          .array(PlaceholderEmail)
          .default([])
          .meta({
            description:
              'Additional email addresses that occur in many records, such as `none@acme.com`, `unknown@` or `@none.example`: they identify ' +
              'no one. Common ones such as `test@test.com` are built in.',
          }),
        if_several: word(
          ['error', 'oldest', 'newest'],
          'What to do if several CRM records match: report an error for that record, or use the oldest or newest by creation date.',
        ).default('error'),
      })
      .meta({ description: 'How to find an Enginy record in the CRM.' }),
    write: Write.meta({ description: 'Enginy to CRM.' }),
    return: z.array(ReturnRow).default([]).meta({
      description:
        'CRM to Enginy: the `properties` in responses to a sync and to an update. Properties without a value are omitted.',
    }),
    return_in_updates: flag(
      'Whether the response to an update also contains `properties`, as they are after the write. Usually takes one more read per 100 records.',
    ).default(true),
    association: z
      .strictObject({
        as: word(
          ['additional', 'primary', 'only_primary'],
          "additional: in addition to other companies; primary: as the contact's primary company; only_primary: like primary, and the contact's links to all other companies are removed.",
        ).default('additional'),
        labels: z.array(text('Name of a label.').max(100)).max(20).default([]).meta({
          description: "Association labels to set as well, by the names that the CRM's users see.",
        }),
      })
      .optional()
      .meta({ description: 'For contacts: how a contact is associated with its company; additional by default.' }),
    value_maps: z.record(z.string(), ValueMap).default({}).meta({ description: 'Value maps by name.' }),
  })
  .meta({ title: 'Mapping file for contacts or companies' });
export type RecordMappingFile = z.output<typeof RecordMappingFile>;

/** One loaded and checked file. Plain frozen data; compile-mapping.ts holds what is compiled from it. */
export interface Mapping extends Omit<RecordMappingFile, 'target'> {
  readonly object: RecordObject;
  readonly target: { readonly crm: string; readonly objectType: string };
  /** The file's path as given, for messages. */
  readonly file: string;
  readonly locale: Locale;
  /** Short digest of the file's text. */
  readonly hash: string;
}

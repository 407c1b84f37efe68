import { z } from 'zod';
import { transformNames } from '../transforms/transforms.ts';
import type { Locale } from '../values/locale.ts';
import { CrmProperty, EnginyField, flag, text, wholeNumber, word } from './scalars.ts';

/** Kinds of record that this schema maps; other kinds of file have schemas of their own in file-kinds.ts. */
export const recordObjects = ['contacts', 'companies'] as const;
export type RecordObject = (typeof recordObjects)[number];

const TransformStep = z
  .union([
    z.string().meta({ enum: transformNames }),
    z.record(z.string(), z.string().meta({ type: ['string', 'number'] })).meta({
      description: 'A transform with its argument, for example { truncate: 100 }.',
    }),
  ])
  .meta({ description: 'A transform of the table below, by name.' });
const TransformSteps = z
  .array(TransformStep)
  .default([])
  .meta({ description: 'Transforms, applied from left to right, before the value map.' });

/** One step of a transform list as it is written: `email` or `{ truncate: 100 }`. */
export type TransformStep = z.output<typeof TransformStep>;

const SourceField = z.strictObject({
  enginy: EnginyField('Field of Enginy that is tried or joined.'),
  transform: TransformSteps,
});
const Source = z.union([EnginyField("A field of Enginy's record."), SourceField]).meta({
  description: 'A field by name, or { enginy: name, transform: [...] } where it needs transforms of its own.',
});

const MatchPair = z.strictObject({
  enginy: EnginyField('Field of Enginy that is looked for.'),
  crm: CrmProperty('CRM property that is compared with it.'),
  also: z
    .array(CrmProperty('A further CRM property.'))
    .default([])
    .meta({ description: 'Further CRM properties that may hold the value; several values are told apart by ";".' }),
  search: z
    .array(CrmProperty('A CRM property to search by.'))
    .optional()
    .meta({ description: 'CRM properties to search instead of `crm` and `also`, where an index serves better.' }),
  transform: TransformSteps,
});
export type MatchPair = z.output<typeof MatchPair>;

const MatchRuleObject = z.strictObject({
  ...MatchPair.partial({ enginy: true, crm: true }).shape,
  all: z
    .array(MatchPair)
    .optional()
    .meta({ description: 'Several pairs that must all agree, instead of one pair.', minItems: 2 }),
  search_by: CrmProperty(
    'With `all`: the CRM property of the pair that the search uses; the first one otherwise.',
  ).optional(),
});
const MatchRule = z
  .union([
    z.literal('identity').meta({ description: 'Compares the identity property; the word stands alone.' }),
    MatchRuleObject,
  ])
  .meta({ description: 'One rule: the word identity, one pair, or { all: [pairs] }.' });

const Overwrite = ['always', 'if_empty', 'never'] as const;
const OnEmpty = ['skip', 'clear'] as const;

const FieldRow = z.strictObject({
  enginy: EnginyField(
    'Field of Enginy that is written. An entry of customFields is named without that prefix.',
  ).optional(),
  first_of: z.array(Source).min(1).optional().meta({
    description:
      'Instead of `enginy`: the first of these fields that has a usable value. A field with transforms of its own is written { enginy: name, transform: [...] }.',
  }),
  concat: z.array(Source).min(2).optional().meta({
    description: 'Instead of `enginy`: all of these that have a value, joined by `with`; written like `first_of`.',
  }),
  with: z
    .string()
    .max(20)
    .optional()
    .meta({ description: 'With `concat`: what stands between the parts; one space otherwise.' }),
  crm: CrmProperty('CRM property that is written, by its internal name.'),
  transform: TransformSteps,
  value_map: text('Name of a value map, applied after the transforms.').optional(),
  match_option: flag(
    "true: the value is a text that is compared loosely with the labels of the property's options in the portal.",
  ).optional(),
  keep_raw_in: CrmProperty(
    'Property, made when missing, that takes the text where it does not fit `crm` (no option, not a number).',
  ).optional(),
  default: text('Value for new records where Enginy has none; never used in updates.').optional(),
  overwrite: word(
    Overwrite,
    'What an update does to a value that the CRM already has; `never` writes on create only.',
  ).optional(),
  on_empty: word(OnEmpty, 'What an update does with a field that Enginy sends empty.').optional(),
  backward: word(
    ['skip', 'force'],
    'For stages that a CRM only moves forward: whether an earlier stage is left out or forced (cleared first).',
  ).optional(),
  direction: word(
    ['write', 'both'],
    '`both`: the value is also returned to Enginy under the name of the field; a value map is then read backwards too.',
  ).default('write'),
});
export type FieldRow = z.output<typeof FieldRow>;

const OnCreateRow = z.strictObject({
  crm: CrmProperty('CRM property that every new record gets.'),
  value: text("The value, as the CRM stores it (an option's internal value)."),
});

const PropertyTypes = ['text', 'number', 'bool', 'date', 'datetime'] as const;

const UnknownFields = z.strictObject({
  policy: word(
    ['create', 'ignore', 'report', 'reject'],
    'What becomes of fields without a row: a custom property is made, nothing, their names are logged, the request is refused.',
  ).default('create'),
  group: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,99}$/, { error: 'must be a group name: small letters, digits and underscores' })
    .default('enginy')
    .meta({ description: 'Property group of the properties that are made; made when missing.' }),
  at_most: wholeNumber('How many properties may be made this way for this kind of record.', {
    min: 0,
    max: 10_000,
    fallback: 100,
  }),
  types: z
    .record(z.string(), word(PropertyTypes, 'Type of the property that is made.'))
    .default({})
    .meta({ description: 'Types by field; anything not named here is text.' }),
});

const Write = z.strictObject({
  overwrite: word(Overwrite, 'For rows that do not say it themselves.').default('always'),
  on_empty: word(OnEmpty, 'For rows that do not say it themselves.').default('skip'),
  fields: z.array(FieldRow).default([]).meta({ description: 'One row for each CRM property that is written.' }),
  on_create: z.array(OnCreateRow).default([]).meta({ description: 'Constants for new records.' }),
  on_invalid: word(
    ['strip', 'fail'],
    'What a value that the CRM refuses costs: that value alone, or the whole record.',
  ).default('strip'),
  ignore: z
    .array(EnginyField('A field that is neither written nor stored.'))
    .default([])
    .meta({ description: 'Fields that shall not be stored anywhere.' }),
  unknown_fields: UnknownFields.prefault({}).meta({ description: 'Fields that have no row.' }),
});

const ReturnRow = z.strictObject({
  crm: CrmProperty('CRM property that is read.').optional(),
  first_of: z
    .array(CrmProperty('A CRM property.'))
    .min(2)
    .optional()
    .meta({ description: 'Instead of `crm`: the first of these that has a value.' }),
  enginy: EnginyField('Name under which Enginy gets it.'),
  transform: TransformSteps,
  value_map: text('Name of a value map, applied after the transforms.').optional(),
  type: word(
    ['text', 'number', 'boolean', 'date', 'datetime', 'list'],
    'JSON type in the answer; a value that does not fit is left out. `list` cuts at ";".',
  ).default('text'),
});
export type ReturnRow = z.output<typeof ReturnRow>;

const Otherwise = z
  .union([
    word(['skip', 'keep'], 'skip leaves the value out with a warning, keep passes it on.'),
    z.strictObject({ set: text('The value that goes out for all others.') }),
  ])
  .meta({ description: 'For values that the map does not have: skip, keep, or { set: value }.' });

const ValueMap = z.strictObject({
  map: z
    .record(z.string(), text('The value that goes out.'))
    .meta({ description: 'Left the value that comes in (case does not matter), right the value that goes out.' }),
  otherwise: Otherwise.default('skip'),
});
export type ValueMap = z.output<typeof ValueMap>;

/** What a mapping file for contacts or companies may hold; types, defaults, editor schema and reference come from here. */
export const RecordMappingFile = z
  .strictObject({
    version: z.literal('1').meta({ description: 'Version of the form of this file.', type: 'integer', const: 1 }),
    target: z
      .string()
      .regex(/^[a-z][a-z0-9_]*\/[a-z0-9_]+$/, { error: 'must be CRM/kind, for example hubspot/contacts' })
      .meta({ description: 'The CRM and the kind of record, for example hubspot/contacts.' }),
    identity: z
      .strictObject({
        enginy: EnginyField("Enginy's own id of a record."),
        crm: CrmProperty('A unique custom property that keeps it; made when missing.'),
      })
      .optional()
      .meta({ description: "Where Enginy's id is kept, which makes a repeated create harmless." }),
    match: z
      .strictObject({
        rules: z
          .array(MatchRule)
          .min(1)
          .meta({ description: 'Rules, tried in order; an empty or unusable Enginy value passes its rule over.' }),
        if_several: word(
          ['error', 'oldest', 'newest'],
          'What happens when several CRM records match: an error for that record, or the oldest or newest by creation date.',
        ).default('error'),
      })
      .meta({ description: 'How a record of Enginy is found in the CRM.' }),
    write: Write.meta({ description: 'Enginy to CRM.' }),
    return: z.array(ReturnRow).default([]).meta({
      description: 'CRM to Enginy: the `properties` of a sync answer. What the CRM does not have is left out.',
    }),
    value_maps: z.record(z.string(), ValueMap).default({}).meta({ description: 'Value maps by name.' }),
  })
  .meta({ title: 'Mapping file for contacts or companies' });
export type RecordMappingFile = z.output<typeof RecordMappingFile>;

/** One loaded and checked file. Plain frozen data: what is compiled from it is kept beside it (compile-mapping.ts). */
export interface Mapping extends Omit<RecordMappingFile, 'target'> {
  readonly object: RecordObject;
  readonly target: { readonly crm: string; readonly objectType: string };
  /** The file's path as it was given, for messages. */
  readonly file: string;
  readonly locale: Locale;
  /** Short digest of the file's text. */
  readonly hash: string;
}

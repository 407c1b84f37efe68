import { z } from 'zod';
import { requiredId } from './optional-fields.ts';

/** The two kinds of record that Enginy exchanges; also the key of the list in its bodies. */
export const recordKinds = ['contacts', 'companies'] as const;
export type RecordKind = (typeof recordKinds)[number];

/** A record as Enginy sent it. */
export type SentRecord = Readonly<Record<string, unknown>>;
export type NewRecord = SentRecord & { readonly externalId: string };
export type KnownRecord = SentRecord & { readonly crmId: string };

const externalId = requiredId.describe("Enginy's id of the record");
const crmId = requiredId.describe('Id of the record in the CRM');

export const NewRecordSchema = z.looseObject({ externalId }, { error: 'must be an object' });
export const KnownRecordSchema = z.looseObject({ crmId }, { error: 'must be an object' });

/** Body of POST /contacts, POST /contacts/sync and their counterparts for companies. */
export function newRecordsSchema(kind: RecordKind) {
  return z.object({ [kind]: z.array(NewRecordSchema, { error: 'must be an array' }) }, { error: 'must be an object' });
}

/** Body of PUT /contacts and PUT /companies. */
export function knownRecordsSchema(kind: RecordKind) {
  return z.object(
    { [kind]: z.array(KnownRecordSchema, { error: 'must be an array' }) },
    { error: 'must be an object' },
  );
}

export const Warnings = z.array(z.string()).describe('What was dropped although the record succeeded, and why');

/** An id as it was sent. */
export const echoedId = z.union([z.string(), z.number()]);
/** Where an entry without a usable id stood in the list. */
export const position = z.number().int().optional().describe('Position in the request of an entry without a usable id');

/** Values of a record for Enginy, to which null would mean "clear the value". */
export const Properties = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()]))
  .describe('Current values of the record, among them `ownerId`; a value that the CRM does not have is omitted');
export type Properties = z.infer<typeof Properties>;

export const RecordError = z.object({
  externalId: echoedId.nullable().describe('Null for an entry without a usable id'),
  index: position,
  error: z.string(),
});
export type RecordError = z.infer<typeof RecordError>;

export const CreateAnswer = z.object({
  results: z.array(z.object({ externalId: echoedId, crmId: z.string(), warnings: Warnings.optional() })),
  errors: z.array(RecordError).optional(),
});
export type CreateAnswer = z.infer<typeof CreateAnswer>;

export const SyncAnswer = z.object({
  results: z.array(
    z.object({
      externalId: echoedId,
      crmId: z.string(),
      properties: Properties.optional(),
      warnings: Warnings.optional(),
    }),
  ),
  errors: z.array(RecordError).optional(),
  notMatched: z
    .array(z.object({ externalId: echoedId, reasons: z.array(z.string()) }))
    .optional()
    .describe(
      'Records for which a similar record of the CRM was set aside, or for which not every spelling was searched for, and why',
    ),
});
export type SyncAnswer = z.infer<typeof SyncAnswer>;

export const UpdateAnswer = z.object({
  results: z.array(
    z.object({
      crmId: echoedId.nullable().describe('Null for an entry without a usable id'),
      index: position,
      success: z.boolean(),
      error: z.string().optional(),
      properties: Properties.optional(),
      warnings: Warnings.optional(),
    }),
  ),
});
export type UpdateAnswer = z.infer<typeof UpdateAnswer>;

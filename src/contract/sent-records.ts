import { checkEntries, type RefusedEntry } from './entries.ts';
import type { SentId } from './optional-fields.ts';
import {
  type KnownRecord,
  KnownRecordSchema,
  knownRecordsSchema,
  type NewRecord,
  NewRecordSchema,
  newRecordsSchema,
  type RecordKind,
  type SentRecord,
} from './records.ts';

/** The records of a request. */
export interface SentRecords<Known> {
  /** Those that can be served, with their ids as trimmed text. */
  readonly records: readonly Known[];
  /** One per record: its position in the request, and its id as it was sent. */
  readonly places: readonly Place[];
  readonly refused: readonly RefusedEntry[];
}

export interface Place {
  readonly index: number;
  readonly id: SentId;
}

const newRecords = {
  contacts: { schema: newRecordsSchema('contacts'), list: 'contacts', entry: NewRecordSchema },
  companies: { schema: newRecordsSchema('companies'), list: 'companies', entry: NewRecordSchema },
} as const;

const knownRecords = {
  contacts: { schema: knownRecordsSchema('contacts'), list: 'contacts', entry: KnownRecordSchema },
  companies: { schema: knownRecordsSchema('companies'), list: 'companies', entry: KnownRecordSchema },
} as const;

/** @throws InvalidRequestError as {@link checkEntries} does. */
export async function readNewRecords(kind: RecordKind, body: unknown): Promise<SentRecords<NewRecord>> {
  const { usable, refused } = await checkEntries(newRecords[kind], body);
  const places = usable.map(({ index, entry }) => ({ index, id: entry.externalId }));
  return { records: usable.map(({ entry }) => withTextId(entry, 'externalId')), places, refused };
}

/** @throws InvalidRequestError as {@link checkEntries} does. */
export async function readKnownRecords(kind: RecordKind, body: unknown): Promise<SentRecords<KnownRecord>> {
  const { usable, refused } = await checkEntries(knownRecords[kind], body);
  const places = usable.map(({ index, entry }) => ({ index, id: entry.crmId }));
  return { records: usable.map(({ entry }) => withTextId(entry, 'crmId')), places, refused };
}

/** The record itself, not a copy, where its id is trimmed text already. */
function withTextId<Field extends 'externalId' | 'crmId'>(
  record: SentRecord & Readonly<Record<Field, SentId>>,
  field: Field,
): SentRecord & Readonly<Record<Field, string>> {
  const id = String(record[field]).trim();
  // Both have the field as text, which the compiler does not see through a computed name.
  return (id === record[field] ? record : { ...record, [field]: id }) as SentRecord & Readonly<Record<Field, string>>;
}

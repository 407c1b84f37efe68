import type { RecordDecision } from '../bridge/decisions.ts';
import type { KeyKind } from './digests.ts';

/**
 * Records are stored in parts of a request, as a row of lists: a row for each record would cost the thread more than everything else.
 * `parts.id` is that of its first record: that of the request, times 2^20, plus the position in it. The next records count on from there.
 * `ids`: what further ids a record has, by its position in the part. What many records have in common is a row of `decisions`; its id is
 * that of the part, plus its position among those of the part.
 */
export const partTables = `
  CREATE TABLE parts (id INTEGER PRIMARY KEY, records TEXT NOT NULL, ids TEXT) STRICT;
  CREATE TABLE decisions (
    id INTEGER PRIMARY KEY, object TEXT NOT NULL, outcome TEXT NOT NULL, details INTEGER NOT NULL, number INTEGER NOT NULL
  ) STRICT;
`;

/** The rows of earlier versions, one for each record, in the same form: each is a part of its own. */
export const recordsAsParts = `
  SELECT id, json_array(json_array(external_id), json_array(crm_id), json_array(0)) AS records,
    iif(json_valid(ids), json_object('0', json(ids)), NULL) AS ids
  FROM main.records`;

export const recordsAsDecisions = 'SELECT id, object, outcome, details, 1 AS number FROM main.records';

/** `parts.records` as JSON: a list for each column, with an item for each record. */
export type RecordColumns = readonly [
  externalIds: readonly (string | null)[],
  crmIds: readonly (string | null)[],
  /** Which decision of the part each record has. */
  decisions: readonly number[],
];

/** `parts.ids` as JSON, by position in the part. */
export type IdsByPosition = Readonly<Record<string, RecordIds>>;

/** What belongs to one record alone. */
export interface RecordIds
  extends Pick<
    RecordDecision,
    'contactId' | 'companyId' | 'position' | 'matchingIds' | 'setAside' | 'survivorId' | 'sweptAgoMs'
  > {
  /** Of its problem. */
  readonly existingId?: string;
}

/** Texts by which records are found, beside the ids in {@link RecordColumns}: for each text, the position in the part. */
export type PartKeys = readonly (readonly [kind: KeyKind, texts: readonly string[], positions: readonly number[]])[];

/** Ids that are longer say nothing more; a caller may choose them. */
export const maxIdLength = 512;

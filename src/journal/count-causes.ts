import type { DatabaseSync } from 'node:sqlite';
import type { RecordDecision } from '../bridge/decisions.ts';
import { type Row, toRequest } from './find-requests.ts';
import type { CauseReference, JournalRequest, SlotCount, TroubleRange, Troubles } from './journal.ts';
import { recordsPerRequest } from './journal-file.ts';

/** Counts records and requests of a range by what went wrong with them. Reads what the records of each part have in common. */
export function countTroubles(database: DatabaseSync, { from, end, slotMs }: TroubleRange): Troubles {
  const ofRecords = database
    .prepare(
      `WITH counted AS (
         SELECT decisions.details, object, outcome, endpoint, CAST(at / ? AS INTEGER) AS slot, sum(number) AS number,
           min(at) AS first, max(at) AS last
         FROM decisions JOIN requests ON requests.id = decisions.id / ${recordsPerRequest}
         WHERE decisions.id >= ? AND decisions.id < ?
         GROUP BY decisions.details, object, outcome, endpoint, slot
       )
       SELECT counted.*, details.text FROM counted JOIN details ON details.id = counted.details
       WHERE outcome IN ('failed', 'several') OR instr(details.text, '"heldBack"') > 0`,
    )
    .all(slotMs, from * recordsPerRequest, end * recordsPerRequest);
  const ofRequests = database
    .prepare(
      `SELECT endpoint, status, coalesce(error, '') AS error, CAST(at / ? AS INTEGER) AS slot, count(*) AS number,
         min(at) AS first, max(at) AS last
       FROM requests
       WHERE id >= ? AND id < ? AND status >= 400 AND NOT EXISTS (
         SELECT 1 FROM decisions WHERE decisions.id >= requests.id * ${recordsPerRequest}
           AND decisions.id < (requests.id + 1) * ${recordsPerRequest})
       GROUP BY endpoint, status, error, slot`,
    )
    .all(slotMs, from, end);
  return {
    ofRecords: ofRecords.map((row) => ({ head: recordHead(row), slot: slotOf(row) })),
    ofRequests: ofRequests.map((row) => ({
      head: { endpoint: String(row.endpoint), status: Number(row.status), error: String(row.error) },
      slot: slotOf(row),
    })),
  };
}

function recordHead({ endpoint, object, outcome, details, text }: Row): Troubles['ofRecords'][number]['head'] {
  // As record-details.ts composed them.
  const { heldBack = [], problem, rule, unusualFields }: Partial<RecordDecision> = JSON.parse(String(text));
  return {
    endpoint: String(endpoint),
    object: String(object),
    outcome: String(outcome),
    details: Number(details),
    heldBack,
    ...(problem !== undefined && { problem }),
    ...(rule !== undefined && { rule }),
    ...(unusualFields !== undefined && { unusualFields }),
  };
}

function slotOf({ slot, number, first, last }: Row): SlotCount {
  return { slot: Number(slot), number: Number(number), firstAt: Number(first), lastAt: Number(last) };
}

/** Older requests are not searched. */
const maxRequests = 100_000;

/** Requests with a record of these details, newest first. */
export function findRequestsOfCause(
  database: DatabaseSync,
  { since, endpoint, details }: CauseReference,
  limit: number,
): JournalRequest[] {
  const newest = Number(database.prepare('SELECT max(id) AS id FROM requests').get()?.id ?? 0);
  return database
    .prepare(
      `SELECT * FROM requests WHERE id >= ? AND at >= ? AND endpoint = ? AND EXISTS (
         SELECT 1 FROM decisions WHERE decisions.id >= requests.id * ${recordsPerRequest}
           AND decisions.id < (requests.id + 1) * ${recordsPerRequest}
           AND details IN (SELECT value FROM json_each(?)))
       ORDER BY id DESC LIMIT ?`,
    )
    .all(newest - maxRequests, since, endpoint, JSON.stringify(details), limit)
    .map(toRequest);
}

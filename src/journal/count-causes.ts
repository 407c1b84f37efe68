import type { DatabaseSync } from 'node:sqlite';
import type { RecordDecision } from '../bridge/decisions.ts';
import { type Row, toRequest } from './find-requests.ts';
import type { CauseCount, CauseReference, CauseSlots, FailureCount, JournalRequest } from './journal.ts';
import { recordsPerRequest } from './journal-file.ts';

/** Older requests are not counted: a person looks at what is wrong now. */
const maxRequests = 100_000;
/** Causes that are counted; more distinct ones are no groups. */
const maxCauses = 2_000;

const recordsOfRequests = `
  requests CROSS JOIN records
  ON records.id >= requests.id * ${recordsPerRequest} AND records.id < (requests.id + 1) * ${recordsPerRequest}`;

/** Counts records by what went wrong with them. Reads each record since then once. */
export function countCauses(
  database: DatabaseSync,
  since: number,
  slots: CauseSlots,
): { readonly records: readonly CauseCount[]; readonly requests: readonly FailureCount[] } {
  const newest = Number(database.prepare('SELECT max(id) AS id FROM requests').get()?.id ?? 0);
  const slotMs = Math.max(1, Math.ceil((slots.now - since) / slots.parts));
  const start = { since, slotMs, from: newest - maxRequests };
  return { records: countRecords(database, start, slots.parts), requests: countRequests(database, start, slots.parts) };
}

interface Start {
  readonly since: number;
  readonly slotMs: number;
  readonly from: number;
}

function countRecords(database: DatabaseSync, { since, slotMs, from }: Start, parts: number): CauseCount[] {
  const rows = database
    .prepare(
      `WITH held (id) AS MATERIALIZED (SELECT id FROM details WHERE instr(text, '"heldBack"') > 0),
       counted AS (
         SELECT records.details, object, outcome, endpoint, (at - ?) / ? AS slot, count(*) AS number,
           min(at) AS first, max(at) AS last
         FROM ${recordsOfRequests}
         WHERE requests.id >= ? AND at >= ? AND (outcome IN ('failed', 'several') OR records.details IN (SELECT id FROM held))
         GROUP BY records.details, object, outcome, endpoint, slot LIMIT ?
       )
       SELECT counted.*, details.text FROM counted JOIN details ON details.id = counted.details`,
    )
    .all(since, slotMs, from, since, maxCauses * parts);
  const groups = Map.groupBy(rows, ({ details, object, outcome, endpoint }) =>
    [details, object, outcome, endpoint].join('\u0001'),
  );
  return [...groups.values()].map((group) => toCause(group, parts));
}

function toCause(rows: readonly Row[], parts: number): CauseCount {
  const [first = {}] = rows;
  // As write-requests.ts wrote them.
  const { heldBack = [], problem, rule }: Partial<RecordDecision> = JSON.parse(String(first.text));
  return {
    endpoint: String(first.endpoint),
    object: String(first.object),
    outcome: String(first.outcome),
    details: Number(first.details),
    heldBack,
    ...(problem !== undefined && { problem }),
    ...(rule !== undefined && { rule }),
    records: sum(rows),
    ...timesOf(rows, parts),
  };
}

function countRequests(database: DatabaseSync, { since, slotMs, from }: Start, parts: number): FailureCount[] {
  const rows = database
    .prepare(
      `SELECT endpoint, status, coalesce(error, '') AS error, (at - ?) / ? AS slot, count(*) AS number,
         min(at) AS first, max(at) AS last
       FROM requests
       WHERE id >= ? AND at >= ? AND status >= 400 AND NOT EXISTS (
         SELECT 1 FROM records WHERE records.id >= requests.id * ${recordsPerRequest}
           AND records.id < (requests.id + 1) * ${recordsPerRequest})
       GROUP BY endpoint, status, error, slot LIMIT ?`,
    )
    .all(since, slotMs, from, since, maxCauses * parts);
  const groups = Map.groupBy(rows, ({ endpoint, status, error }) => [endpoint, status, error].join('\u0001'));
  return [...groups.values()].map((group) => {
    const [first = {}] = group;
    return {
      endpoint: String(first.endpoint),
      status: Number(first.status),
      error: String(first.error),
      requests: sum(group),
      ...timesOf(group, parts),
    };
  });
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((total, { number }) => total + Number(number), 0);
}

function timesOf(rows: readonly Row[], parts: number): Pick<CauseCount, 'trend' | 'firstAt' | 'lastAt'> {
  const trend = Array.from({ length: parts }, () => 0);
  let [firstAt, lastAt] = [Number.POSITIVE_INFINITY, 0];
  for (const { slot, number, first, last } of rows) {
    const part = Math.min(parts - 1, Number(slot));
    trend[part] = (trend[part] ?? 0) + Number(number);
    firstAt = Math.min(firstAt, Number(first));
    lastAt = Math.max(lastAt, Number(last));
  }
  return { trend, firstAt, lastAt };
}

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
         SELECT 1 FROM records WHERE records.id >= requests.id * ${recordsPerRequest}
           AND records.id < (requests.id + 1) * ${recordsPerRequest}
           AND details IN (SELECT value FROM json_each(?)))
       ORDER BY id DESC LIMIT ?`,
    )
    .all(newest - maxRequests, since, endpoint, JSON.stringify(details), limit)
    .map(toRequest);
}

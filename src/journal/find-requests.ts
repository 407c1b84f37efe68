import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { errorOfProblem, type JournalRequest, type RequestFilter } from './journal.ts';
import { recordsPerRequest } from './journal-file.ts';

/** Oldest first. */
export function findRequests(database: DatabaseSync, filter: RequestFilter): JournalRequest[] {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...given: SQLInputValue[]) => {
    conditions.push(condition);
    for (const value of given) values.push(value);
  };
  const { since, until, status, endpoint, outcome, reason, requestId, wholeRequestId } = filter;
  const { after, before, from, text, limit } = filter;
  if (since !== undefined) add('at >= ?', since);
  if (until !== undefined) add('at < ?', until);
  if (status !== undefined) add('status BETWEEN ? AND ?', ...status);
  if (endpoint !== undefined) add('instr(lower(endpoint), ?) > 0', endpoint.toLowerCase());
  // Ids are ASCII, and every one of them sorts before the last character.
  if (requestId !== undefined) add('request_id >= ? AND request_id < ?', requestId, `${requestId}\u{10ffff}`);
  if (wholeRequestId !== undefined) add('request_id = ?', wholeRequestId);
  if (after !== undefined) add('requests.id > ?', after);
  if (before !== undefined) add('requests.id < ?', before);
  if (from !== undefined) add('requests.id >= ?', from);
  if (outcome !== undefined) add(`EXISTS (${decisionsOfRequest} AND outcome = ?)`, outcome);
  if (reason !== undefined) add(reasonCondition, ...reasonValues(reason));
  if (text !== undefined) add(textCondition, ...textValues(text));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const order = after === undefined ? 'DESC' : 'ASC';
  const rows = database.prepare(`SELECT * FROM requests ${where} ORDER BY id ${order} LIMIT ?`).all(...values, limit);
  const requests = rows.map(toRequest);
  return after === undefined ? requests.reverse() : requests;
}

const decisionsOfRequest = `
  SELECT 1 FROM decisions LEFT JOIN details ON details.id = decisions.details
  WHERE decisions.id >= requests.id * ${recordsPerRequest} AND decisions.id < (requests.id + 1) * ${recordsPerRequest}`;

/** As record-details.ts composes them: a field that was held back, or the problem of a record; else the error of a request without records. */
const reasonCondition = `(
  EXISTS (${decisionsOfRequest} AND (instr(details.text, ?) > 0 OR instr(details.text, ?) > 0))
  OR (outcomes = '{}' AND error = ?))`;

function reasonValues(reason: string): readonly SQLInputValue[] {
  const text = JSON.stringify(reason);
  const error = Object.entries(errorOfProblem).find(([kind]) => kind === reason)?.[1];
  return [`"reason":${text}`, `"problem":{"kind":${text}`, error ?? null];
}

/** An id is sought as it is. Most parts that do not have it do not contain its text, which is found without reading them as JSON. */
const textCondition = `(
  instr(lower(request_id), ?) = 1 OR instr(lower(coalesce(error, '')), ?) > 0 OR instr(lower(endpoint), ?) > 0
  OR EXISTS (${decisionsOfRequest} AND instr(lower(details.text), ?) > 0)
  OR EXISTS (
    SELECT 1 FROM parts
    WHERE parts.id >= requests.id * ${recordsPerRequest} AND parts.id < (requests.id + 1) * ${recordsPerRequest}
      AND instr(records, ?) > 0 AND EXISTS (SELECT 1 FROM json_tree(records) WHERE atom = ?)))`;

function textValues(text: string): readonly string[] {
  const lower = text.toLowerCase();
  return [lower, lower, lower, lower, JSON.stringify(text), text];
}

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function toRequest(row: Row): JournalRequest {
  return {
    position: Number(row.id),
    requestId: String(row.request_id),
    at: Number(row.at),
    endpoint: String(row.endpoint),
    status: Number(row.status),
    durationMs: Number(row.duration_ms),
    ...(row.mapping !== null && { mapping: String(row.mapping) }),
    replica: String(row.replica),
    ...(row.error !== null && { error: String(row.error) }),
    // Absent from a file of an earlier version.
    ...(typeof row.reason === 'string' && { reason: row.reason }),
    ...(typeof row.calls === 'number' && { calls: row.calls }),
    ...(typeof row.waited_ms === 'number' && { waitedMs: row.waited_ms }),
    outcomes: JSON.parse(String(row.outcomes)),
    heldBack: Number(row.held_back),
  };
}

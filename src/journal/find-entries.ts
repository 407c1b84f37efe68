import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { RecordDecision } from '../bridge/decisions.ts';
import { type Row, toRequest } from './find-requests.ts';
import type { JournalEntry } from './journal.ts';
import { recordsPerRequest } from './journal-file.ts';
import type { IdsByPosition, RecordColumns } from './stored-parts.ts';

export interface FoundEntry {
  readonly id: number;
  readonly entry: JournalEntry;
}

/** Finds entries of single records, within the caller's transaction. */
export interface EntryFinder {
  /** Those of these records that are still in the journal. */
  ofRecords(ids: readonly number[]): FoundEntry[];
  /** The records of a request, those that failed first. */
  ofRequest(position: number, limit: number): JournalEntry[];
  /** The first record of a request that failed, otherwise the first one of which a field was held back. */
  firstTrouble(position: number): JournalEntry | undefined;
}

const troubled = "outcome IN ('failed', 'several')";

export function createEntryFinder(database: DatabaseSync): EntryFinder {
  const find = prepare(database);
  const decisionOf = (id: number) => find.decision.get(id);

  const toEntry = (part: Part, at: number, row = decisionOf(decisionIdOf(part, at))): FoundEntry | undefined =>
    row === undefined ? undefined : { id: part.id + at, entry: entryOf(part, at, row) };

  return {
    ofRecords(ids) {
      let part: Part | undefined;
      return [...ids].sort(ascending).flatMap((id) => {
        if (part === undefined || id >= part.id + part.columns[0].length) part = toPart(find.partWith.get(id));
        return (part !== undefined && id < part.id + part.columns[0].length && toEntry(part, id - part.id)) || [];
      });
    },
    ofRequest(position, limit) {
      const range = rangeOf(position);
      const failed = new Set(find.troubled.all(...range).map(({ id }) => Number(id)));
      const rows = new Map<number, Row | undefined>();
      const found: Record<'failed' | 'others', [Part, number][]> = { failed: [], others: [] };
      for (const row of find.parts.iterate(...range)) {
        if (found.failed.length >= limit || (failed.size === 0 && found.others.length >= limit)) break;
        const part = toPart(row);
        for (const at of part?.columns[2].keys() ?? []) {
          const list = part !== undefined && failed.has(decisionIdOf(part, at)) ? found.failed : found.others;
          if (part !== undefined && list.length < limit) list.push([part, at]);
        }
      }
      return [...found.failed, ...found.others].slice(0, limit).flatMap(([part, at]) => {
        const id = decisionIdOf(part, at);
        if (!rows.has(id)) rows.set(id, decisionOf(id));
        return toEntry(part, at, rows.get(id))?.entry ?? [];
      });
    },
    firstTrouble(position) {
      const range = rangeOf(position);
      // Those of a part are in the order in which they first appear.
      const id = find.firstFailed.get(...range)?.id ?? find.firstHeldBack.get(...range)?.id;
      const part = typeof id === 'number' ? toPart(find.partWith.get(id)) : undefined;
      return part && toEntry(part, part.columns[2].indexOf(Number(id) - part.id))?.entry;
    },
  };
}

function prepare(database: DatabaseSync) {
  const inRange = 'decisions.id >= ? AND decisions.id < ?';
  const joined = 'FROM decisions LEFT JOIN details ON details.id = decisions.details';
  return {
    partWith: database.prepare('SELECT id, records, ids FROM parts WHERE id <= ? ORDER BY id DESC LIMIT 1'),
    parts: database.prepare('SELECT id, records, ids FROM parts WHERE id >= ? AND id < ? ORDER BY id'),
    decision: database.prepare(
      `SELECT object, outcome, details.text AS details, requests.* ${joined}
       JOIN requests ON requests.id = decisions.id / ${recordsPerRequest} WHERE decisions.id = ?`,
    ),
    troubled: database.prepare(`SELECT id FROM decisions WHERE ${inRange} AND ${troubled}`),
    firstFailed: database.prepare(`SELECT id FROM decisions WHERE ${inRange} AND ${troubled} ORDER BY id LIMIT 1`),
    firstHeldBack: database.prepare(
      `SELECT decisions.id AS id ${joined} WHERE ${inRange} AND instr(details.text, '"heldBack"') > 0
       ORDER BY decisions.id LIMIT 1`,
    ),
  };
}

function rangeOf(position: number): [SQLInputValue, SQLInputValue] {
  return [position * recordsPerRequest, (position + 1) * recordsPerRequest];
}

function ascending(a: number, b: number): number {
  return a - b;
}

interface Part {
  readonly id: number;
  readonly columns: RecordColumns;
  readonly ids: IdsByPosition;
}

function toPart(row: Row | undefined): Part | undefined {
  if (row === undefined) return undefined;
  // As request-parts.ts wrote them.
  const columns: RecordColumns = JSON.parse(String(row.records));
  return { id: Number(row.id), columns, ids: row.ids === null ? {} : JSON.parse(String(row.ids)) };
}

function decisionIdOf({ id, columns }: Part, at: number): number {
  return id + (columns[2][at] ?? 0);
}

function entryOf({ columns: [externalIds, crmIds], ids }: Part, at: number, row: Row): JournalEntry {
  const details: Partial<RecordDecision> = typeof row.details === 'string' ? JSON.parse(row.details) : {};
  const { existingId, ...own } = ids[at] ?? {};
  const [externalId, crmId] = [externalIds[at] ?? undefined, crmIds[at] ?? undefined];
  const { problem } = details;
  return {
    request: toRequest(row),
    object: String(row.object) as RecordDecision['object'],
    ...(externalId !== undefined && { externalId }),
    ...(crmId !== undefined && { crmId }),
    outcome: String(row.outcome) as RecordDecision['outcome'],
    written: [],
    heldBack: [],
    createdProperties: [],
    warnings: 0,
    ...details,
    ...own,
    ...(problem !== undefined && { problem: { ...problem, ...(existingId !== undefined && { existingId }) } }),
  };
}

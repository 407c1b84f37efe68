import type { DatabaseSync } from 'node:sqlite';
import { recordsPerRequest } from './journal-file.ts';
import type { JournalLimits } from './journal-messages.ts';

/** Share of the requests that is deleted when the file is too large, so that not every write deletes something. */
const partToDelete = 0.1;
/** Older ones are deleted: they would take the space of requests. */
const maxFailedSignIns = 10_000;
/** The file may need more pages while entries are deleted. */
const targetFill = 0.9;

/**
 * Deletes the oldest requests, as far as the journal is older or larger than it may be.
 * @param now milliseconds since 1970.
 * @returns true if something was deleted.
 */
export function trimJournal(database: DatabaseSync, limits: JournalLimits, now: number): boolean {
  let isTrimmed = false;
  const tooOld = database.prepare('SELECT max(id) AS id FROM requests WHERE at < ?').get(now - limits.maxAgeMs)?.id;
  if (typeof tooOld === 'number') {
    deleteUpTo(database, tooOld);
    isTrimmed = true;
  }
  while (usedBytes(database) > limits.maxBytes * targetFill) {
    const bounds = database.prepare('SELECT min(id) AS first, max(id) AS last FROM requests').get();
    const [first, last] = [bounds?.first, bounds?.last];
    if (typeof first !== 'number' || typeof last !== 'number' || first === last) break;
    deleteUpTo(database, first + Math.floor((last - first) * partToDelete));
    isTrimmed = true;
  }
  // Actions of users take a few hundred bytes each, so the age limit is enough. Failed sign-ins are limited in number, because anyone can
  // cause them.
  database.prepare('DELETE FROM actions WHERE at < ?').run(now - limits.maxAgeMs);
  database
    .prepare(
      `DELETE FROM actions WHERE role = 'none'
       AND id <= (SELECT id FROM actions WHERE role = 'none' ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    )
    .run(maxFailedSignIns);
  // The conversion of an earlier version's file leaves room for a second copy of it.
  if (isTrimmed || fileBytes(database) > limits.maxBytes) database.exec('PRAGMA incremental_vacuum');
  return isTrimmed;
}

function deleteUpTo(database: DatabaseSync, request: number): void {
  const records = (request + 1) * recordsPerRequest;
  database.exec('BEGIN IMMEDIATE');
  try {
    database.prepare('DELETE FROM requests WHERE id <= ?').run(request);
    database.prepare('DELETE FROM parts WHERE id < ?').run(records);
    database.prepare('DELETE FROM decisions WHERE id < ?').run(records);
    database.prepare('DELETE FROM keys WHERE record < ?').run(records);
    database.prepare('DELETE FROM key_blocks WHERE last < ?').run(records);
    database.exec('DELETE FROM details WHERE id NOT IN (SELECT details FROM decisions)');
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function usedBytes(database: DatabaseSync): number {
  return fileBytes(database) - read(database, 'freelist_count') * read(database, 'page_size');
}

function fileBytes(database: DatabaseSync): number {
  return read(database, 'page_count') * read(database, 'page_size');
}

function read(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

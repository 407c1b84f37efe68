import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isDamage, setAside } from '../sqlite/damaged-file.ts';
import { loadSqlite } from '../sqlite/load-sqlite.ts';
import { keyBlocksTable } from './key-blocks.ts';
import { partTables, recordsAsDecisions, recordsAsParts } from './stored-parts.ts';

/** A file that this version cannot use; the message is for the log. */
export class JournalFileError extends Error {
  override readonly name = 'JournalFileError';
}

/** Each step brings a file from the version before it to its own; versions count from 1. Steps are never changed, only added. */
const migrations: readonly string[] = [
  `
  CREATE TABLE requests (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, request_id TEXT NOT NULL, endpoint TEXT NOT NULL, status INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL, mapping TEXT, replica TEXT NOT NULL, error TEXT, outcomes TEXT NOT NULL, held_back INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX requests_at ON requests (at);
  -- id: that of the request, times 2^20, plus the position in it.
  CREATE TABLE records (
    id INTEGER PRIMARY KEY, object TEXT NOT NULL, external_id TEXT, crm_id TEXT, outcome TEXT NOT NULL,
    details INTEGER NOT NULL, ids TEXT
  ) STRICT;
  -- What many records have in common: names of properties, reasons. id: digest of the text.
  CREATE TABLE details (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  -- Digests are random: in one index, every write would change pages all over the file. Those of some thousand records form a bucket.
  CREATE TABLE keys (
    bucket INTEGER NOT NULL, digest INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (bucket, digest, record)
  ) STRICT, WITHOUT ROWID;
  `,
  // `keys` stays for the entries of files that an earlier version has written.
  keyBlocksTable,
  `
  CREATE TABLE actions (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL, subject TEXT,
    result TEXT NOT NULL, replica TEXT NOT NULL
  ) STRICT;
  `,
  'ALTER TABLE requests ADD COLUMN reason TEXT',
  'ALTER TABLE requests ADD COLUMN calls INTEGER; ALTER TABLE requests ADD COLUMN waited_ms INTEGER',
  `${partTables}
  INSERT INTO parts ${recordsAsParts};
  INSERT INTO decisions ${recordsAsDecisions};
  DROP TABLE records;
  `,
];

export const journalVersion = migrations.length;
/** Records are in parts since this one. */
const partsVersion = 6;

/** A request has at most this many records; the ids of records count on from that of their request. */
export const recordsPerRequest = 2 ** 20;

export function journalPath(folder: string): string {
  return join(folder, 'journal.sqlite');
}

/**
 * Opens the journal of a folder for writing, and creates what is missing. A damaged file is set aside.
 * @param onSetAside called with the new name of a damaged file.
 * @throws what the file system or SQLite says; JournalFileError for a file of a later version.
 */
export function openJournalFile(folder: string, onSetAside: (file: string) => void): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: 0o600 });
  const file = journalPath(folder);
  try {
    return openForWriting(file);
  } catch (error) {
    if (!isDamage(error)) throw error;
    onSetAside(setAside(file));
    return openForWriting(file);
  }
}

/** @returns undefined where the folder has no journal, or one that is just being created. Throws as {@link openJournalFile}. */
export function openForReading(folder: string): DatabaseSync | undefined {
  const file = journalPath(folder);
  if (!existsSync(file)) return undefined;
  const database = new (sqlite().DatabaseSync)(file, { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    const version = versionOf(database);
    demandKnown(file, version);
    if (version > 0) return database;
    database.close();
    return undefined;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Lets a reader of an older file find in it what newer ones have. Call it within each transaction: a bridge may bring the file to its own
 * version meanwhile.
 */
export function viewAsCurrent(database: DatabaseSync): void {
  const isOlder = versionOf(database) < partsVersion;
  const isViewed = database.prepare("SELECT 1 FROM sqlite_temp_schema WHERE name = 'parts'").get() !== undefined;
  if (isOlder === isViewed) return;
  database.exec(
    isOlder
      ? `CREATE TEMP VIEW parts AS ${recordsAsParts}; CREATE TEMP VIEW decisions AS ${recordsAsDecisions}`
      : 'DROP VIEW temp.parts; DROP VIEW temp.decisions',
  );
}

function openForWriting(file: string): DatabaseSync {
  const database = new (sqlite().DatabaseSync)(file);
  try {
    chmodSync(file, 0o600);
    database.exec('PRAGMA busy_timeout = 5000; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
    // A commit survives the end of the process; only the end of the machine may take the last ones along.
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -512; PRAGMA journal_size_limit = 16777216');
    // 16 MB: the same pages change again and again, and are copied into the file once.
    database.exec('PRAGMA wal_autocheckpoint = 4000');
    migrate(file, database);
    // Reads a page of every table: a file whose pages are gone is noticed now.
    database.exec(
      'SELECT max(id) FROM requests; SELECT max(id) FROM parts; SELECT max(id) FROM decisions; SELECT max(bucket) FROM keys; SELECT max(last) FROM key_blocks WHERE part = 0',
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(file: string, database: DatabaseSync): void {
  if (versionOf(database) === journalVersion) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been faster.
    const version = versionOf(database);
    demandKnown(file, version);
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${journalVersion}; COMMIT`);
  } catch (error) {
    // A full disk has ended it already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

function demandKnown(file: string, version: number): void {
  if (version <= journalVersion) return;
  throw new JournalFileError(`${file} was written by a later version of the bridge (form ${version})`);
}

function sqlite() {
  const module = loadSqlite();
  if (module === undefined) throw new JournalFileError('this build of Node has no SQLite');
  return module;
}

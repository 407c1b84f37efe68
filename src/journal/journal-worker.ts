/**
 * The thread that writes the journal, so that neither a slow disk nor a large request delays the bridge's own thread. Started by
 * journal-thread.ts.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { createDigest, readOrCreateSecret } from './digests.ts';
import { isDamage, JournalFileError, journalPath, openJournalFile, setAside, sqliteCode } from './journal-file.ts';
import type { JournalMessage, JournalReport, JournalSettings, RequestPart } from './journal-messages.ts';
import { trimJournal } from './trim-journal.ts';
import { createRequestWriter, type RequestWriter } from './write-requests.ts';

/** The journal is compared with its limits after so many records; deleting takes a while. */
const recordsPerTrim = 5_000;

// What journal-thread.ts starts the thread with.
const settings = workerData as JournalSettings;

interface OpenJournal {
  readonly database: DatabaseSync;
  readonly writer: RequestWriter;
}

let journal: OpenJournal | undefined;
let sinceTrim = 0;

function report(message: JournalReport): void {
  parentPort?.postMessage(message);
}

function open(): OpenJournal {
  const database = openJournalFile(settings.folder, (file) => report({ kind: 'set aside', file }));
  const digest = createDigest(settings.secret ?? readOrCreateSecret(settings.folder));
  trimJournal(database, settings.limits, Date.now());
  return { database, writer: createRequestWriter(database, digest, settings.replica) };
}

function write(parts: readonly RequestPart[]): boolean {
  try {
    journal ??= open();
  } catch (error) {
    report({ kind: 'trouble', reason: reasonOf(error), isFolder: true });
    return false;
  }
  try {
    journal.writer.write(parts);
    trim(journal.database, parts);
    return true;
  } catch (error) {
    report({ kind: 'trouble', reason: reasonOf(error), isFolder: false });
    if (isDamage(error)) replaceDamaged(journal.database);
    return false;
  }
}

function trim(database: DatabaseSync, parts: readonly RequestPart[]): void {
  for (const { records } of parts) sinceTrim += 1 + records.length;
  if (sinceTrim < recordsPerTrim) return;
  sinceTrim = 0;
  trimJournal(database, settings.limits, Date.now());
}

/** The next write opens a new file. */
function replaceDamaged(database: DatabaseSync): void {
  journal = undefined;
  try {
    database.close();
    report({ kind: 'set aside', file: setAside(journalPath(settings.folder)) });
  } catch (error) {
    report({ kind: 'trouble', reason: reasonOf(error), isFolder: true });
  }
}

const sqliteReasons: Readonly<Record<number, string>> = {
  5: 'another process has locked it',
  8: 'it is read-only',
  10: 'the disk cannot be read or written',
  11: 'it is damaged',
  13: 'the disk is full',
  14: `${join(settings.folder, '…')} cannot be opened`,
  26: 'it is damaged',
};

function reasonOf(error: unknown): string {
  if (error instanceof JournalFileError) return error.message;
  const code = sqliteCode(error);
  if (code !== undefined) return sqliteReasons[code] ?? `SQLite error ${code}`;
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

parentPort?.on('message', (message: JournalMessage) => {
  if (message.kind === 'flush') {
    journal?.database.close();
    journal = undefined;
    report({ kind: 'flushed' });
    return;
  }
  const isWritten = write(message.parts);
  const records = message.parts.reduce((sum, part) => sum + part.records.length, 0);
  report({ kind: 'done', records, isWritten });
});

import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { ConsoleAction } from './console-action.ts';
import { createDigest, readOrCreateJournalSecret } from './digests.ts';
import { isDamage, setAside, sqliteCode } from '../sqlite/damaged-file.ts';
import { JournalFileError, journalPath, openJournalFile } from './journal-file.ts';
import type { JournalReport, JournalSettings } from './journal-messages.ts';
import { trimJournal } from './trim-journal.ts';
import { createRequestWriter, type RequestWriter } from './write-requests.ts';

/** The journal is compared with its limits after this many records; deleting takes a while. */
const recordsPerTrim = 5_000;

interface OpenJournal {
  readonly database: DatabaseSync;
  readonly writer: RequestWriter;
}

/** Writes the journal of a folder. Never throws: what goes wrong is reported, and the next write tries again. */
export class JournalWriter {
  readonly #settings: JournalSettings;
  readonly #report: (message: JournalReport) => void;
  readonly #openFile: typeof openJournalFile;
  #journal: OpenJournal | undefined;
  #sinceTrim = 0;

  /** @param openFile opens the database. */
  constructor(settings: JournalSettings, report: (message: JournalReport) => void, openFile = openJournalFile) {
    this.#settings = settings;
    this.#report = report;
    this.#openFile = openFile;
  }

  /** Opens the file before there is something to write. @returns undefined if it cannot be opened. */
  open(): OpenJournal | undefined {
    return this.#attempt(true, () => (this.#journal ??= this.#open()));
  }

  /** @param parts as {@link RequestWriter} takes them. @returns false if nothing was written. */
  write(parts: readonly string[]): boolean {
    const journal = this.open();
    if (journal === undefined) return false;
    const written = this.#attempt(false, () => journal.writer.write(parts));
    if (written !== undefined) this.#attempt(false, () => this.#trim(journal.database, written));
    return written !== undefined;
  }

  writeAction({ at, user, role, action, subject, result }: ConsoleAction): void {
    const journal = this.open();
    if (journal === undefined) return;
    this.#attempt(false, () =>
      journal.database
        .prepare('INSERT INTO actions (at, user, role, action, subject, result, replica) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(at, user, role, action, subject ?? null, result, this.#settings.replica),
    );
  }

  close(): void {
    this.#journal?.database.close();
    this.#journal = undefined;
  }

  #open(): OpenJournal {
    const { folder, secret, limits, replica } = this.#settings;
    const database = this.#openFile(folder, (file) => this.#report({ kind: 'set aside', file }));
    const digest = createDigest(secret ?? readOrCreateJournalSecret(folder));
    trimJournal(database, limits, Date.now());
    return { database, writer: createRequestWriter(database, digest, replica) };
  }

  #trim(database: DatabaseSync, written: number): void {
    this.#sinceTrim += written;
    if (this.#sinceTrim < recordsPerTrim) return;
    this.#sinceTrim = 0;
    trimJournal(database, this.#settings.limits, Date.now());
  }

  /** @returns undefined if it failed. */
  #attempt<Result>(isFolder: boolean, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.#report({ kind: 'trouble', reason: this.#reasonOf(error), isFolder });
      if (isDamage(error)) this.#replaceDamaged();
      return undefined;
    }
  }

  /** The next write opens a new file. */
  #replaceDamaged(): void {
    if (this.#journal === undefined) return;
    try {
      this.close();
      this.#report({ kind: 'set aside', file: setAside(journalPath(this.#settings.folder)) });
    } catch (error) {
      this.#report({ kind: 'trouble', reason: this.#reasonOf(error), isFolder: true });
    }
  }

  #reasonOf(error: unknown): string {
    if (error instanceof JournalFileError) return error.message;
    const code = sqliteCode(error);
    if (code === 14) return `${join(this.#settings.folder, '…')} cannot be opened`;
    if (code !== undefined) return sqliteReasons[code] ?? `SQLite error ${code}`;
    const system = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return system === 'ENOSPC' ? diskFull : system;
  }
}

const diskFull = 'the disk is full';

const sqliteReasons: Readonly<Record<number, string>> = {
  5: 'another process has locked it',
  8: 'it is read-only',
  10: 'the disk cannot be read or written',
  11: 'it is damaged',
  13: diskFull,
  26: 'it is damaged',
};

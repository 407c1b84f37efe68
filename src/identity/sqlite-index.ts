import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isDamage } from '../sqlite/damaged-file.ts';
import { loadSqlite } from '../sqlite/load-sqlite.ts';
import { type IndexChange, IndexLostError, type IndexPair } from './identity-store.ts';

/** Increased whenever the tables change. A file of another version is replaced, because the CRM has all of its content. */
export const indexForm = 2;

const tables = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- One key may lead to several records. An id of digits is kept as a number, which takes a third of the room.
  -- The mark is three times the number of the object type, plus the number of the pass in which it was written last, modulo 3.
  CREATE TABLE pairs (key INTEGER NOT NULL, id ANY NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (key, id)) STRICT, WITHOUT ROWID;
`;

/** Stale pairs are removed in this many parts, each of which takes milliseconds. */
export const stalePartCount = 256;

interface OpenFile {
  readonly database: DatabaseSync;
  readonly epoch: string;
  readonly statements: Readonly<
    Record<'propose' | 'put' | 'drop' | 'dropStale' | 'read' | 'replace' | 'countPasses', StatementSync>
  >;
}

/** The identity index in a SQLite file. All methods block: sqlite-store.ts runs them in a thread. */
export class SqliteIndex {
  readonly #file: string;
  readonly #onDamage: () => void;
  #open: OpenFile | undefined;

  /**
   * @param file a path, or `:memory:`.
   * @param onDamage called when a damaged file was deleted.
   */
  constructor(file: string, onDamage: () => void) {
    this.#file = file;
    this.#onDamage = onDamage;
  }

  /** @returns the epoch of the contents, which the other methods are called with. */
  open(account: string): string {
    return this.#attempt(() => {
      this.#open ??= this.#openFile();
      const { database, statements } = this.#open;
      if (statements.read.get('account')?.text !== account) {
        database.exec('BEGIN IMMEDIATE; DELETE FROM pairs; DELETE FROM meta');
        statements.replace.run('account', account);
        statements.replace.run('epoch', randomUUID());
        database.exec('COMMIT');
      }
      const epoch = String(statements.read.get('epoch')?.text);
      this.#open = { database, statements, epoch };
      return epoch;
    });
  }

  propose(epoch: string, digests: readonly bigint[]): string[][] {
    return this.#attempt(() => {
      const { statements } = this.#demand(epoch);
      const found: string[][] = digests.map(() => []);
      for (const { position, id } of statements.propose.iterate(`[${digests.join()}]`)) {
        found[Number(position)]?.push(String(id));
      }
      this.#demand(epoch);
      return found;
    });
  }

  write(epoch: string, { pairs, drops = [], state, of = '', beginsPass }: IndexChange): void {
    this.#attempt(() => {
      const { database, statements } = this.#demand(epoch);
      database.exec('BEGIN IMMEDIATE');
      this.#demand(epoch);
      for (const pair of drops) statements.drop.run(pair.digest, storedId(pair));
      const mark = pairs.length === 0 && beginsPass === undefined ? 0 : markOf(statements, of, beginsPass);
      for (const pair of pairs) statements.put.run(pair.digest, storedId(pair), mark);
      if (state !== undefined) statements.replace.run(`state ${state.name}`, state.text);
      database.exec('COMMIT');
    });
  }

  readState(epoch: string, name: string): string | undefined {
    return this.#attempt(() => {
      const row = this.#demand(epoch).statements.read.get(`state ${name}`);
      this.#demand(epoch);
      return row === undefined ? undefined : String(row.text);
    });
  }

  /** Removes one part of the pairs that {@link OpenIndex.dropStale} speaks of. */
  dropStale(
    epoch: string,
    { of, pass, part }: { readonly of: string; readonly pass: number; readonly part: number },
  ): void {
    this.#attempt(() => {
      const { database, statements } = this.#demand(epoch);
      database.exec('BEGIN IMMEDIATE');
      this.#demand(epoch);
      const known = readPass(statements, of);
      // The pass before the last one, and the next one, have the same mark.
      const from = -(2n ** 63n) + BigInt(part) * keysPerPart;
      if (known?.pass === pass)
        statements.dropStale.run(from, from + keysPerPart - 1n, markIn({ ...known, pass: pass + 1 }));
      database.exec('COMMIT');
    });
  }

  count(epoch: string): number {
    return this.#attempt(() => {
      const { database } = this.#demand(epoch);
      return Number(database.prepare('SELECT count(DISTINCT key) AS count FROM pairs').get()?.count);
    });
  }

  /** The pairs go when it is opened next. */
  discard(epoch: string): void {
    this.#attempt(() => this.#demand(epoch).database.exec('DELETE FROM meta'));
  }

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  /** Another process may empty the file at any moment: what was read counts only if the epoch is still the same afterwards. */
  #demand(epoch: string): OpenFile {
    const isSame = this.#open?.epoch === epoch && this.#open.statements.read.get('epoch')?.text === epoch;
    if (this.#open === undefined || !isSame) throw new IndexLostError('the index was replaced');
    return this.#open;
  }

  #openFile(): OpenFile {
    const sqlite = loadSqlite();
    if (sqlite === undefined) throw new IndexLostError('this build of Node has no SQLite');
    const isFile = this.#file !== ':memory:';
    if (isFile) prepareFolder(dirname(this.#file));
    const database = new sqlite.DatabaseSync(this.#file);
    try {
      if (isFile) chmodSync(this.#file, 0o600);
      database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 16777216');
      // A commit survives the end of the process. The end of the machine may take the last ones along, together: the state that they
      // wrote is older then, too.
      database.exec('PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
      createTables(database);
      return { database, epoch: '', statements: prepareStatements(database) };
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (this.#open?.database.isTransaction === true) this.#open.database.exec('ROLLBACK');
      if (isDamage(error)) this.#deleteDamaged();
      if (error instanceof IndexLostError) throw error;
      // SQLite's messages name the fault, never a value.
      throw new IndexLostError(error instanceof Error ? error.message : String(error));
    }
  }

  /** Nothing is lost: the CRM has it all, and the next listing builds the index again. */
  #deleteDamaged(): void {
    this.close();
    for (const suffix of ['-wal', '-shm', '']) rmSync(`${this.#file}${suffix}`, { force: true });
    this.#onDamage();
  }
}

function createTables(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version !== indexForm) {
    database.exec('DROP TABLE IF EXISTS pairs; DROP TABLE IF EXISTS meta');
    database.exec(`${tables} PRAGMA user_version = ${indexForm}`);
  }
  database.exec('COMMIT');
}

function prepareStatements(database: DatabaseSync): OpenFile['statements'] {
  return {
    propose: database.prepare(
      'SELECT asked.key AS position, pairs.id AS id FROM json_each(?) AS asked CROSS JOIN pairs ON pairs.key = asked.value',
    ),
    put: database.prepare(
      'INSERT INTO pairs (key, id, mark) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark WHERE mark <> excluded.mark',
    ),
    drop: database.prepare('DELETE FROM pairs WHERE key = ? AND id = ?'),
    dropStale: database.prepare('DELETE FROM pairs WHERE key BETWEEN ? AND ? AND mark = ?'),
    countPasses: database.prepare("SELECT count(*) AS count FROM meta WHERE name LIKE 'pass %'"),
    read: database.prepare('SELECT text FROM meta WHERE name = ?'),
    replace: database.prepare('INSERT OR REPLACE INTO meta (name, text) VALUES (?, ?)'),
  };
}

/** Of all 2⁶⁴. */
const keysPerPart = 2n ** 64n / BigInt(stalePartCount);

/** The number of an object type, and of its last pass. */
interface KnownPass {
  readonly number: number;
  readonly pass: number;
}

/** What the pairs of an object type are marked with now. @param beginsPass the number of a pass that begins. */
function markOf(statements: OpenFile['statements'], of: string, beginsPass: number | undefined): number {
  const known = readPass(statements, of) ?? { number: Number(statements.countPasses.get()?.count), pass: -1 };
  const { number, pass } = { ...known, pass: beginsPass ?? Math.max(0, known.pass) };
  if (pass !== known.pass) statements.replace.run(`pass ${of}`, `${number} ${pass}`);
  return markIn({ number, pass });
}

function readPass(statements: OpenFile['statements'], of: string): KnownPass | undefined {
  const row = statements.read.get(`pass ${of}`);
  if (row === undefined) return undefined;
  const [number, pass] = String(row.text).split(' ').map(Number);
  return { number: number ?? 0, pass: pass ?? 0 };
}

function markIn({ number, pass }: KnownPass): number {
  return 3 * number + (pass % 3);
}

/** What is kept here belongs to the bridge alone, and to no repository. */
function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: 0o600 });
}

/** Ids that a number shows exactly are numbers; others, such as those with a leading zero, stay texts. */
function storedId({ id }: IndexPair): number | string {
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? number : id;
}

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isDamage } from '../sqlite/damaged-file.ts';
import { loadSqlite } from '../sqlite/load-sqlite.ts';
import { indexForm } from './sqlite-index.ts';

/** An index as its store holds it, read from outside the bridge that keeps it. */
export interface StoredIndex {
  /** Names the account and the secret of the digests; undefined where the store no longer has all of the index. */
  readonly account: string | undefined;
  /** Of all objects together. */
  readonly keys: number;
  /** Size of the file; undefined in Redis. */
  readonly bytes: number | undefined;
  /** The texts of the objects' states, by object type. */
  readonly states: ReadonlyMap<string, string>;
}

/** What reading a store resulted in. */
export type IndexReading =
  | { readonly stored: StoredIndex }
  /** `none`: there is nothing yet. `other form`: another version of the bridge wrote it. */
  | { readonly fault: 'none' | 'not a file' | 'damaged' | 'other form' }
  | { readonly fault: 'unreadable'; readonly reason: string };

/** Prefix of the names of states among the texts of a store. */
const statePrefix = 'state ';

/** The file of the index in DATA_DIR. */
export function indexFile(dir: string): string {
  return join(dir, 'identity.sqlite');
}

/** Reads the file of an index, beside a bridge that writes it. Writes nothing into it. */
export function readIndexFile(file: string): IndexReading {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return { fault: 'none' };
  if (!stats.isFile()) return { fault: 'not a file' };
  const sqlite = loadSqlite();
  if (sqlite === undefined) return { fault: 'unreadable', reason: 'this build of Node has no SQLite' };
  try {
    const database = new sqlite.DatabaseSync(file, { readOnly: true });
    try {
      database.exec('PRAGMA busy_timeout = 5000');
      const form = Number(database.prepare('PRAGMA user_version').get()?.user_version);
      if (form !== indexForm) return { fault: form === 0 ? 'none' : 'other form' };
      // All in one read, as of one moment.
      database.exec('BEGIN');
      const texts = database.prepare('SELECT name, text FROM meta').all();
      const keys = Number(database.prepare('SELECT count(DISTINCT key) AS keys FROM pairs').get()?.keys);
      return {
        stored: {
          ...readTexts(texts.map(({ name, text }) => [String(name), String(text)])),
          keys,
          bytes: sizeOf(file),
        },
      };
    } finally {
      database.close();
    }
  } catch (error) {
    if (isDamage(error)) return { fault: 'damaged' };
    // SQLite's messages name the fault, never a value.
    return { fault: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** @param texts everything that a store holds beside its keys, by name. */
export function readTexts(texts: Iterable<readonly [string, string]>): Pick<StoredIndex, 'account' | 'states'> {
  const byName = new Map(texts);
  const states = [...byName].flatMap(([name, text]): [string, string][] =>
    name.startsWith(statePrefix) ? [[name.slice(statePrefix.length), text]] : [],
  );
  return { account: byName.has('epoch') ? byName.get('account') : undefined, states: new Map(states) };
}

function sizeOf(file: string): number {
  return [file, `${file}-wal`].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

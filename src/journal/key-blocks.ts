import type { DatabaseSync } from 'node:sqlite';

/**
 * The index of the journal: which digest belongs to which record. Digests are random: in a table of rows, every write would change pages
 * all over it, and each row costs a call. So the keys of a write are one row, a list of pairs of numbers. When enough of them have
 * gathered, they are sorted into parts by digest, and a search reads one part of each such block.
 */
export interface KeyBlocks {
  /** Adds keys within the caller's transaction: a digest, its record, the next digest, its record, and so on. */
  add(keys: readonly number[]): void;
  /** Call it when the transaction was rolled back. */
  forget(): void;
}

/** Keys that have not been sorted into parts yet. */
const gathering = -1;
/** Parts of a block. */
const parts = 256;
/** This many keys make a block, about 1.5 kB per part. A bridge with little traffic has a row for each record until then. */
const keysPerBlock = 24_000;
/** Digests have 48 bits; the highest ones choose the part. */
const digestsPerPart = 2 ** 48 / parts;
const bytesPerKey = 2 * Float64Array.BYTES_PER_ELEMENT;

/** The SQL of the table, for the migration that creates it. `last`: the highest record in `keys`. */
export const keyBlocksTable = `
  CREATE TABLE key_blocks (id INTEGER PRIMARY KEY, part INTEGER NOT NULL, last INTEGER NOT NULL, keys BLOB NOT NULL) STRICT;
  CREATE INDEX key_blocks_part ON key_blocks (part);
`;

export function createKeyBlocks(database: DatabaseSync): KeyBlocks {
  const insert = database.prepare('INSERT INTO key_blocks (part, last, keys) VALUES (?, ?, ?)');
  const count = database.prepare(`SELECT total(length(keys)) AS bytes FROM key_blocks WHERE part = ${gathering}`);
  const addRow = (part: number, keys: Float64Array) => {
    let last = 0;
    for (let at = 1; at < keys.length; at += 2) {
      const record = keys[at] ?? 0;
      if (record > last) last = record;
    }
    insert.run(part, last, new Uint8Array(keys.buffer));
  };
  /** Undefined until it is counted. */
  let gathered: number | undefined;
  return {
    add(keys) {
      if (keys.length === 0) return;
      gathered ??= Number(count.get()?.bytes) / bytesPerKey;
      addRow(gathering, new Float64Array(keys));
      gathered += keys.length / 2;
      if (gathered < keysPerBlock) return;
      const sorted = byPart(database.prepare(`SELECT keys FROM key_blocks WHERE part = ${gathering}`).all());
      database.exec(`DELETE FROM key_blocks WHERE part = ${gathering}`);
      for (const [part, some] of sorted.entries()) if (some.length > 0) addRow(part, some);
      gathered = 0;
    },
    forget() {
      gathered = undefined;
    },
  };
}

/** Thousands of keys: numbers in a row, since an object for each would be most of what the thread holds. */
function byPart(rows: readonly Readonly<Record<string, unknown>>[]): readonly Float64Array[] {
  const lists = rows.map((row) => toNumbers(row.keys));
  const counts = new Uint32Array(parts);
  for (const numbers of lists) {
    for (let at = 0; at < numbers.length; at += 2) {
      const part = partOf(numbers[at] ?? 0);
      counts[part] = (counts[part] ?? 0) + 1;
    }
  }
  const sorted = Array.from(counts, (number) => new Float64Array(2 * number));
  const filled = new Uint32Array(parts);
  for (const numbers of lists) {
    for (let at = 0; at < numbers.length; at += 2) {
      const part = partOf(numbers[at] ?? 0);
      const [list, next] = [sorted[part], filled[part] ?? 0];
      if (list === undefined) continue;
      list[next] = numbers[at] ?? 0;
      list[next + 1] = numbers[at + 1] ?? 0;
      filled[part] = next + 2;
    }
  }
  return sorted;
}

/** The records that have one of these digests, newest first, by digest. */
export function findInKeyBlocks(
  database: DatabaseSync,
  digests: readonly number[],
): ReadonlyMap<number, readonly number[]> {
  const byPart = Map.groupBy(new Set(digests), partOf);
  const wanted = [gathering, ...byPart.keys()].join();
  const found = new Map<number, number[]>(digests.map((digest) => [digest, []]));
  for (const row of database.prepare(`SELECT part, keys FROM key_blocks WHERE part IN (${wanted})`).iterate()) {
    const numbers = toNumbers(row.keys);
    const sought = row.part === gathering ? digests : (byPart.get(Number(row.part)) ?? []);
    for (let at = 0; at < numbers.length; at += 2) {
      const [digest, record] = [numbers[at], numbers[at + 1]];
      if (digest !== undefined && record !== undefined && sought.includes(digest)) found.get(digest)?.push(record);
    }
  }
  for (const records of found.values()) records.sort((a, b) => b - a);
  return found;
}

function partOf(digest: number): number {
  return Math.floor(digest / digestsPerPart);
}

function toNumbers(stored: unknown): Float64Array {
  if (!(stored instanceof Uint8Array)) return new Float64Array();
  // Numbers begin at a multiple of their size; a copy does.
  const bytes = stored.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0 ? stored : stored.slice();
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float64Array.BYTES_PER_ELEMENT);
}

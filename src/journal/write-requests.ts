import type { DatabaseSync } from 'node:sqlite';
import type { Digest } from './digests.ts';
import { recordsPerRequest } from './journal-file.ts';
import type { PartHead } from './journal-messages.ts';
import { createKeyBlocks } from './key-blocks.ts';
import { createKeyDigester } from './key-digester.ts';

/** Writes requests into an open journal; large ones in parts. */
export interface RequestWriter {
  /**
   * Writes all parts or none. Throws what SQLite says.
   * @param parts each as request-parts.ts composes it. It is read when the one before it is written: few objects live at once.
   * @returns how many records and parts there were.
   */
  write(parts: readonly string[]): number;
}

/** Details of a transaction are remembered up to this number, and up to this length. */
const maxRemembered = 2_000;
const maxRememberedLength = 1_000;

export function createRequestWriter(database: DatabaseSync, digest: Digest, replica: string): RequestWriter {
  const statements = prepare(database);
  const details = createDetails(statements, digest);
  const blocks = createKeyBlocks(database);
  const addKeys = createKeyDigester(digest);
  /** Of the records of this transaction, as key-blocks.ts takes them. */
  let keys: number[] = [];
  /** The request whose parts are still arriving. */
  let current: { readonly sequence: number; readonly id: number } | undefined;

  function idOf(part: PartHead): number {
    if (current?.sequence === part.sequence) return current.id;
    current = { sequence: part.sequence, id: insertRequest(statements, replica, part) };
    return current.id;
  }

  /** @returns how many records it has. */
  function writePart(text: string): number {
    const [head = '', records = '', ids = ''] = text.split('\n');
    // As request-parts.ts wrote them.
    const part: PartHead = JSON.parse(head);
    const first = idOf(part) * recordsPerRequest + part.offset;
    if (part.decisions.length === 0) return 0;
    statements.part.run(first, records, ids === '' ? null : ids);
    for (const [index, [object, outcome, text, number]] of part.decisions.entries()) {
      statements.decision.run(first + index, object, outcome, details.idOf(text), number);
    }
    return addKeys(keys, { first, head: part, columns: JSON.parse(records) });
  }

  return {
    write(parts) {
      const before = current;
      let written = 0;
      keys = [];
      database.exec('BEGIN IMMEDIATE');
      try {
        // Trimming may have deleted some since the last transaction, in another process too.
        details.forget();
        for (const part of parts) written += 1 + writePart(part);
        blocks.add(keys);
        database.exec('COMMIT');
        return written;
      } catch (error) {
        // What was remembered of this transaction is not in the file.
        blocks.forget();
        current = before;
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

/** Adds the request, and returns its id. */
function insertRequest(statements: Statements, replica: string, { request, outcomes, heldBack }: PartHead): number {
  const { lastInsertRowid } = statements.request.run(
    request.at,
    request.requestId,
    `${request.method} ${request.route}`,
    request.status,
    request.durationMs,
    request.mapping ?? null,
    request.replica ?? replica,
    request.error ?? null,
    JSON.stringify(outcomes),
    heldBack,
    request.reason ?? null,
    request.calls ?? null,
    request.waitedMs ?? null,
  );
  return Number(lastInsertRowid);
}

/** The table of details, which stores each text once. */
function createDetails(statements: Statements, digest: Digest) {
  const known = new Map<string, number>();
  return {
    idOf(text: string): number {
      const remembered = known.get(text);
      if (remembered !== undefined) return remembered;
      const id = digest('details', text);
      statements.details.run(id, text);
      if (text.length > maxRememberedLength) return id;
      if (known.size >= maxRemembered) known.clear();
      known.set(text, id);
      return id;
    },
    forget: () => known.clear(),
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: DatabaseSync) {
  return {
    request: database.prepare(
      `INSERT INTO requests (at, request_id, endpoint, status, duration_ms, mapping, replica, error, outcomes, held_back, reason,
         calls, waited_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    part: database.prepare('INSERT INTO parts (id, records, ids) VALUES (?, ?, ?)'),
    decision: database.prepare('INSERT INTO decisions (id, object, outcome, details, number) VALUES (?, ?, ?, ?, ?)'),
    details: database.prepare('INSERT OR IGNORE INTO details (id, text) VALUES (?, ?)'),
  };
}

import type { DatabaseSync } from 'node:sqlite';
import type { RecordDecision } from '../bridge/decisions.ts';
import { canonicalEmail, type Digest, type KeyKind } from './digests.ts';
import { recordsPerRequest } from './journal-file.ts';
import type { RequestPart } from './journal-messages.ts';

/** Writes requests into an open journal; large ones in parts. */
export interface RequestWriter {
  /** Writes all parts or none. Throws what SQLite says. */
  write(parts: readonly RequestPart[]): void;
}

/** Ids that are longer say nothing more; a caller may choose them. */
const maxIdLength = 512;
/** Known details are remembered up to this number. */
const maxRemembered = 10_000;
/** Of several matching records, so many can be searched for. */
const maxMatchingKeys = 10;

export function createRequestWriter(database: DatabaseSync, digest: Digest, replica: string): RequestWriter {
  const statements = prepare(database);
  const known = new Set<number>();
  /** The request whose parts are still arriving. */
  let current: { readonly sequence: number; readonly id: number } | undefined;

  function idOf({ sequence, request, outcomes, heldBack }: RequestPart): number {
    if (current?.sequence === sequence) return current.id;
    const { lastInsertRowid } = statements.request.run(
      request.at,
      request.requestId,
      `${request.method} ${request.route}`,
      request.status,
      request.durationMs,
      request.mapping ?? null,
      replica,
      request.error ?? null,
      JSON.stringify(outcomes),
      heldBack,
    );
    current = { sequence, id: Number(lastInsertRowid) };
    return current.id;
  }

  function writeRecord(id: number, record: RecordDecision): void {
    const text = JSON.stringify(detailsOf(record));
    const details = digest('details', text);
    if (!known.has(details)) {
      statements.details.run(details, text);
      if (known.size >= maxRemembered) known.clear();
      known.add(details);
    }
    const { object, outcome, externalId, crmId } = record;
    statements.record.run(id, object, short(externalId), short(crmId), outcome, details, idsOf(record));
    for (const [kind, key] of keysOf(record)) statements.key.run(digest(kind, key), id);
  }

  return {
    write(parts) {
      const before = current;
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const part of parts) {
          const first = idOf(part) * recordsPerRequest + part.offset;
          for (const [index, record] of part.records.entries()) writeRecord(first + index, record);
        }
        database.exec('COMMIT');
      } catch (error) {
        // What was remembered of this transaction is not in the file.
        known.clear();
        current = before;
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

function prepare(database: DatabaseSync) {
  return {
    request: database.prepare(
      `INSERT INTO requests (at, request_id, endpoint, status, duration_ms, mapping, replica, error, outcomes, held_back)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    record: database.prepare(
      'INSERT INTO records (id, object, external_id, crm_id, outcome, details, ids) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    details: database.prepare('INSERT OR IGNORE INTO details (id, text) VALUES (?, ?)'),
    key: database.prepare('INSERT OR IGNORE INTO keys (digest, record) VALUES (?, ?)'),
  };
}

/** What many records have in common. */
function detailsOf(record: RecordDecision): object {
  const { rule, linkedBy, written, heldBack, createdProperties, warnings, problem } = record;
  const { existingId: _existingId, text, ...common } = problem ?? {};
  return {
    rule,
    linkedBy,
    ...(written.length > 0 && { written }),
    ...(heldBack.length > 0 && { heldBack: heldBack.slice(0, maxHeldBack) }),
    ...(createdProperties.length > 0 && { createdProperties }),
    ...(warnings > 0 && { warnings }),
    ...(problem !== undefined && { problem: problem.kind === 'not-found' ? common : { ...common, text } }),
  };
}

/** A caller may invent fields without end. */
const maxHeldBack = 200;

/** What belongs to one record alone. */
function idsOf({ contactId, companyId, matchingIds, problem }: RecordDecision): string | null {
  const existingId = problem?.existingId;
  if (contactId === undefined && companyId === undefined && matchingIds === undefined && existingId === undefined) {
    return null;
  }
  return JSON.stringify({ contactId, companyId, matchingIds: matchingIds?.slice(0, 100), existingId });
}

/** Under which keys the record is found. */
function* keysOf(record: RecordDecision): Iterable<readonly [KeyKind, string]> {
  const { object, externalId, crmId, contactId, companyId, matchingIds, emails } = record;
  if (externalId !== undefined) yield [`external ${object}`, externalId];
  if (crmId !== undefined) yield [`crm ${object}`, crmId];
  if (contactId !== undefined) yield ['crm contacts', contactId];
  if (companyId !== undefined) yield ['crm companies', companyId];
  for (const id of matchingIds?.slice(0, maxMatchingKeys) ?? []) yield [`crm ${object}`, id];
  for (const email of emails) yield ['email', canonicalEmail(email)];
}

function short(id: string | undefined): string | null {
  return id === undefined ? null : id.slice(0, maxIdLength);
}

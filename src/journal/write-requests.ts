import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { canonicalEmail, canonicalPhone, canonicalProfile, type Digest, type KeyKind } from './digests.ts';
import { recordsPerRequest } from './journal-file.ts';
import type { RequestPart, SentDecision } from './journal-messages.ts';
import { createKeyBlocks } from './key-blocks.ts';

/** Writes requests into an open journal; large ones in parts. */
export interface RequestWriter {
  /** Writes all parts or none. Throws what SQLite says. @returns how many records and parts there were. */
  write(parts: Iterable<RequestPart>): number;
}

/** Ids that are longer say nothing more; a caller may choose them. */
export const maxIdLength = 512;
/** Known details are remembered up to this number, and up to this length. */
const maxRemembered = 2_000;
const maxRememberedLength = 1_000;
/** Of several matching records, and of those that were set aside, this many are kept. */
const maxCandidates = 100;
/** Of several matching records, this many can be searched for. */
const maxMatchingKeys = 10;

export function createRequestWriter(database: DatabaseSync, digest: Digest, replica: string): RequestWriter {
  const statements = prepare(database);
  const rows = createRecordRows(database);
  const details = createDetails(statements, digest);
  const blocks = createKeyBlocks(database);
  /** Of the records of this transaction, as key-blocks.ts takes them. */
  let keys: number[] = [];
  /** The request whose parts are still arriving. */
  let current: { readonly sequence: number; readonly id: number } | undefined;

  function idOf(part: RequestPart): number {
    if (current?.sequence === part.sequence) return current.id;
    current = { sequence: part.sequence, id: insertRequest(statements, replica, part) };
    return current.id;
  }

  function writeRecord(id: number, record: SentDecision): void {
    const { object, outcome, externalId, crmId } = record;
    const detailsId = details.idOf(JSON.stringify(detailsOf(record)));
    rows.add([id, object, short(externalId), short(crmId), outcome, detailsId, idsOf(record)]);
    addKeys(record, (kind, key) => keys.push(digest(kind, key), id));
  }

  return {
    write(parts) {
      const before = current;
      let written = 0;
      keys = [];
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const part of parts) {
          const first = idOf(part) * recordsPerRequest + part.offset;
          for (const [index, record] of part.records.entries()) writeRecord(first + index, record);
          written += 1 + part.records.length;
        }
        rows.flush();
        blocks.add(keys);
        database.exec('COMMIT');
        return written;
      } catch (error) {
        // What was remembered of this transaction is not in the file.
        details.forget();
        rows.forget();
        blocks.forget();
        current = before;
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

/** Rows of the table of records that one statement adds: a call costs as much as a row. */
const rowsAtOnce = 32;

/** The table of records. What is added is in it after `flush`. */
function createRecordRows(database: DatabaseSync) {
  const insert = (rows: number) =>
    database.prepare(
      `INSERT INTO records (id, object, external_id, crm_id, outcome, details, ids)
       VALUES ${new Array(rows).fill('(?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
    );
  const [one, many] = [insert(1), insert(rowsAtOnce)];
  let waiting: (readonly SQLInputValue[])[] = [];
  return {
    add(row: readonly SQLInputValue[]): void {
      if (waiting.push(row) < rowsAtOnce) return;
      many.run(...waiting.flat());
      waiting = [];
    },
    flush(): void {
      for (const row of waiting) one.run(...row);
      waiting = [];
    },
    forget(): void {
      waiting = [];
    },
  };
}

/** Adds the request, and returns its id. */
function insertRequest(statements: Statements, replica: string, { request, outcomes, heldBack }: RequestPart): number {
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
    details: database.prepare('INSERT OR IGNORE INTO details (id, text) VALUES (?, ?)'),
  };
}

/** What many records have in common. */
function detailsOf(record: SentDecision): object {
  const { rule, tried, byIndex, linkedBy, written = [], heldBack = [], createdProperties = [], warnings = 0 } = record;
  const { problem, unusualFields } = record;
  const { existingId: _existingId, text, ...common } = problem ?? {};
  return {
    rule,
    tried,
    byIndex,
    linkedBy,
    ...(written.length > 0 && { written }),
    ...(heldBack.length > 0 && { heldBack }),
    ...(createdProperties.length > 0 && { createdProperties }),
    unusualFields,
    ...(warnings > 0 && { warnings }),
    ...(problem !== undefined && { problem: { ...common, text } }),
  };
}

/** What belongs to one record alone. */
function idsOf({
  contactId,
  companyId,
  position,
  matchingIds,
  setAside,
  survivorId,
  sweptAgoMs,
  problem,
}: SentDecision): string | null {
  const [matching, aside] = [matchingIds?.slice(0, maxCandidates), setAside?.slice(0, maxCandidates)];
  const text = JSON.stringify({
    contactId,
    companyId,
    position,
    matchingIds: matching,
    setAside: aside,
    survivorId,
    sweptAgoMs,
    existingId: problem?.existingId,
  });
  return text === '{}' ? null : text;
}

/** Adds the keys under which the record is found. */
function addKeys(record: SentDecision, add: (kind: KeyKind, text: string) => void): void {
  const {
    object,
    externalId,
    crmId,
    contactId,
    companyId,
    matchingIds,
    setAside,
    survivorId,
    emails = [],
    phones = [],
    profiles = [],
  } = record;
  if (externalId !== undefined) add(`external ${object}`, externalId);
  if (crmId !== undefined) add(`crm ${object}`, crmId);
  if (survivorId !== undefined) add(`crm ${object}`, survivorId);
  if (contactId !== undefined) add('crm contacts', contactId);
  if (companyId !== undefined) add('crm companies', companyId);
  for (const id of matchingIds?.slice(0, maxMatchingKeys) ?? []) add(`crm ${object}`, id);
  for (const { id } of setAside?.slice(0, maxMatchingKeys) ?? []) add(`crm ${object}`, id);
  for (const email of emails) add('email', canonicalEmail(email));
  for (const phone of phones) addIfAny(add, 'phone', canonicalPhone(phone));
  for (const profile of profiles) addIfAny(add, 'profile', canonicalProfile(profile));
}

function addIfAny(add: (kind: KeyKind, text: string) => void, kind: KeyKind, text: string | undefined): void {
  if (text !== undefined) add(kind, text);
}

function short(id: string | undefined): string | null {
  return id === undefined ? null : id.slice(0, maxIdLength);
}

import type { DatabaseSync } from 'node:sqlite';
import type { ConsoleAction } from './console-action.ts';
import {
  canonicalEmail,
  canonicalPhone,
  canonicalProfile,
  createDigest,
  createFirstDigest,
  isOfPerson,
  type KeyKind,
  readSecret,
} from './digests.ts';
import { countTroubles, findRequestsOfCause } from './count-causes.ts';
import { createEntryFinder, type EntryFinder, type FoundEntry } from './find-entries.ts';
import { findRequests, type Row } from './find-requests.ts';
import type { JournalEntry, JournalReader } from './journal.ts';
import { openForReading, viewAsCurrent } from './journal-file.ts';
import { findInKeyBlocks } from './key-blocks.ts';
import { maxIdLength } from './stored-parts.ts';

/** How many other names of a record are followed; more would lead into another record's history. */
const maxNames = 10;
const objects = ['contacts', 'companies', 'tasks', 'activities'] as const;

/**
 * Opens the journal of a folder for reading, beside a bridge that writes it.
 * @param secret key of the digests; by default the folder's own.
 * @returns undefined where there is none. Throws JournalFileError for one of a later version.
 */
export function openJournalReader(folder: string, secret?: string): JournalReader | undefined {
  const database = openForReading(folder);
  if (database === undefined) return undefined;
  const read = inTransaction(database);
  const opened = read(() => {
    const entries = createEntryFinder(database);
    return { entries, find: prepareFind(database, { entries, secret: secret ?? readSecret(folder) ?? '' }) };
  });
  const { entries, find } = opened;
  return {
    lifeOf: async (name, limit) => read(() => lifeOf(find, name, limit)),
    requests: async (filter) => read(() => findRequests(database, filter)),
    newestPosition: async (until) => read(() => newestPosition(database, until)),
    firstTrouble: async ({ position }) => read(() => entries.firstTrouble(position)),
    troubles: async (range) => read(() => countTroubles(database, range)),
    requestsOfCause: async (cause, limit) => read(() => findRequestsOfCause(database, cause, limit)),
    recordsOf: async ({ position }, limit) => read(() => entries.ofRequest(position, limit)),
    latestOf: async (actions) => read(() => findLatestOf(database, actions)),
    actions: async (limit) => read(() => findActions(database, limit)),
    close: () => database.close(),
  };
}

/** Each question sees the file as it is at one moment, whatever its version is then. */
function inTransaction(database: DatabaseSync): <Result>(work: () => Result) => Result {
  return (work) => {
    database.exec('BEGIN');
    try {
      viewAsCurrent(database);
      return work();
    } finally {
      if (database.isTransaction) database.exec('COMMIT');
    }
  };
}

function lifeOf(find: FindEntries, name: string, limit: number): JournalEntry[] {
  const ids = objects.flatMap((object) => [`external ${object}`, `crm ${object}`] as const);
  const values = personKeys(name);
  const perKey = find([...ids.map((kind) => [kind, name] as const), ...values], limit);
  const named = perKey.slice(0, ids.length).flat();
  const byValue = perKey.slice(ids.length).flat();
  const found = new Map([...named, ...byValue].map((entry) => [entry.id, entry]));
  const own = [...named.filter(({ entry }) => entry.externalId === name || entry.crmId === name), ...byValue];
  for (const entry of find(otherNames(own, name), limit).flat()) found.set(entry.id, entry);
  const newest = [...found.values()].sort((a, b) => a.id - b.id).slice(-limit);
  return newest.map(({ entry }) => entry);
}

/** A file of an earlier version has no such table until it is written again. */
function hasActions(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'actions'").get() !== undefined;
}

function findLatestOf(database: DatabaseSync, actions: readonly string[]) {
  if (!hasActions(database)) return [];
  const latest = `SELECT MAX(id) FROM actions
    WHERE action IN (${actions.map(() => '?').join(', ')}) AND result = 'done' GROUP BY subject`;
  return database
    .prepare(`SELECT * FROM actions WHERE id IN (${latest})`)
    .all(...actions)
    .map(toAction);
}

function findActions(database: DatabaseSync, limit: number) {
  return !hasActions(database)
    ? []
    : database.prepare('SELECT * FROM actions ORDER BY id DESC LIMIT ?').all(limit).map(toAction);
}

function toAction(row: Row): ConsoleAction & { readonly replica: string } {
  return {
    at: Number(row.at),
    user: String(row.user),
    role: String(row.role),
    action: String(row.action),
    ...(row.subject !== null && { subject: String(row.subject) }),
    result: String(row.result),
    replica: String(row.replica),
  };
}

/** What a search text may be. */
function personKeys(name: string): readonly Key[] {
  const profile = canonicalProfile(name);
  if (profile !== undefined) return [['profile', profile]];
  if (name.includes('@')) return [['email', canonicalEmail(name)]];
  const phone = canonicalPhone(name);
  return phone === undefined ? [] : [['phone', phone]];
}

/** The entries of each key, at most `limit`. */
type FindEntries = (keys: readonly Key[], limit: number) => readonly FoundEntry[][];

type Key = readonly [kind: KeyKind, text: string];

function prepareFind(
  database: DatabaseSync,
  { entries, secret }: { readonly entries: EntryFinder; readonly secret: string },
): FindEntries {
  const digest = createDigest(secret);
  const firstDigest = createFirstDigest(secret);
  const hasBlocks = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'key_blocks'").get() !== undefined;
  // One lookup in each bucket; CROSS JOIN keeps this order.
  const inBuckets = database.prepare(`
    WITH RECURSIVE buckets (n) AS (
      SELECT min(bucket) FROM keys UNION ALL SELECT n + 1 FROM buckets WHERE n < (SELECT max(bucket) FROM keys)
    )
    SELECT keys.record FROM buckets CROSS JOIN keys ON keys.bucket = buckets.n AND keys.digest = ?
    ORDER BY keys.record DESC LIMIT ?`);
  return (keys, limit) => {
    const digests = keys.map(([kind, text]) => digest(kind, text));
    const found = hasBlocks && keys.length > 0 ? findInKeyBlocks(database, digests) : undefined;
    return keys.map(([kind, text], index) => {
      const older = inBuckets.all(firstDigest(kind, text), limit).map(({ record }) => Number(record));
      const newest = [...(found?.get(digests[index] ?? -1) ?? []), ...older].slice(0, limit);
      if (newest.length === 0) return [];
      const named = entries.ofRecords(newest);
      const id = text.slice(0, maxIdLength);
      return isOfPerson(kind) ? named : named.filter(({ entry }) => idsOf(entry).includes(id));
    });
  };
}

/** All ids by which an entry can be found. */
function idsOf({ externalId, crmId, survivorId, contactId, companyId, matchingIds = [], setAside = [] }: JournalEntry) {
  return [externalId, crmId, survivorId, contactId, companyId, ...matchingIds, ...setAside.map(({ id }) => id)];
}

/** A record has more than one name: what was sent for Enginy's id may have been written under the CRM's id alone. */
function otherNames(found: readonly FoundEntry[], name: string): readonly Key[] {
  const names = new Map<string, Key>();
  for (const { entry } of found) {
    const { object, externalId, crmId } = entry;
    if (object !== 'contacts' && object !== 'companies') continue;
    if (externalId !== undefined && externalId !== name) {
      names.set(`e${object}${externalId}`, [`external ${object}`, externalId]);
    }
    if (crmId !== undefined && crmId !== name) names.set(`c${object}${crmId}`, [`crm ${object}`, crmId]);
  }
  return [...names.values()].slice(0, maxNames);
}

/** The newest request before a moment. */
function newestPosition(database: DatabaseSync, until: number | undefined): number {
  const row =
    until === undefined
      ? database.prepare('SELECT max(id) AS id FROM requests').get()
      : database.prepare('SELECT id FROM requests WHERE at < ? ORDER BY at DESC LIMIT 1').get(until);
  return Number(row?.id ?? 0);
}

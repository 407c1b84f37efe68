import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DecidedRequest } from '../../src/bridge/decisions.ts';
import { createDigest, createFirstDigest } from '../../src/journal/digests.ts';
import type { JournalReader, RequestFilter } from '../../src/journal/journal.ts';
import { journalPath, openJournalFile } from '../../src/journal/journal-file.ts';
import type { JournalReport } from '../../src/journal/journal-messages.ts';
import { JournalThread } from '../../src/journal/journal-thread.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { toParts } from '../../src/journal/request-parts.ts';
import { trimJournal } from '../../src/journal/trim-journal.ts';
import { createRequestWriter } from '../../src/journal/write-requests.ts';
import { logSink } from '../support/log-sink.ts';
import { readJournal } from './journaling.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test.each([1, 60])('after kill -9 with %i entries written, the file opens and contains all of them', async (least) => {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [new URL('./write-until-killed.ts', import.meta.url).pathname, folder]);
  let written = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    written = Math.max(written, Number(line));
    if (written >= least) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

  const requests = await readJournal(folder).requests({ limit: 100_000 });

  expect(written).toBeGreaterThanOrEqual(least);
  expect(requests.length).toBeGreaterThanOrEqual(written);
  expect(requests.map(({ requestId }) => requestId)).toEqual(requests.map((_request, n) => `request-${n + 1}`));
  expect(await readJournal(folder).lifeOf(`person-${written}@example.com`, 10)).toHaveLength(1);
});

const secret = 'a secret of the test';
const digest = createDigest(secret);

function request(n: number, at: number): DecidedRequest {
  const record = {
    object: 'contacts',
    externalId: `lead-${n}`,
    outcome: 'created',
    written: ['email'],
    heldBack: [],
    createdProperties: [],
    warnings: 0,
    emails: [`p${n}@example.com`],
  } as const;
  return { requestId: `r-${n}`, at, method: 'POST', route: '/contacts', status: 201, durationMs: 1, records: [record] };
}

/** What the thread of the journal receives of a request. */
function textsOf(decided: DecidedRequest, sequence: number): string[] {
  return toParts(decided, sequence).map((part) => part.toText());
}

/** A journal with so many requests of one record, one a millisecond. */
function filled(folder: string, count: number) {
  const database = openJournalFile(folder, () => {});
  const parts = Array.from({ length: count }, (_unused, n) => textsOf(request(n, n), n)).flat();
  const writer = createRequestWriter(database, digest, 'test');
  for (let from = 0; from < count; from += 100) writer.write(parts.slice(from, from + 100));
  return database;
}

function keysIn(database: DatabaseSync) {
  return database.prepare('SELECT count(*) AS rows, sum(length(keys)) / 16 AS keys FROM key_blocks').get();
}

test('deletes what is older than the limit, and everything that belongs to it', () => {
  const folder = temporaryFolder();
  const database = filled(folder, 1_000);
  database.exec(`INSERT INTO actions (at, user, role, action, result, replica)
    SELECT at, 'anna', 'operator', 'sign-in', 'done', 'test' FROM requests`);
  // As an earlier version wrote them.
  database.exec('INSERT INTO keys SELECT 0, id, id FROM decisions');

  trimJournal(database, { maxAgeMs: 300, maxBytes: 1e9 }, 1_000);

  const count = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  const tables = ['requests', 'parts', 'decisions', 'keys', 'actions', 'details'];
  expect(tables.map(count)).toEqual([300, 300, 300, 300, 300, 1]);
  expect(keysIn(database)).toEqual({ rows: 3, keys: 600 });
  database.close();
});

test.each(['the writer itself', 'another process'])(
  'what a later record has in common with deleted ones stays when %s trims',
  async (who) => {
    const folder = temporaryFolder();
    const database = filled(folder, 1);
    const writer = createRequestWriter(database, digest, 'test');
    const heldBack = [{ field: 'phone', property: 'phone', reason: 'if-empty' }] as const;
    const withPhone = (n: number, at: number): DecidedRequest => {
      const decided = request(n, at);
      return { ...decided, records: decided.records.map((record) => ({ ...record, heldBack })) };
    };
    writer.write(textsOf(withPhone(1, 1), 1));
    writer.write(textsOf(request(2, 2_000), 2));
    const trimming = who === 'another process' ? openJournalFile(folder, () => {}) : database;

    trimJournal(trimming, { maxAgeMs: 1_000, maxBytes: 1e9 }, 2_001);
    writer.write(textsOf(withPhone(3, 2_001), 3));

    const journal = readJournal(folder, secret);
    expect(await journal.lifeOf('lead-1', 5)).toEqual([]);
    expect(await journal.lifeOf('lead-3', 5)).toMatchObject([{ written: ['email'], heldBack }]);
    expect(await journal.requests({ reason: 'if-empty', limit: 5 })).toHaveLength(1);
    if (trimming !== database) trimming.close();
    database.close();
  },
);

test('stays within its size by deleting the oldest, and gives the space back', () => {
  const folder = temporaryFolder();
  const database = filled(folder, 5_000);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const before = statSync(journalPath(folder)).size;
  const maxBytes = Math.round(before / 2);

  trimJournal(database, { maxAgeMs: 1e12, maxBytes }, 5_000);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');

  const { first, last } = database.prepare('SELECT min(at) AS first, max(at) AS last FROM requests').get() ?? {};
  // Deleting itself may need pages: a tenth stays free.
  expect(statSync(journalPath(folder)).size).toBeLessThanOrEqual(0.9 * maxBytes);
  expect(last).toBe(4_999);
  expect(first).toBeGreaterThan(2_000);
  expect(first).toBeLessThan(3_500);
  database.close();
});

test('gives back free space beyond its size limit, as a conversion leaves it, without deleting anything', () => {
  const folder = temporaryFolder();
  const database = filled(folder, 10);
  database.exec(
    'CREATE TABLE converted (text TEXT); INSERT INTO converted VALUES (zeroblob(1000000)); DROP TABLE converted',
  );

  trimJournal(database, { maxAgeMs: 1e12, maxBytes: 500_000 }, 10);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');

  expect(statSync(journalPath(folder)).size).toBeLessThan(500_000);
  expect(database.prepare('SELECT count(*) AS n FROM requests').get()?.n).toBe(10);
  database.close();
});

test('keeps the newest 10,000 failed sign-ins, and whatever a user did', () => {
  const database = filled(temporaryFolder(), 1);
  const insert = (role: string, count: number) =>
    database.exec(`INSERT INTO actions (at, user, role, action, result, replica)
      SELECT value, 'anna', '${role}', 'sign-in', 'done', 'test' FROM (WITH RECURSIVE numbers(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers LIMIT ${count}) SELECT value FROM numbers)`);
  insert('operator', 1);
  insert('none', 10_100);

  trimJournal(database, { maxAgeMs: 1e12, maxBytes: 1e9 }, 20_000);

  const kept = database.prepare(
    'SELECT role, count(*) AS count, max(at) AS last FROM actions GROUP BY role ORDER BY role',
  );
  expect(kept.all().map((row) => ({ ...row }))).toEqual([
    { role: 'none', count: 10_000, last: 10_100 },
    { role: 'operator', count: 1, last: 1 },
  ]);
  database.close();
});

test('finds every record by its id and its email address, gathered or sorted, after a restart and after trimming', async () => {
  const folder = temporaryFolder();
  filled(folder, 13_000).close();
  const database = openJournalFile(folder, () => {});
  const writer = createRequestWriter(database, digest, 'test');
  writer.write(textsOf(request(13_000, 13_000), 1));
  const rows = Number(keysIn(database)?.rows);
  const find = async (n: number) => {
    const journal = readJournal(folder, secret);
    const found = [await journal.lifeOf(`lead-${n}`, 5), await journal.lifeOf(`P${n}@example.com`, 5)];
    return found.map((entries) => entries.map(({ request: { requestId } }) => requestId));
  };
  const samples = [0, 1, 11_999, 12_000, 12_999, 13_000];

  for (const n of samples) expect(await find(n)).toEqual([[`r-${n}`], [`r-${n}`]]);
  trimJournal(database, { maxAgeMs: 1_000, maxBytes: 1e9 }, 13_001);
  for (const n of samples) expect(await find(n)).toEqual(n < 12_001 ? [[], []] : [[`r-${n}`], [`r-${n}`]]);

  expect(rows).toBeLessThan(300);
  expect(keysIn(database)).toEqual({ rows: 11, keys: 2_002 });
  database.close();
});

test('writes all of a batch or nothing', () => {
  const database = openJournalFile(temporaryFolder(), () => {});
  const writer = createRequestWriter(database, digest, 'test');
  const sound = textsOf(request(1, 1), 1);
  const broken = textsOf({ ...request(1, 1), status: 'x' as unknown as number }, 2);

  expect(() => writer.write([...sound, ...broken])).toThrow();
  writer.write(sound);

  expect(database.prepare('SELECT count(*) AS n FROM requests').get()?.n).toBe(1);
  expect(database.prepare('SELECT count(*) AS n FROM details').get()?.n).toBe(1);
  database.close();
});

/** A request of so many records. */
function manyRecords(n: number, records: number): DecidedRequest {
  const { records: one, ...head } = request(n, n);
  const list = Array.from({ length: records }, (_unused, at) =>
    one.map((record) => ({ ...record, externalId: `lead-${n}-${at}` })),
  );
  return { ...head, records: list.flat() };
}

test('a full disk loses only whole requests that do not fit, and the journal continues when there is room', async () => {
  const folder = temporaryFolder();
  const reports: JournalReport[] = [];
  let database: DatabaseSync | undefined;
  const settings = { folder, limits: { maxAgeMs: 1e15, maxBytes: 1e9 }, replica: 'test' };
  const writer = new JournalWriter(
    settings,
    (report) => reports.push(report),
    (...given) => {
      database = openJournalFile(...given);
      return database;
    },
  );
  expect(writer.write(textsOf(manyRecords(1, 1), 1))).toBe(true);
  const pages = Number(database?.prepare('PRAGMA page_count').get()?.page_count);
  database?.exec(`PRAGMA max_page_count = ${pages + 3}`);

  const sizes = [1, 300, 2, 500, 1, 1_000, 30, 2_000, 400, 5, 900, 1];
  const fitted = sizes.map((size, n) => writer.write(textsOf(manyRecords(n + 2, size), n + 2)));
  const whileFull = [...reports];
  database?.exec('PRAGMA max_page_count = 1000000');
  const again = sizes.map((size, n) => writer.write(textsOf(manyRecords(n + 100, size), n + 100)));
  writer.close();

  expect(fitted[0]).toBe(true);
  expect(fitted.filter((isWritten) => !isWritten).length).toBeGreaterThan(4);
  expect(new Set(whileFull.map((report) => JSON.stringify(report)))).toEqual(
    new Set(['{"kind":"trouble","reason":"the disk is full","isFolder":false}']),
  );
  expect(again).toEqual(sizes.map(() => true));
  expect(reports).toHaveLength(whileFull.length);
  const journal = readJournal(folder);
  const kept = await journal.requests({ limit: 100 });
  expect(kept.map(({ requestId }) => requestId)).toEqual([
    'r-1',
    ...fitted.flatMap((isWritten, n) => (isWritten ? [`r-${n + 2}`] : [])),
    ...sizes.map((_size, n) => `r-${n + 100}`),
  ]);
  for (const one of kept) expect(await journal.recordsOf(one, 5_000)).toHaveLength(one.outcomes.created ?? 0);
});

/** What each version after the first added to the file. As those versions left it: these texts are never changed. */
const additions = [
  `CREATE TABLE key_blocks (id INTEGER PRIMARY KEY, part INTEGER NOT NULL, last INTEGER NOT NULL, keys BLOB NOT NULL) STRICT;
   CREATE INDEX key_blocks_part ON key_blocks (part)`,
  `CREATE TABLE actions (
     id INTEGER PRIMARY KEY, at INTEGER NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL, subject TEXT,
     result TEXT NOT NULL, replica TEXT NOT NULL
   ) STRICT`,
  'ALTER TABLE requests ADD COLUMN reason TEXT',
  'ALTER TABLE requests ADD COLUMN calls INTEGER; ALTER TABLE requests ADD COLUMN waited_ms INTEGER',
];

test.each([1, 2, 3, 4, 5])('a file of version %i opens, for reading and for writing', async (version) => {
  const folder = temporaryFolder();
  const first = new DatabaseSync(journalPath(folder));
  // As that version left it: this text is never changed.
  first.exec(`
    CREATE TABLE requests (
      id INTEGER PRIMARY KEY, at INTEGER NOT NULL, request_id TEXT NOT NULL, endpoint TEXT NOT NULL, status INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL, mapping TEXT, replica TEXT NOT NULL, error TEXT, outcomes TEXT NOT NULL, held_back INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX requests_at ON requests (at);
    CREATE TABLE records (
      id INTEGER PRIMARY KEY, object TEXT NOT NULL, external_id TEXT, crm_id TEXT, outcome TEXT NOT NULL, details INTEGER NOT NULL, ids TEXT
    ) STRICT;
    CREATE TABLE details (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
    CREATE TABLE keys (
      bucket INTEGER NOT NULL, digest INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (bucket, digest, record)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO requests VALUES (1, 5, 'old', 'PUT /contacts', 200, 9, 'abc', 'host', NULL, '{"updated":1}', 1);
    INSERT INTO details VALUES (7, '{"written":["city"],"heldBack":[{"field":"phone","property":"phone","reason":"if-empty"}]}');
    INSERT INTO records VALUES (1048576, 'contacts', 'lead-1', '101', 'updated', 7, NULL);
    INSERT INTO details VALUES (8, '{"problem":{"kind":"conflict","property":"email"}}');
    INSERT INTO records VALUES
      (1048577, 'contacts', 'a "quoted" id', NULL, 'matched', 9, NULL),
      (1048578, 'contacts', 'lead-3', NULL, 'failed', 8, '{"existingId":"102","position":3}');
    INSERT INTO keys VALUES (0, ${createFirstDigest(secret)('external contacts', 'lead-1')}, 1048576);
  `);
  for (const addition of additions.slice(0, version - 1)) first.exec(addition);
  first.exec(`PRAGMA user_version = ${version}`);
  first.close();

  const openSince = readJournal(folder);
  const seenBy = async (journal: JournalReader) => {
    const [old] = await journal.requests({ requestId: 'old', limit: 1 });
    if (old === undefined) throw new Error('the request is missing');
    const find = async (filter: Omit<RequestFilter, 'limit'>) =>
      (await journal.requests({ ...filter, limit: 10 })).map(({ requestId }) => requestId);
    return {
      life: await journal.lifeOf('lead-1', 10),
      records: await journal.recordsOf(old, 10),
      trouble: await journal.firstTrouble(old),
      counted: await journal.troubles({ from: 1, end: 2, slotMs: 1_000 }),
      ofCause: await journal.requestsOfCause({ since: 0, endpoint: 'PUT /contacts', details: [8] }, 10),
      byText: [await find({ text: 'a "quoted" id' }), await find({ text: 'quoted' })],
      byReason: [await find({ reason: 'conflict' }), await find({ outcome: 'failed' })],
    };
  };

  const before = await seenBy(openSince);
  const database = openJournalFile(folder, () => expect.unreachable('it is not damaged'));
  createRequestWriter(database, digest, 'test').write(textsOf(manyRecords(3, 1), 3));
  database.close();

  expect(before).toMatchObject({
    life: [{ crmId: '101', written: ['city'], heldBack: [{ field: 'phone', reason: 'if-empty' }] }],
    records: [
      { externalId: 'lead-3', position: 3, problem: { kind: 'conflict', property: 'email', existingId: '102' } },
      { externalId: 'lead-1', crmId: '101' },
      { externalId: 'a "quoted" id', outcome: 'matched' },
    ],
    trouble: { externalId: 'lead-3' },
    counted: { ofRecords: [{ head: { details: 7 } }, { head: { details: 8 } }], ofRequests: [] },
    ofCause: [{ requestId: 'old' }],
    byText: [['old'], []],
    byReason: [['old'], ['old']],
  });
  for (const journal of [openSince, readJournal(folder)]) {
    expect(await seenBy(journal)).toEqual(before);
    expect((await journal.requests({ limit: 10 })).map(({ requestId }) => requestId)).toEqual(['old', 'r-3']);
  }
});

test('an entry is on its way to the disk within half a second, without a further request or a close', async () => {
  const folder = temporaryFolder();
  const limits = { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };
  const journal = new JournalThread({ folder, limits, replica: 'test' }, logSink().log);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(async () => {
    vi.useRealTimers();
    await journal.close(30_000);
  });
  journal.write(request(1, Date.now()));
  vi.advanceTimersByTime(500);
  vi.useRealTimers();

  await vi.waitFor(() => expect(journal.counts.written).toBe(1), { timeout: 30_000 });
  expect(await readJournal(folder).requests({ limit: 10 })).toHaveLength(1);
});

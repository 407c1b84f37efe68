import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { DecidedRequest } from '../../src/bridge/decisions.ts';
import { createDigest } from '../../src/journal/digests.ts';
import { journalPath, openJournalFile } from '../../src/journal/journal-file.ts';
import { trimJournal } from '../../src/journal/trim-journal.ts';
import { createRequestWriter } from '../../src/journal/write-requests.ts';
import { readJournal, temporaryFolder } from './journaling.ts';

test.each([1, 60])('after kill -9 with %i entries written, the file opens and has all of them', async (least) => {
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

const digest = createDigest('a secret of the test');

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

/** A journal with so many requests of one record, one a millisecond. */
function filled(folder: string, count: number) {
  const database = openJournalFile(folder, () => {});
  const parts = Array.from({ length: count }, (_unused, n) => {
    const { records, ...head } = request(n, n);
    return { sequence: n, request: head, outcomes: { created: 1 }, heldBack: 0, offset: 0, records };
  });
  createRequestWriter(database, digest, 'test').write(parts);
  return database;
}

test('deletes what is older than the limit, and everything that belongs to it', () => {
  const folder = temporaryFolder();
  const database = filled(folder, 1_000);

  trimJournal(database, { maxAgeMs: 300, maxBytes: 1e9 }, 1_000);

  const count = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n;
  expect(['requests', 'records', 'keys', 'details'].map(count)).toEqual([300, 300, 600, 1]);
  database.close();
});

test('stays within its size by deleting the oldest, and gives the space back', () => {
  const folder = temporaryFolder();
  const database = filled(folder, 5_000);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const before = statSync(journalPath(folder)).size;
  const maxBytes = Math.round(before / 2);

  trimJournal(database, { maxAgeMs: 1e12, maxBytes }, 5_000);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');

  const { first, last } = database.prepare('SELECT min(at) AS first, max(at) AS last FROM requests').get() ?? {};
  expect(statSync(journalPath(folder)).size).toBeLessThanOrEqual(maxBytes);
  expect(last).toBe(4_999);
  expect(first).toBeGreaterThan(2_000);
  expect(first).toBeLessThan(3_500);
  database.close();
});

test('writes all of a batch or nothing', () => {
  const database = openJournalFile(temporaryFolder(), () => {});
  const writer = createRequestWriter(database, digest, 'test');
  const { records, ...head } = request(1, 1);
  const part = { sequence: 1, request: head, outcomes: {}, heldBack: 0, offset: 0, records };
  const broken = { ...part, sequence: 2, request: { ...head, status: 'x' as unknown as number } };

  expect(() => writer.write([part, broken])).toThrow();
  writer.write([part]);

  expect(database.prepare('SELECT count(*) AS n FROM requests').get()?.n).toBe(1);
  expect(database.prepare('SELECT count(*) AS n FROM details').get()?.n).toBe(1);
  database.close();
});

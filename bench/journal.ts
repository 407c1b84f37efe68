import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDigest } from '../src/journal/digests.ts';
import { journalPath, openJournalFile } from '../src/journal/journal-file.ts';
import type { RequestPart } from '../src/journal/journal-messages.ts';
import { openJournalReader } from '../src/journal/read-journal.ts';
import { createRequestWriter } from '../src/journal/write-requests.ts';
import { compareThroughput, usualWorks } from './side-by-side.ts';
import { formatTable } from './table.ts';
import { startBridge, startCrm, unlimited } from './world.ts';

const targets = { costPercent: 5, memoryMb: 20, leadMs: 50, fileMb: 500 };
const rounds = 15;
const entries = 1_000_000;

/** What the journal costs a bridge, and how a large one reads. */
export async function run(): Promise<object> {
  return { cost: await measureCost(), size: await measureSize() };
}

async function measureCost(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
  const sandbox = await startCrm(1_000, { isLimited: false });
  const off = await startBridge(sandbox, { ...unlimited, JOURNAL: 'off' });
  const on = await startBridge(sandbox, { ...unlimited, JOURNAL: 'on', DATA_DIR: folder });
  try {
    const rows = [];
    for (const work of usualWorks) {
      rows.push(await compareThroughput(work, { without: off, with: on }, { sandbox, rounds }));
    }
    const memoryMb = on.memory().nowMb - off.memory().nowMb;
    const peakMb = on.memory().peakMb - off.memory().peakMb;
    process.stdout.write(
      `${formatTable([
        ['CRM with latency 0, median of rounds', 'req/s off', 'req/s on', 'cost %', 'CPU ms off', 'CPU ms on'],
        ...rows.map((row) => [
          row.name,
          row.withoutPerSecond,
          row.withPerSecond,
          row.costPercent,
          row.withoutCpuMs,
          row.withCpuMs,
        ]),
        ['at most', '', '', targets.costPercent, '', ''],
      ])}\nmemory with the journal: ${memoryMb} MB more, at the peak ${peakMb} MB more (at most ${targets.memoryMb})\n`,
    );
    return { rows, memoryMb, peakMb };
  } finally {
    await off.stop();
    await on.stop();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A million entries, half of them in requests of one record, as a year of small syncs and some exports leave them. */
async function measureSize(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
  try {
    const secret = 'a key for this bench';
    const database = openJournalFile(folder, () => {});
    const writer = createRequestWriter(database, createDigest(secret), 'bench-host');
    const startedAt = performance.now();
    for (let first = 0; first < entries; first += 2_000) {
      writer.write([
        ...Array.from({ length: 1_000 }, (_unused, n) => partOf(first + n, 1)),
        partOf(first + 1_000, 1_000),
      ]);
    }
    const writeUs = Math.round(((performance.now() - startedAt) / entries) * 1_000);
    database.close();
    const fileMb = Math.round(statSync(journalPath(folder)).size / 1024 ** 2);
    const names = [
      'lead-7',
      `lead-${entries - 5}`,
      String(50_000_500_000),
      'person-123456@example.com',
      'nobody@example.com',
    ];
    const times: number[] = [];
    for (const name of names) {
      const started = performance.now();
      const reader = openJournalReader(folder, secret);
      const found = await reader?.lifeOf(name, 20);
      reader?.close();
      times.push(performance.now() - started);
      if (name !== 'nobody@example.com' && found?.length === 0) throw new Error(`${name} was not found`);
    }
    const leadMs = Math.round(Math.max(...times) * 10) / 10;
    process.stdout.write(
      `\n${formatTable([
        ['a journal of 1,000,000 entries', '', 'at most'],
        ['file, MB', fileMb, targets.fileMb],
        ['lead, slowest of five, ms', leadMs, targets.leadMs],
        ['writing one entry, µs', writeUs, ''],
      ])}\n`,
    );
    return { entries, fileMb, leadMs, writeUs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const written = ['enginy_external_id', 'email', 'firstname', 'lastname', 'phone', 'jobtitle', 'company', 'website'];

function partOf(first: number, count: number): RequestPart {
  return {
    sequence: first,
    request: {
      requestId: crypto.randomUUID(),
      at: 1_700_000_000_000 + first,
      method: 'PUT',
      route: '/contacts',
      status: 200,
      durationMs: 200,
      mapping: 'a1b2c3d4e5f6',
    },
    outcomes: { updated: count },
    heldBack: count,
    offset: 0,
    records: Array.from({ length: count }, (_unused, n) => ({
      object: 'contacts',
      externalId: `lead-${first + n}`,
      crmId: String(50_000_000_000 + first + n),
      outcome: 'updated',
      written: written.slice(0, 1 + ((first + n) % 8)),
      heldBack: [{ field: 'phone', property: 'phone', reason: 'if-empty' }],
      createdProperties: [],
      warnings: 0,
      emails: [`person-${first + n}@example.com`],
    })),
  };
}

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { RecordDecision } from '../src/bridge/decisions.ts';
import { createDigest } from '../src/journal/digests.ts';
import { journalPath, openJournalFile } from '../src/journal/journal-file.ts';
import { openJournalReader } from '../src/journal/read-journal.ts';
import { toParts } from '../src/journal/request-parts.ts';
import { createRequestWriter } from '../src/journal/write-requests.ts';
import type { BridgeProcess } from './bridge-process.ts';
import { compareThroughput, oneRound, type Pair, quantile, settled, usualWorks, type Work } from './side-by-side.ts';
import { formatTable } from './table.ts';
import { startBridge, startCrm, unlimited } from './world.ts';

const targets = { costPercent: 5, memoryMb: 20, leadMs: 50, fileMb: 500 };
/** Short rounds that alternate between two bridges, so that other load on the machine affects both. */
const pairs = 60;
/** Where the cost is near the limit, 60 pairs leave it uncertain by three per cent. */
const morePairs: Readonly<Record<string, number>> = { 'sync of 100 contacts': 240 };
/** Pairs of new processes whose memory is compared. */
const memoryPairs = 9;
const entries = 1_000_000;

/** What the journal costs a bridge, as it is deployed, and how a large one reads. */
export async function run(): Promise<object> {
  await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: new URL('..', import.meta.url).pathname });
  const sandbox = await startCrm(1_000, { isLimited: false });
  try {
    return {
      throughput: await measureThroughput(sandbox),
      memory: await measureMemory(sandbox),
      size: await measureSize(),
    };
  } finally {
    await sandbox.close();
  }
}

async function measureThroughput(sandbox: Sandbox): Promise<object> {
  return await withPair(sandbox, async (pair) => {
    const rows = [];
    for (const work of shortWorks) rows.push(await compareThroughput(work, pair, { sandbox, rounds: roundsOf(work) }));
    const more = (off: number, on: number) => Math.round((on / off - 1) * 1_000) / 10;
    process.stdout.write(
      `${formatTable([
        [
          'CRM with latency 0',
          'pairs of rounds',
          'req/s off',
          'req/s on',
          'cost %',
          '95 % sure',
          `≤ ${targets.costPercent}`,
          'CPU ms off',
          'CPU ms on',
          'more %',
          'of it main thread',
        ],
        ...rows.map((row) => [
          row.name,
          roundsOf(row),
          row.withoutPerSecond,
          row.withPerSecond,
          row.costPercent,
          row.costBetween.join(' … '),
          verdict(row.costPercent, targets.costPercent),
          row.withoutCpu.allMs,
          row.withCpu.allMs,
          more(row.withoutCpu.allMs, row.withCpu.allMs),
          more(row.withoutCpu.mainMs, row.withCpu.mainMs),
        ]),
      ])}\n`,
    );
    return rows;
  });
}

function roundsOf({ name }: Pick<Work, 'name'>): number {
  return morePairs[name] ?? pairs;
}

function verdict(figure: number, atMost: number): string {
  return figure <= atMost ? '✓' : '✕';
}

/** As many requests as a round of a third of a second needs. */
const shortRequests: Readonly<Record<string, number>> = {
  'sync of 1 contact': 150,
  'sync of 100 contacts': 32,
  'create of 50 contacts': 4,
};
const shortWorks: readonly Work[] = usualWorks.map((work) => ({
  ...work,
  requests: shortRequests[work.name] ?? work.requests,
}));

/** What the journal adds to the resident memory of new processes that do the same work. */
async function measureMemory(sandbox: Sandbox): Promise<object> {
  const added: { readonly nowMb: number; readonly peakMb: number }[] = [];
  for (let pair = 0; pair < memoryPairs; pair += 1) {
    added.push(
      await withPair(sandbox, async ({ without, with: journaling }) => {
        for (const bridge of [without, journaling]) await failOnce(bridge);
        for (const work of shortWorks) {
          for (let round = 0; round < 3; round += 1) {
            for (const bridge of [without, journaling]) await oneRound(work, bridge);
          }
        }
        for (const bridge of [without, journaling]) await settled(bridge);
        const [off, on] = [without.memory(), journaling.memory()];
        return { nowMb: on.nowMb - off.nowMb, peakMb: on.peakMb - off.peakMb };
      }),
    );
  }
  const figures = (values: readonly number[]) => [0.25, 0.5, 0.75].map((part) => quantile(values, part));
  const [now, peak] = [figures(added.map(({ nowMb }) => nowMb)), figures(added.map(({ peakMb }) => peakMb))];
  process.stdout.write(
    `\n${formatTable([
      [
        `memory that the journal adds, ${memoryPairs} pairs of processes`,
        'median, MB',
        'middle half',
        `≤ ${targets.memoryMb}`,
      ],
      ['after the work', now[1] ?? 0, `${now[0]} … ${now[2]}`, verdict(now[1] ?? 0, targets.memoryMb)],
      ['at the peak', peak[1] ?? 0, `${peak[0]} … ${peak[2]}`, verdict(peak[1] ?? 0, targets.memoryMb)],
    ])}\n`,
  );
  return { now, peak };
}

/** Starts the thread of captures, which a bridge in service has. */
async function failOnce(bridge: BridgeProcess): Promise<void> {
  const { body } = await bridge.send('PUT', '/contacts', { contacts: [{ crmId: '999999999999', title: 'CTO' }] });
  if (body.results?.[0]?.success !== false) throw new Error('the update of an unknown record did not fail');
}

async function withPair<Result>(sandbox: Sandbox, measure: (pair: Pair) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
  const start = (JOURNAL: 'off' | 'on') => {
    const folders = { DATA_DIR: join(folder, JOURNAL), CAPTURE_DIR: join(folder, `captures-${JOURNAL}`) };
    // Captures as by default, so that the difference is the journal alone.
    return startBridge(sandbox, { ...unlimited, ...folders, CAPTURE: 'errors', JOURNAL }, 'built');
  };
  const without = await start('off');
  const journaling = await start('on');
  try {
    return await measure({ without, with: journaling });
  } finally {
    await without.stop();
    await journaling.stop();
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
        ...Array.from({ length: 1_000 }, (_unused, n) => textsOf(first + n, 1)).flat(),
        ...textsOf(first + 1_000, 1_000),
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
        ['a journal of 1,000,000 entries', '', 'at most', ''],
        ['file, MB', fileMb, targets.fileMb, verdict(fileMb, targets.fileMb)],
        ['lead, slowest of five, ms', leadMs, targets.leadMs, verdict(leadMs, targets.leadMs)],
        ['writing one entry, µs', writeUs, '', ''],
      ])}\n`,
    );
    return { entries, fileMb, leadMs, writeUs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const written = ['enginy_external_id', 'email', 'firstname', 'lastname', 'phone', 'jobtitle', 'company', 'website'];

/** A request of so many records, as the journal's thread receives it. */
function textsOf(first: number, count: number): string[] {
  const request = {
    requestId: crypto.randomUUID(),
    at: 1_700_000_000_000 + first,
    method: 'PUT',
    route: '/contacts',
    status: 200,
    durationMs: 200,
    mapping: 'a1b2c3d4e5f6',
    records: Array.from({ length: count }, (_unused, n) => recordOf(first + n)),
  };
  return toParts(request, first).map((part) => part.toText());
}

function recordOf(n: number): RecordDecision {
  return {
    object: 'contacts',
    externalId: `lead-${n}`,
    crmId: String(50_000_000_000 + n),
    outcome: 'updated',
    written: written.slice(0, 1 + (n % 8)),
    heldBack: [{ field: 'phone', property: 'phone', reason: 'if-empty' }],
    createdProperties: [],
    warnings: 0,
    emails: [`person-${n}@example.com`],
  };
}

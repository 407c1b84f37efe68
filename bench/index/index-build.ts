import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { createSqliteStore } from '../../src/identity/sqlite-store.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { logSink } from '../../test/support/log-sink.ts';
import { startBridgeProcess } from '../bridge-process.ts';
import { compositeMappings, indexedContacts } from './index-people.ts';
import { formatTable } from '../table.ts';
import { verdict } from '../verdict.ts';
import { latency, unlimited } from '../world.ts';

/** What building over a million records may cost at most. */
const target = { minutes: 30, memoryMb: 400, bytesPerKey: 40, lookupSeconds: 0.3 };
/** A Professional account's calls in ten seconds. */
const rate = 190;
const lookups = 10_000;
/** The recycle bin is listed before the contacts and after them. */
const archivedPages = 2;

export function runFull(): Promise<object> {
  return measureBuild(1_000_000);
}

/**
 * Builds the index of this many contacts as fast as the machine can, for its memory and its file; how long HubSpot's limits make it is
 * simulated: every page passes the real pacer in virtual time. Some six minutes of two idle cores and two GB for a million.
 */
export async function measureBuild(count: number): Promise<object> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-index-'));
  const mappings = compositeMappings();
  try {
    const built = await build(count, dataDir, mappings);
    const file = await examineFile(join(dataDir, 'identity.sqlite'));
    const minutes = await simulateMinutes(Math.ceil(count / 100) + archivedPages);
    const figures = { count, ...built, ...file, minutes, target };
    process.stdout.write(
      `${formatTable([
        [`index of ${count} contacts`, 'measured', 'at most'],
        [`minutes at 30 % of ${rate} calls in 10 s, simulated`, Number(minutes.toFixed(1)), target.minutes],
        ['memory of the bridge at its highest, MB', built.peakMb, target.memoryMb],
        ['keys', file.keys, ''],
        ['bytes a key in the file', Number(file.bytesPerKey.toFixed(1)), target.bytesPerKey],
        [`seconds for ${lookups} lookups`, Number(file.lookupSeconds.toFixed(3)), target.lookupSeconds],
        ['seconds without limits on this machine', built.seconds, ''],
      ])}\n`,
    );
    judge(figures);
    return figures;
  } finally {
    for (const folder of [dataDir, mappings]) rmSync(folder, { recursive: true, force: true });
  }
}

interface Figures {
  readonly count: number;
  readonly minutes: number;
  readonly peakMb: number;
  readonly bytesPerKey: number;
  readonly lookupSeconds: number;
}

function judge({ count, minutes, peakMb, bytesPerKey, lookupSeconds }: Figures): void {
  const records = `${count.toLocaleString('en-US')} records`;
  const pace = `${minutes.toFixed(1)} minutes of simulated pace`;
  verdict(minutes < target.minutes, `${records}: ${pace}, under ${target.minutes}`);
  verdict(peakMb < target.memoryMb, `${records}: the bridge needs ${peakMb} MB, under ${target.memoryMb}`);
  verdict(
    bytesPerKey < target.bytesPerKey,
    `the file has ${bytesPerKey.toFixed(1)} bytes a key, under ${target.bytesPerKey}`,
  );
  const seconds = `${lookupSeconds.toFixed(3)} s, under ${target.lookupSeconds}`;
  verdict(lookupSeconds < target.lookupSeconds, `${lookups.toLocaleString('en-US')} lookups take ${seconds}`);
}

async function build(count: number, dataDir: string, mappings: string): Promise<{ seconds: number; peakMb: number }> {
  const sandbox = await startSandbox({ logSize: 0, limits: false });
  sandbox.seed({ contacts: indexedContacts(count) });
  const startedAt = performance.now();
  const bridge = await startBridgeProcess({
    HUBSPOT_ACCESS_TOKEN: sandbox.token,
    HUBSPOT_BASE_URL: sandbox.url,
    ...unlimited,
    IDENTITY_INDEX: 'on',
    INDEX_SHARE: '90',
    MAPPINGS_DIR: mappings,
    DATA_DIR: dataDir,
    STATE_SECRET: stateSecret,
  });
  try {
    await bridge.logged(/"objectType":"contacts".*identity index is complete/);
    return { seconds: Math.round((performance.now() - startedAt) / 1_000), peakMb: bridge.memory().peakMb };
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

const stateSecret = 'the secret of the bench';

/** Looks up keys that are there and as many that are not, through the store that the bridge uses. */
async function examineFile(path: string): Promise<{ keys: number; bytesPerKey: number; lookupSeconds: number }> {
  const database = new DatabaseSync(path, { readOnly: true });
  const { keys } = database.prepare('SELECT count(*) AS keys FROM pairs').get() as { keys: number };
  const account = database.prepare("SELECT text FROM meta WHERE name = 'account'").get() as { text: string };
  const every = Math.max(1, Math.floor(keys / (lookups / 2)));
  const read = database.prepare('SELECT key FROM pairs WHERE abs(key % ?) = 0 LIMIT ?');
  read.setReadBigInts(true);
  const known = (read.all(every, lookups / 2) as { key: bigint }[]).map(({ key }) => key);
  database.close();
  const unknown = known.map((key) => key ^ 0x5555n);
  const store = createSqliteStore(path, logSink().log);
  const index = await store.open(account.text);
  await index.propose([0n]);
  const digests = [...known, ...unknown];
  let found: readonly (readonly string[])[] = [];
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const startedAt = performance.now();
    found = await index.propose(digests);
    times.push((performance.now() - startedAt) / 1_000);
  }
  await store.close();
  // The fastest round: whatever else the machine does only adds to the others.
  const seconds = Math.min(...times);
  if (found.slice(0, known.length).some((ids) => ids.length === 0)) throw new Error('a known key was not found');
  return { keys, bytesPerKey: statSync(path).size / keys, lookupSeconds: (seconds * lookups) / digests.length };
}

/** One page after the other through the real pacer, in virtual time, with HubSpot's latency. */
async function simulateMinutes(pages: number): Promise<number> {
  const clock = new FakeClock();
  const pacer = createPacer({ burstPerTenSeconds: rate, searchPerSecond: 5 }, { clock });
  const listing = (async () => {
    for (let page = 0; page < pages; page += 1) {
      const ms = latency.minMs + ((page * 7_919) % (latency.maxMs - latency.minMs + 1));
      await pacer.run(
        {
          lane: 'burst',
          repeat: 'always',
          attempt: async () => {
            await clock.sleep(ms);
            return { ok: true, value: undefined };
          },
        },
        { requestId: 'listing', urgency: 'background', deadline: clock.deadlineIn(600_000) },
      );
    }
  })();
  await clock.runUntil(listing);
  return clock.now() / 60_000;
}

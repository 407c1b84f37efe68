import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import type { BridgeProcess } from './bridge-process.ts';
import { compositeMappings, indexedContacts, type IndexedKind, indexedKinds, indexedLeads } from './index-people.ts';
import { formatRows, type Measured, measure } from './measure.ts';
import { latency, limits, startBridge } from './world.ts';

/** What matching with the index may cost at most, for ten thousand contacts. */
const target = { calls: 110, searches: 2, callsIfNoneExists: 5, timeToPermitted: 1.15 };

export function runFull(): Promise<object> {
  return compareMatching(10_000);
}

/** Syncs of contacts that HubSpot can only search for, with the index and without, each from a cold process. Half an hour for 10,000. */
export async function compareMatching(count: number): Promise<object> {
  const sandbox = await startSandbox({ logSize: 0, limits, latency });
  sandbox.seed({ contacts: indexedContacts(count) });
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-index-'));
  const common = { MAPPINGS_DIR: compositeMappings(), DATA_DIR: dataDir };
  const rows: Measured[] = [];
  const broken: string[] = [];
  try {
    const buildSeconds = await build(sandbox, { ...common, IDENTITY_INDEX: 'on' });
    for (const mode of ['on', 'off'] as const) {
      for (const kind of indexedKinds) {
        for (const exist of [true, false]) {
          const run: Run = { mode, kind, exist, count };
          const row = await measureSync(sandbox, { ...common, IDENTITY_INDEX: mode }, run);
          rows.push(row);
          if (mode === 'on') broken.push(...judge(row, run));
          process.stderr.write(`${JSON.stringify(row)}\n`);
        }
      }
    }
    process.stdout.write(`${formatRows(rows)}\n`);
    process.stdout.write(broken.length === 0 ? 'Within all targets.\n' : `Beyond the target: ${broken.join('; ')}\n`);
    if (broken.length > 0) process.exitCode = 1;
    return { buildSeconds, rows, target, broken };
  } finally {
    await sandbox.close();
    for (const folder of [dataDir, common.MAPPINGS_DIR]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the index and stops. @returns how long it took. */
async function build(sandbox: Sandbox, environment: Record<string, string>): Promise<number> {
  const startedAt = performance.now();
  const bridge = await startBridge(sandbox, environment);
  await bridge.logged(/"objectType":"contacts".*identity index is complete/);
  await bridge.stop();
  return Math.round((performance.now() - startedAt) / 1_000);
}

interface Run {
  readonly mode: 'on' | 'off';
  readonly kind: IndexedKind;
  readonly exist: boolean;
  readonly count: number;
}

async function measureSync(sandbox: Sandbox, environment: Record<string, string>, run: Run): Promise<Measured> {
  const { mode, kind, exist, count } = run;
  const contacts = indexedLeads(kind, { count, from: exist ? 0 : count });
  const what = `${kind}, ${exist ? 'all exist' : 'none exists'}, ${mode === 'on' ? 'with the index' : 'without'}`;
  const bridge = await startBridge(sandbox, environment);
  try {
    return await measure(
      sandbox,
      { what, records: count, leastCalls: exist ? Math.ceil(count / 100) : 0 },
      async () => {
        const found = await sync(bridge, contacts, mode === 'on' ? count : Math.min(count, partSize));
        // With the index every spelling is found; a search finds those that it asks for.
        const isExpected = exist ? mode === 'off' || found === count : found === 0;
        process.stderr.write(`${what}: ${found} of ${exist ? count : 0} matched\n`);
        if (!isExpected) throw new Error(`${what}: ${found} matched`);
      },
    );
  } finally {
    await bridge.stop();
  }
}

/** Without the index a request of ten thousand takes longer than fetch waits for an answer. */
const partSize = 1_000;

/** @returns how many were matched. */
async function sync(bridge: BridgeProcess, contacts: readonly object[], size: number): Promise<number> {
  let found = 0;
  for (let at = 0; at < contacts.length; at += size) {
    const { status, body } = await bridge.send('POST', '/contacts/sync', { contacts: contacts.slice(at, at + size) });
    if (status !== 200) throw new Error(`a sync was answered ${status}`);
    found += body.results.length;
  }
  return found;
}

function judge(
  { what, burstCalls, searches, seconds, permittedSeconds, rateLimited }: Measured,
  { exist, count }: Run,
) {
  const most = exist ? Math.ceil((target.calls * count) / 10_000) : target.callsIfNoneExists;
  const calls = exist ? burstCalls : burstCalls + searches;
  return [
    ...(calls > most ? [`${what}: ${calls} calls, at most ${most}`] : []),
    ...(searches > target.searches ? [`${what}: ${searches} searches, at most ${target.searches}`] : []),
    // A short run is over before the rate limits it.
    ...(permittedSeconds >= 8 && seconds > target.timeToPermitted * permittedSeconds
      ? [`${what}: ${seconds.toFixed(1)} s, permitted ${permittedSeconds.toFixed(1)} s`]
      : []),
    ...(rateLimited > 0 ? [`${what}: ${rateLimited} times 429`] : []),
  ];
}

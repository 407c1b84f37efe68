import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import type { BridgeProcess } from '../bridge-process.ts';
import { compositeMappings, indexedContacts, type IndexedKind, indexedKinds, indexedLeads } from './index-people.ts';
import { formatRows, type Measured, measure } from '../measure.ts';
import { verdict } from '../verdict.ts';
import { latency, limits, startBridge } from '../world.ts';

/** What matching with the index may cost at most, for ten thousand contacts. */
const target = { calls: 110, searches: 2, callsIfNoneExists: 5, timeToPermitted: 1.15 };

export function runFull(): Promise<object> {
  return compareMatching(10_000);
}

/**
 * Syncs of contacts that HubSpot can only search for, each from a cold process: with the index, and some hundreds of them without. Some six
 * minutes for 10,000.
 */
export async function compareMatching(count: number): Promise<object> {
  const sandbox = await startSandbox({ logSize: 0, limits, latency });
  sandbox.seed({ contacts: indexedContacts(count) });
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-index-'));
  const common = { MAPPINGS_DIR: compositeMappings(), DATA_DIR: dataDir };
  const rows: Row[] = [];
  const verdicts: (readonly [boolean, string])[] = [];
  try {
    const buildSeconds = await build(sandbox, { ...common, IDENTITY_INDEX: 'on' });
    for (const mode of ['on', 'off'] as const) {
      for (const kind of indexedKinds) {
        for (const exist of [true, false]) {
          const run: Run = {
            mode,
            kind,
            exist,
            seeded: count,
            count: mode === 'on' ? count : Math.min(count, countWithout),
          };
          const row = await measureSync(sandbox, { ...common, IDENTITY_INDEX: mode }, run);
          rows.push(row);
          if (mode === 'on') verdicts.push(...judge(row, run));
          process.stderr.write(`${JSON.stringify(row)}\n`);
        }
      }
    }
    process.stdout.write(`${formatRows(rows)}\n`);
    const isMet = verdicts.map(([isOne, text]) => verdict(isOne, text)).every((each) => each);
    return { buildSeconds, rows, target, isMet };
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
  /** Contacts of the CRM; those after them exist nowhere. */
  readonly seeded: number;
}

async function measureSync(sandbox: Sandbox, environment: Record<string, string>, run: Run): Promise<Row> {
  const { mode, kind, exist, count, seeded } = run;
  const contacts = indexedLeads(kind, { count, from: exist ? 0 : seeded });
  const what = `${kind}, ${exist ? 'all exist' : 'none exists'}, ${mode === 'on' ? 'with the index' : 'without'}`;
  const bridge = await startBridge(sandbox, environment);
  let found = 0;
  try {
    const leastCalls = exist ? Math.ceil(count / 100) : 0;
    const measured = await measure(sandbox, { what, records: count, leastCalls }, async () => {
      found = await sync(bridge, contacts);
    });
    return { ...measured, found };
  } finally {
    await bridge.stop();
  }
}

interface Row extends Measured {
  readonly found: number;
}

/** Without the index five searches a second limit it: ten thousand would take minutes. */
const countWithout = 500;

/** @returns how many were matched. */
async function sync(bridge: BridgeProcess, contacts: readonly object[]): Promise<number> {
  const { status, body } = await bridge.send('POST', '/contacts/sync', { contacts });
  if (status !== 200) throw new Error(`a sync was answered ${status}`);
  return body.results.length;
}

/** A run of fewer seconds is over before the rate limits it. */
const leastPermittedSeconds = 8;

function judge(
  { what, burstCalls, searches, seconds, permittedSeconds, rateLimited, found }: Row,
  { exist, count }: Run,
): readonly (readonly [boolean, string])[] {
  const most = exist ? Math.ceil((target.calls * count) / 10_000) : target.callsIfNoneExists;
  const calls = exist ? burstCalls : burstCalls + searches;
  const mostSeconds = target.timeToPermitted * permittedSeconds;
  const expected = exist ? count : 0;
  const verdicts: [boolean, string][] = [
    // Whatever the spelling in the CRM.
    [found === expected, `${what}: ${found} of ${expected} matched`],
    [calls <= most, `${what}: ${calls} calls, at most ${most}`],
    [searches <= target.searches, `${what}: ${searches} searches, at most ${target.searches}`],
    [rateLimited === 0, `${what}: ${rateLimited} times 429`],
  ];
  if (permittedSeconds >= leastPermittedSeconds) {
    const permitted = `${target.timeToPermitted} × calls ÷ permitted rate = ${mostSeconds.toFixed(1)} s`;
    verdicts.push([seconds <= mostSeconds, `${what}: ${seconds.toFixed(1)} s, at most ${permitted}`]);
  }
  return verdicts;
}

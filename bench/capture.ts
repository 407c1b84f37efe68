import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { BridgeProcess } from './bridge-process.ts';
import { emailOf, leads, newLeads } from './people.ts';
import { formatTable } from './table.ts';
import { startBridge, startCrm, unlimited } from './world.ts';

/** What capturing everything may cost at most, in per cent of the throughput. */
const targetPercent = 10;
/** Off and all take turns, so that whatever else the machine does hits both alike. */
const rounds = 20;

interface Work {
  readonly name: string;
  readonly requests: number;
  readonly atOnce: number;
  send(bridge: BridgeProcess, request: number): Promise<{ status: number }>;
}

const works: readonly Work[] = [
  {
    name: 'sync of 1 contact',
    requests: 300,
    atOnce: 16,
    send: (bridge, n) =>
      bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: `lead-${n}`, email: emailOf(n % 1_000) }] }),
  },
  {
    name: 'sync of 100 contacts',
    requests: 20,
    atOnce: 4,
    send: (bridge) => bridge.send('POST', '/contacts/sync', { contacts: leads('email', 100) }),
  },
  {
    name: 'create of 50 contacts',
    requests: 10,
    atOnce: 2,
    send: (bridge, n) =>
      bridge.send('POST', '/contacts', { contacts: newLeads(50, `c${n}-${process.hrtime.bigint()}`) }),
  },
];

/** Throughput with captures of everything beside throughput without, against a CRM that answers at once. */
export async function run(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-captures-'));
  const limits = { CAPTURE_MAX_FILES: '1000000', CAPTURE_MAX_SIZE: '100gb' };
  const sandbox = await startCrm(1_000, { isLimited: false });
  const off = await startBridge(sandbox, { ...unlimited, CAPTURE: 'off' });
  const all = await startBridge(sandbox, { ...unlimited, CAPTURE: 'all', CAPTURE_DIR: folder, ...limits });
  try {
    const rows = [];
    for (const work of works) rows.push(await compare(work, { off, all }, sandbox));
    const sent = works.reduce((sum, { requests }) => sum + requests * (rounds + 1), 0);
    await all.stop();
    const written = readdirSync(folder).filter((name) => name.endsWith('.json')).length;
    process.stdout.write(
      `${formatTable([
        ['CRM with latency 0, median of rounds', 'req/s off', 'req/s all', 'cost %', 'CPU ms off', 'CPU ms all'],
        ...rows.map(({ name, offPerSecond, allPerSecond, costPercent, offCpuMs, allCpuMs }) => [
          name,
          offPerSecond,
          allPerSecond,
          costPercent,
          offCpuMs,
          allCpuMs,
        ]),
        ['at most', '', '', targetPercent, '', ''],
      ])}\n${written} captures written of ${sent} requests\n`,
    );
    return { rows, written, sent, targetPercent };
  } finally {
    await off.stop();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(work: Work, bridges: Readonly<Record<'off' | 'all', BridgeProcess>>, sandbox: Sandbox) {
  const speeds: Record<'off' | 'all', number[]> = { off: [], all: [] };
  const cpu: Record<'off' | 'all', number> = { off: 0, all: 0 };
  for (const bridge of [bridges.off, bridges.all]) await oneRound(work, bridge);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['off', 'all'] as const) : (['all', 'off'] as const);
    for (const name of order) {
      const bridge = bridges[name];
      const before = cpuMs(bridge.pid);
      const startedAt = performance.now();
      await oneRound(work, bridge);
      speeds[name].push((work.requests / (performance.now() - startedAt)) * 1_000);
      await settled(bridge);
      cpu[name] += cpuMs(bridge.pid) - before;
    }
    sandbox.clearLog();
  }
  const [offPerSecond, allPerSecond] = [median(speeds.off), median(speeds.all)];
  return {
    name: work.name,
    offPerSecond: Math.round(offPerSecond),
    allPerSecond: Math.round(allPerSecond),
    // Of neighbouring rounds, so that what else the machine does weighs on both.
    costPercent:
      Math.round((1 - median(speeds.all.map((speed, round) => speed / (speeds.off[round] ?? speed)))) * 1_000) / 10,
    offCpuMs: Math.round((cpu.off / rounds / work.requests) * 100) / 100,
    allCpuMs: Math.round((cpu.all / rounds / work.requests) * 100) / 100,
  };
}

async function oneRound(work: Work, bridge: BridgeProcess): Promise<void> {
  let next = 0;
  const caller = async () => {
    while (next < work.requests) {
      next += 1;
      const { status } = await work.send(bridge, next);
      if (status >= 300) throw new Error(`${work.name} was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: work.atOnce }, caller));
}

/** Waits until the process rests: its captures are written, and the next round is not slowed by them. */
async function settled(bridge: BridgeProcess): Promise<void> {
  for (let before = -1, now = cpuMs(bridge.pid); before !== now; now = cpuMs(bridge.pid)) {
    before = now;
    await new Promise((resolve) => {
      setTimeout(resolve, 60);
    });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

/** Processor time of a process with its threads; 0 where the system does not tell. */
function cpuMs(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    // User and system time, in ticks of which Linux shows a hundred a second.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    // Only Linux has /proc.
    return 0;
  }
}

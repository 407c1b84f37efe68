import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Program } from './bridge-process.ts';
import { emailOf, leads, newLeads } from './people.ts';
import { formatTable } from './table.ts';
import { rounded, startBridge, startCrm, unlimited } from './world.ts';

/** What the bridge itself costs in memory and time, against a CRM without latency. */
export async function run(): Promise<object> {
  return { memory: await measureMemory(), perRequest: await measureOverhead(), growth: await measureGrowth() };
}

/** Of the source as `npm start` runs it, and of the built program that is deployed: the targets are for the latter. */
async function measureMemory(): Promise<object> {
  await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: new URL('..', import.meta.url).pathname });
  const [source, built] = [await measureMemoryOf('source'), await measureMemoryOf('built')];
  const target = { idleMb: 130, peakMb: 350 };
  process.stdout.write(
    `\n${formatTable([
      ['memory of the bridge, MB', 'source', 'built', 'target'],
      ['idle', source.idleMb, built.idleMb, target.idleMb],
      ['peak, syncing and creating 10,000', source.peakMb, built.peakMb, target.peakMb],
    ])}\n`,
  );
  return { source, built, target };
}

async function measureMemoryOf(program: Program): Promise<{ idleMb: number; peakMb: number }> {
  const sandbox = await startCrm(10_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited, program);
  try {
    await bridge.send('GET', '/health');
    const { nowMb: idleMb } = bridge.memory();
    await bridge.send('POST', '/contacts/sync', { contacts: leads('email', 10_000) });
    await bridge.send('POST', '/contacts', { contacts: newLeads(10_000, 'memory') });
    return { idleMb, peakMb: bridge.memory().peakMb };
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

/** What the bridge itself costs: single syncs against a CRM without latency. */
async function measureOverhead(): Promise<object> {
  const sandbox = await startCrm(1_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  const ask = (n: number) =>
    bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'x', email: emailOf(n) }] });
  try {
    for (let n = 0; n < 300; n += 1) await ask(n);
    const times: number[] = [];
    for (let n = 0; n < 1_000; n += 1) times.push((await ask(n)).ms);
    times.sort((a, b) => a - b);
    const startedAt = performance.now();
    const requests = 2_000;
    let next = 0;
    const caller = async () => {
      while (next < requests) {
        next += 1;
        await ask(next % 1_000);
      }
    };
    await Promise.all(Array.from({ length: 16 }, caller));
    const perSecond = Math.round((requests / (performance.now() - startedAt)) * 1_000);
    const figures = { p50Ms: rounded(times[500]), p99Ms: rounded(times[990]), requestsPerSecond: perSecond };
    process.stdout.write(
      `\n${formatTable([
        ['one sync at latency 0, embedded CRM included', 'ms'],
        ['p50', figures.p50Ms],
        ['p99', figures.p99Ms],
        ['requests a second, 16 at once', perSecond],
      ])}\n`,
    );
    return figures;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

/** Time per record must not grow with their number. */
async function measureGrowth(): Promise<object> {
  const sandbox = await startCrm(20_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  const rows: { records: number; ms: number; msPerThousand: number }[] = [];
  try {
    await bridge.send('POST', '/contacts/sync', { contacts: leads('email', 1_000) });
    for (const records of [1_000, 5_000, 10_000, 20_000]) {
      const { ms, body } = await bridge.send('POST', '/contacts/sync', { contacts: leads('email', records) });
      if (body.results.length !== records) throw new Error(`${body.results.length} of ${records} matched`);
      rows.push({ records, ms: Math.round(ms), msPerThousand: rounded((ms / records) * 1_000) });
    }
    process.stdout.write(
      `\n${formatTable([
        ['sync by email, no limits', 'ms', 'ms per 1,000'],
        ...rows.map((row) => [`${row.records} records`, row.ms, row.msPerThousand]),
      ])}\n`,
    );
    return rows;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

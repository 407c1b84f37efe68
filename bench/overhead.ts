import { emailOf, leads, newLeads } from './people.ts';
import { formatTable } from './table.ts';
import { rounded, startBridge, startCrm, unlimited } from './world.ts';

/** What the bridge itself costs in memory and time, against a CRM that answers at once. */
export async function run(): Promise<object> {
  return { memory: await measureMemory(), perRequest: await measureOverhead(), growth: await measureGrowth() };
}

async function measureMemory(): Promise<object> {
  const sandbox = await startCrm(10_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  try {
    await bridge.send('GET', '/health');
    const { nowMb: idleMb } = bridge.memory();
    await bridge.send('POST', '/contacts/sync', { contacts: leads('e-mail', 10_000) });
    await bridge.send('POST', '/contacts', { contacts: newLeads(10_000, 'memory') });
    const { peakMb } = bridge.memory();
    const figures = { idleMb, peakMb, targetIdleMb: 130, targetPeakMb: 350 };
    process.stdout.write(
      `\n${formatTable([
        ['memory of the bridge', 'MB', 'target'],
        ['idle', idleMb, figures.targetIdleMb],
        ['peak, syncing and creating 10,000', peakMb, figures.targetPeakMb],
      ])}\n`,
    );
    return figures;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

/** What the bridge itself costs: single syncs against a CRM that answers at once. */
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
  const sandbox = await startCrm(50_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  const rows: { records: number; ms: number; msPerThousand: number }[] = [];
  try {
    await bridge.send('POST', '/contacts/sync', { contacts: leads('e-mail', 1_000) });
    for (const records of [1_000, 5_000, 10_000, 50_000]) {
      const { ms, body } = await bridge.send('POST', '/contacts/sync', { contacts: leads('e-mail', records) });
      if (body.results.length !== records) throw new Error(`${body.results.length} of ${records} matched`);
      rows.push({ records, ms: Math.round(ms), msPerThousand: rounded((ms / records) * 1_000) });
    }
    process.stdout.write(
      `\n${formatTable([
        ['sync by e-mail, no limits', 'ms', 'ms per 1,000'],
        ...rows.map((row) => [`${row.records} records`, row.ms, row.msPerThousand]),
      ])}\n`,
    );
    return rows;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

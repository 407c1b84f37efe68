import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BridgeProcess } from './bridge-process.ts';
import { emailOf, newLeads } from './people.ts';
import { formatTable } from './table.ts';
import { startBridge, startCrm, unlimited } from './world.ts';

/** What the project promises of the built program. */
const target = { growthPercent: 10, createPeakMb: 350 };

/** Memory of a large create, and of two minutes under load. The exit status is 1 if a promise is broken. */
export async function run(): Promise<object> {
  await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: new URL('..', import.meta.url).pathname });
  const create = await measureCreate();
  const load = await measureLoad();
  if (create.peakMb > target.createPeakMb || load.growthPercent > target.growthPercent) process.exitCode = 1;
  return { create, load, target };
}

/** The peak of one create of 10,000 contacts, of the built program. */
async function measureCreate(): Promise<{ peakMb: number }> {
  const sandbox = await startCrm(0, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited, 'built');
  try {
    await bridge.send('GET', '/health');
    const idleMb = bridge.memory().nowMb;
    const { status, ms } = await bridge.send('POST', '/contacts', { contacts: newLeads(10_000, 'peak') });
    const figures = { status, ms: Math.round(ms), idleMb, peakMb: bridge.memory().peakMb };
    process.stdout.write(
      `\n${formatTable([
        ['create of 10,000 contacts', 'ms', 'idle, MB', 'peak, MB'],
        ['built', figures.ms, figures.idleMb, figures.peakMb],
        ['target', '', '', target.createPeakMb],
      ])}\n`,
    );
    return figures;
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

const load = { clients: 20, requests: 10_000, seconds: 120 };

/** 10,000 requests of 20 clients, spread over two minutes: memory after half of them, which is a minute unless the
 * machine is too slow, and at the end. */
async function measureLoad(): Promise<{ growthPercent: number }> {
  const sandbox = await startCrm(10_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited, 'built');
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const samples: { served: number; mb: number }[] = [];
  const sampler = setInterval(() => samples.push({ served: next, mb: bridge.memory().nowMb }), 1_000);
  let next = 0;
  const client = async () => {
    while (next < load.requests) {
      const n = next;
      next += 1;
      const waitMs = (n / load.requests) * load.seconds * 1_000 - (performance.now() - startedAt);
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      await sendMixed(bridge, n);
    }
  };
  try {
    await Promise.all(Array.from({ length: load.clients }, client));
    const middle = average(samples.filter(({ served }) => Math.abs(served / load.requests - 1 / 2) < 0.04));
    const end = average(samples.filter(({ served }) => served > 0.92 * load.requests));
    const growthPercent = Math.round((end / middle - 1) * 1_000) / 10;
    const figures = { seconds: Math.round(elapsed()), afterHalfMb: middle, atTheEndMb: end, growthPercent };
    process.stdout.write(
      `\n${formatTable([
        ['10,000 requests of 20 clients', 'seconds', 'MB after half', 'MB at the end', 'growth, %'],
        ['built', figures.seconds, figures.afterHalfMb, figures.atTheEndMb, figures.growthPercent],
        ['target', '', '', '', target.growthPercent],
      ])}\n`,
    );
    return figures;
  } finally {
    clearInterval(sampler);
    await bridge.stop();
    await sandbox.close();
  }
}

function sendMixed(bridge: BridgeProcess, n: number): Promise<unknown> {
  const [lead] = newLeads(1, `load-${n}`);
  if (n % 4 === 0) return bridge.send('POST', '/contacts', { contacts: [lead] });
  if (n % 4 === 1)
    return bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: `s-${n}`, email: emailOf(n) }] });
  if (n % 4 === 2) return bridge.send('POST', '/activities', { type: 'EMAIL', subject: `Hi ${n}`, body: `Hello ${n}` });
  return bridge.send('POST', '/tasks', { subject: `Call ${n}`, dueDate: '2026-12-01T09:00:00Z' });
}

function average(samples: readonly { readonly mb: number }[]): number {
  return Math.round(samples.reduce((sum, { mb }) => sum + mb, 0) / Math.max(1, samples.length));
}

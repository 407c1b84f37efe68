import { formatTable } from './table.ts';
import { rounded, startBridge, startCrm } from './world.ts';

const clients = 200;
const seconds = 60;
const target = { calls: 7, ms: 3_000 };

/** `GET /health` by many clients each second while HubSpot hangs: calls upstream and the slowest answer. A client that waits asks no second time. About a minute. */
export async function run(): Promise<object> {
  const sandbox = await startCrm(1, { isLimited: false });
  sandbox.faults.add({ match: { path: '/account-info' }, times: 0, action: { kind: 'hang' } });
  const bridge = await startBridge(sandbox);
  // While this first question waits, the check at start reads what it needs: only the question counts.
  await bridge.send('GET', '/health');
  const callsBefore = sandbox.counters.calls - 1;
  const times: number[] = [];
  const end = performance.now() + seconds * 1_000;
  const client = async () => {
    while (performance.now() < end) {
      const { ms } = await bridge.send('GET', '/health');
      times.push(ms);
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, 1_000 - ms));
      });
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, client));
    times.sort((a, b) => a - b);
    const calls = sandbox.counters.calls - callsBefore;
    const p99Ms = rounded(times[Math.floor(times.length * 0.99)]);
    const slowestMs = rounded(times.at(-1));
    process.stdout.write(
      `${formatTable([
        [
          `/health, ${clients} clients a second for ${seconds} s, HubSpot hangs`,
          'answers',
          'calls',
          'p99, ms',
          'slowest, ms',
        ],
        ['measured', times.length, calls, p99Ms, slowestMs],
        ['at most', '', target.calls, '', target.ms],
      ])}\n`,
    );
    return { answers: times.length, calls, p99Ms, slowestMs, target };
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

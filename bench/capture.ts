import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareThroughput, usualWorks } from './side-by-side.ts';
import { formatTable } from './table.ts';
import { startBridge, startCrm, unlimited } from './world.ts';

/** What capturing everything may cost at most, in per cent of the throughput. */
const targetPercent = 10;
/** Off and all take turns, so that whatever else the machine does hits both alike. */
const rounds = 20;

/** Throughput with captures of everything compared with throughput without captures, against a CRM without latency. */
export async function run(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-captures-'));
  const limits = { CAPTURE_MAX_FILES: '1000000', CAPTURE_MAX_SIZE: '100gb' };
  const sandbox = await startCrm(1_000, { isLimited: false });
  const off = await startBridge(sandbox, { ...unlimited, CAPTURE: 'off' });
  const all = await startBridge(sandbox, { ...unlimited, CAPTURE: 'all', CAPTURE_DIR: folder, ...limits });
  try {
    const rows = [];
    const pair = { without: off, with: all };
    for (const work of usualWorks) rows.push(await compareThroughput(work, pair, { sandbox, rounds }));
    const sent = usualWorks.reduce((sum, { requests }) => sum + requests * (rounds + 1), 0);
    await all.stop();
    const written = readdirSync(folder).filter((name) => name.endsWith('.json')).length;
    process.stdout.write(
      `${formatTable([
        ['CRM with latency 0, median of rounds', 'req/s off', 'req/s all', 'cost %', 'CPU ms off', 'CPU ms all'],
        ...rows.map((row) => [
          row.name,
          row.withoutPerSecond,
          row.withPerSecond,
          row.costPercent,
          row.withoutCpu.allMs,
          row.withCpu.allMs,
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

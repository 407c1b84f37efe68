import type { BridgeProcess } from './bridge-process.ts';
import { formatTable } from './table.ts';
import { rounded, startBridge, startCrm, unlimited } from './world.ts';

const atOnce = 16;
const perRound = 400;
const rounds = 5;
/** A resend has to reach this part of the rate of new ones. */
const leastRatio = 0.5;

interface Round {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Tasks and activities that are resent, compared with new ones: both take turns on one bridge, against a CRM without latency. */
export async function run(): Promise<object> {
  const sandbox = await startCrm(1, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited);
  const contactId = sandbox.records('contacts')[0]?.id;
  const kinds = {
    tasks: (n: number) => ({ subject: `Task ${n}`, type: 'call', dueDate: '2030-01-01T10:00:00.000Z', contactId }),
    activities: (n: number) => ({
      type: 'LINKEDIN',
      body: 'Hello',
      contactId,
      metadata: { messageId: `message-${n}` },
    }),
  };
  try {
    const rows = [];
    for (const [kind, item] of Object.entries(kinds)) {
      const fresh: Round[] = [];
      const again: Round[] = [];
      // The first round warms both up and does not count.
      for (let round = 0; round <= rounds; round += 1) {
        const items = Array.from({ length: perRound }, (_unused, n) => item(round * perRound + n));
        fresh.push(await sendAll(bridge, `/${kind}`, items));
        again.push(await sendAll(bridge, `/${kind}`, items));
        if (round === 0) fresh.length = again.length = 0;
      }
      const stored = sandbox.records(kind === 'tasks' ? 'tasks' : 'communications').length;
      if (stored !== (rounds + 1) * perRound) throw new Error(`${stored} ${kind} were stored`);
      const [newPerSecond, resentPerSecond] = [medianOf(fresh), medianOf(again)];
      const p99Ms = rounded(Math.max(...again.map((round) => round.p99Ms)));
      rows.push({ kind, newPerSecond, resentPerSecond, ratio: rounded(resentPerSecond / newPerSecond), p99Ms });
    }
    process.stdout.write(
      `${formatTable([
        [`${atOnce} clients, latency 0`, 'new/s', 'resent/s', 'ratio', 'resent p99, ms'],
        ...rows.map((row) => [row.kind, row.newPerSecond, row.resentPerSecond, row.ratio, row.p99Ms]),
        ['at least', '', '', leastRatio, ''],
      ])}\n`,
    );
    return { rows, leastRatio };
  } finally {
    await bridge.stop();
    await sandbox.close();
  }
}

async function sendAll(bridge: BridgeProcess, path: string, items: readonly object[]): Promise<Round> {
  const times: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < items.length) {
      const item = items[next];
      next += 1;
      const { status, ms } = await bridge.send('POST', path, item);
      if (status !== 201) throw new Error(`${path} was answered ${status}`);
      times.push(ms);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: atOnce }, client));
  const seconds = (performance.now() - startedAt) / 1_000;
  times.sort((a, b) => a - b);
  return { perSecond: items.length / seconds, p99Ms: times[Math.floor(times.length * 0.99)] ?? Number.NaN };
}

function medianOf(rounds: readonly Round[]): number {
  const sorted = rounds.map(({ perSecond }) => perSecond).sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
}

import { startBridgeProcess } from './bridge-process.ts';
import { formatTable } from './table.ts';

/** What the project promises: start to first healthy answer, in milliseconds. */
const targetMs = 1_500;

/** Starts the bridge on its embedded CRM, as `npm start` does, and waits for a healthy answer; five times. */
export async function run(): Promise<object> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) times.push(Math.round(await startOnce()));
  times.sort((a, b) => a - b);
  const figures = { fastestMs: times[0] ?? 0, medianMs: times[2] ?? 0, slowestMs: times[4] ?? 0, targetMs };
  process.stdout.write(
    `${formatTable([
      ['start to first healthy answer', 'ms'],
      ['fastest of 5', figures.fastestMs],
      ['median', figures.medianMs],
      ['slowest', figures.slowestMs],
      ['target', targetMs],
    ])}\n`,
  );
  return figures;
}

async function startOnce(): Promise<number> {
  const startedAt = performance.now();
  const bridge = await startBridgeProcess({ SANDBOX: 'true' });
  const { status } = await bridge.send('GET', '/health');
  const ms = performance.now() - startedAt;
  await bridge.stop();
  if (status !== 200) throw new Error(`The bridge answered ${status} to its first request`);
  return ms;
}

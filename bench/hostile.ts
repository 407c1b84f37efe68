import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { type BridgeProcess, benchKey } from './bridge-process.ts';
import { costOfFields } from './fields.ts';
import { growthOfFunctions } from './growth.ts';
import { type Hostile, hostileRequests } from './hostile-requests.ts';
import { formatTable } from './table.ts';
import { startBridge, startCrm, unlimited } from './world.ts';

/**
 * What the project promises for one request, whatever it contains. The longest turn of the event loop is what a quiet machine keeps
 * `/livez` waiting; the time until `/livez` answered includes what other programs do, and is an upper bound.
 */
const target = { stallMs: 500, memoryMb: 300, exponent: 1.2, fieldMs: 100 };

/** Promises that this run broke. */
const broken: string[] = [];

/** What hostile requests cost, and how functions grow with hostile text. The exit status is 1 if a promise is broken. */
export async function run(): Promise<object> {
  const functions = await measureFunctions('quick');
  const fields = await measureFields();
  const requests = await measureRequests();
  return { requests, fields, functions, target, broken: reportBroken() };
}

/** What 200 kB in one field cost, without the rest. */
export async function runFields(): Promise<object> {
  return { fields: await measureFields(), target, broken: reportBroken() };
}

/** How functions grow, without the requests. */
export async function runGrowth(): Promise<object> {
  return { functions: await measureFunctions('quick'), target, broken: reportBroken() };
}

/** The same with more sizes of text. */
export async function runFullGrowth(): Promise<object> {
  return { functions: await measureFunctions('full'), target, broken: reportBroken() };
}

/** What hostile requests cost, without the functions. */
export async function runRequests(): Promise<object> {
  return { requests: await measureRequests(), target, broken: reportBroken() };
}

async function measureFunctions(depth: 'quick' | 'full') {
  const functions = await growthOfFunctions(target.exponent, depth);
  broken.push(...functions.superlinear.map(({ work, shape, exponent }) => `${work}, ${shape}: exponent ${exponent}`));
  return functions;
}

async function measureFields() {
  const fields = await costOfFields(target.fieldMs);
  broken.push(...fields.tooSlow.map(({ field, unit, ms }) => `${field} of ${unit}: ${ms} ms`));
  return fields;
}

function reportBroken(): readonly string[] {
  if (broken.length > 0) {
    process.exitCode = 1;
    process.stdout.write(`\nBroken:\n${broken.map((line) => `  ${line}`).join('\n')}\n`);
  }
  return broken;
}

async function measureRequests(): Promise<object[]> {
  const sandbox = await startCrm(100, { isLimited: false });
  const rows: { what: string; status: number; ms: number; turnMs: number; stallMs: number; memoryMb: number }[] = [];
  for (const request of hostileRequests) {
    // A process of its own for each request: memory that one of them has used stays with the process.
    const bridge = await startBridge(sandbox, {
      ...unlimited,
      REQUEST_TIMEOUT_MS: '55000',
      CAPTURE: 'errors',
      CAPTURE_DIR: join(folder, 'captures'),
      JOURNAL: 'on',
      DATA_DIR: join(folder, 'data'),
      NODE_OPTIONS: `--import ${new URL('turn-clock.ts', import.meta.url).href}`,
      TURN_CLOCK_FILE: turnFile,
    });
    try {
      const row = await measureRequest(bridge, request);
      rows.push(row);
      process.stdout.write(
        `${row.what}: ${row.status}, turn ${row.turnMs} ms, /livez ${row.stallMs} ms, ${row.memoryMb} MB\n`,
      );
    } finally {
      await bridge.stop();
    }
  }
  await sandbox.close();
  rows.sort((a, b) => b.turnMs - a.turnMs);
  process.stdout.write(
    `\n${formatTable([
      [
        'one hostile request, worst first',
        'status',
        'ms',
        'longest turn, CPU ms',
        'longest /livez, ms',
        'memory above idle, MB',
      ],
      ...rows.map(({ what, status, ms, turnMs, stallMs, memoryMb }) => [
        what,
        status,
        ms,
        judged(turnMs, target.stallMs),
        judged(stallMs, target.stallMs),
        judged(memoryMb, target.memoryMb),
      ]),
      ['at most', '', '', target.stallMs, target.stallMs, target.memoryMb],
    ])}\n`,
  );
  for (const { what, turnMs, memoryMb } of rows) {
    if (turnMs > target.stallMs) broken.push(`${what}: a turn of ${turnMs} ms`);
    if (memoryMb > target.memoryMb) broken.push(`${what}: ${memoryMb} MB`);
  }
  return rows;
}

function judged(value: number, most: number): string {
  return `${value} ${value <= most ? '✓' : '✕'}`;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-hostile-'));
const turnFile = join(folder, 'turn');

/** The longest turn since the last call, in milliseconds of processor time. */
async function readTurn({ pid }: BridgeProcess): Promise<number> {
  rmSync(turnFile, { force: true });
  if (pid !== undefined) process.kill(pid, 'SIGUSR2');
  while (!existsSync(turnFile) || readFileSync(turnFile, 'utf8') === '') await wait(20);
  return Number(readFileSync(turnFile, 'utf8'));
}

async function measureRequest(bridge: BridgeProcess, { what, path, method = 'POST', body, isCompressed }: Hostile) {
  await bridge.send('GET', '/health');
  const text = body();
  const sent = isCompressed ? gzipSync(text) : Buffer.from(text);
  const idleMb = bridge.memory().nowMb;
  resetPeak(bridge.pid);
  await readTurn(bridge);
  const watch = watchLiveness(bridge.url);
  await watch.started;
  const startedAt = performance.now();
  const response = await fetch(`${bridge.url}${path}`, {
    method,
    headers: {
      'x-api-key': benchKey,
      'content-type': 'application/json',
      ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    },
    body: sent,
  }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    },
    () => 0,
  );
  const ms = Math.round(performance.now() - startedAt);
  const stallMs = await watch.stop();
  // Captures and the journal are written a moment later.
  await wait(1_000);
  return {
    what,
    status: response,
    ms,
    turnMs: await readTurn(bridge),
    stallMs,
    memoryMb: Math.max(0, bridge.memory().peakMb - idleMb),
  };
}

/** Resets a process's peak memory, on Linux. */
function resetPeak(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Elsewhere the peak includes the start.
  }
}

/** Asks /livez every 10 ms from a thread, since this one is busy with sending. */
function watchLiveness(url: string) {
  const worker = new Worker(new URL('liveness-worker.ts', import.meta.url), { workerData: { url } });
  const started = new Promise<void>((resolve) => worker.once('message', () => resolve()));
  return {
    started,
    async stop(): Promise<number> {
      const longest = new Promise<number>((resolve) => worker.once('message', resolve));
      worker.postMessage('stop');
      const ms = await longest;
      await worker.terminate();
      return Math.round(ms);
    },
  };
}

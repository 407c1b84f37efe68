import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { type BridgeProcess, benchKey, startBridgeProcess } from '../bridge-process.ts';
import { costOfFields } from './fields.ts';
import { growthOfFunctions } from './growth.ts';
import { hostileAnswers, startHostileCrm } from './hostile-answers.ts';
import { type Hostile, hostileRequests } from './hostile-requests.ts';
import { formatTable } from '../table.ts';
import { startCrm, unlimited } from '../world.ts';

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

/** What hostile requests and answers cost, without the functions. */
export async function runRequests(): Promise<object> {
  return { requests: await measureRequests(), target, broken: reportBroken() };
}

/** What hostile answers of HubSpot cost, without the rest. */
export async function runAnswers(): Promise<object> {
  return { requests: await measureRequests([]), target, broken: reportBroken() };
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

interface Row {
  readonly what: string;
  readonly status: number;
  readonly ms: number;
  readonly turnMs: number;
  readonly stallMs: number;
  readonly memoryMb: number;
}

/** A request, the CRM that it reaches, and what is done before it. */
interface Case {
  readonly request: Hostile;
  readonly crm: { readonly url: string; readonly token: string };
  readonly prepare?: () => void;
}

async function measureRequests(requests = hostileRequests): Promise<readonly Row[]> {
  const sandbox = await startCrm(100, { isLimited: false });
  const hostileCrm = await startHostileCrm();
  const rows = await measureCases([
    ...requests.map((request) => ({ request, crm: sandbox })),
    ...hostileAnswers.map((request) => ({
      request,
      crm: hostileCrm,
      prepare: () => hostileCrm.answerWith(request.answer()),
    })),
  ]);
  hostileCrm.close();
  await sandbox.close();
  printRows(rows.toSorted((a, b) => b.turnMs - a.turnMs));
  for (const { what, turnMs, memoryMb } of rows) {
    if (turnMs > target.stallMs) broken.push(`${what}: a turn of ${turnMs} ms`);
    if (memoryMb > target.memoryMb) broken.push(`${what}: ${memoryMb} MB`);
  }
  return rows;
}

/** A process of its own for each request: memory that one of them has used stays with the process. */
async function measureCases(cases: readonly Case[]): Promise<Row[]> {
  const rows: Row[] = [];
  const stopped: Promise<void>[] = [];
  let next = startFor(cases[0]);
  for (const [at, { request, prepare }] of cases.entries()) {
    const bridge = await next;
    if (bridge === undefined) break;
    prepare?.();
    const sent = await sendHostile(bridge, request);
    // Captures and the journal are written a moment later, while the next process starts.
    next = startFor(cases[at + 1]);
    await Promise.all([wait(1_000), next]);
    const memoryMb = Math.max(0, bridge.memory().peakMb - sent.idleMb);
    const row = { what: request.what, ...sent, turnMs: await readTurn(bridge), memoryMb };
    rows.push(row);
    process.stdout.write(
      `${row.what}: ${row.status}, turn ${row.turnMs} ms, /livez ${row.stallMs} ms, ${row.memoryMb} MB\n`,
    );
    stopped.push(bridge.stop());
  }
  await Promise.all(stopped);
  return rows;
}

async function startFor(next: Case | undefined): Promise<BridgeProcess | undefined> {
  if (next === undefined) return undefined;
  return await startBridgeProcess({
    ...unlimited,
    HUBSPOT_BASE_URL: next.crm.url,
    HUBSPOT_ACCESS_TOKEN: next.crm.token,
    REQUEST_TIMEOUT_MS: '55000',
    CAPTURE: 'errors',
    CAPTURE_DIR: join(folder, 'captures'),
    JOURNAL: 'on',
    DATA_DIR: mkdtempSync(join(folder, 'data-')),
    NODE_OPTIONS: `--import ${new URL('turn-clock.ts', import.meta.url).href}`,
    TURN_CLOCK_FILE: turnFile,
  });
}

function printRows(rows: readonly Row[]): void {
  const worst = (of: (row: Row) => number) => rows.reduce((most, row) => Math.max(most, of(row)), 0);
  const cells = ({ turnMs, stallMs, memoryMb }: Pick<Row, 'turnMs' | 'stallMs' | 'memoryMb'>) => [
    judged(turnMs, target.stallMs),
    judged(stallMs, target.stallMs),
    judged(memoryMb, target.memoryMb),
  ];
  const worstOfEach = {
    turnMs: worst(({ turnMs }) => turnMs),
    stallMs: worst(({ stallMs }) => stallMs),
    memoryMb: worst(({ memoryMb }) => memoryMb),
  };
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
      ...rows.map((row) => [row.what, row.status, row.ms, ...cells(row)]),
      ['worst of each', '', '', ...cells(worstOfEach)],
      ['at most', '', '', target.stallMs, target.stallMs, target.memoryMb],
    ])}\n`,
  );
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

async function sendHostile(bridge: BridgeProcess, { path, method = 'POST', body, isCompressed }: Hostile) {
  await bridge.send('GET', '/health');
  const text = body?.();
  const idleMb = bridge.memory().nowMb;
  resetPeak(bridge.pid);
  await readTurn(bridge);
  const watch = watchLiveness(bridge.url);
  await watch.started;
  const startedAt = performance.now();
  const status = await fetch(`${bridge.url}${path}`, {
    method,
    headers: {
      'x-api-key': benchKey,
      'content-type': 'application/json',
      ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
    },
    ...(text !== undefined && { body: isCompressed ? gzipSync(text) : Buffer.from(text) }),
  }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    },
    () => 0,
  );
  return { status, ms: Math.round(performance.now() - startedAt), stallMs: await watch.stop(), idleMb };
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

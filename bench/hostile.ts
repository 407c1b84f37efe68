import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { defaultBodyLimits } from '../src/http/body-limits.ts';
import { type BridgeProcess, benchKey } from './bridge-process.ts';
import { growthOfFunctions } from './growth.ts';
import { emailOf, newLeads } from './people.ts';
import { formatTable } from './table.ts';
import { startBridge, startCrm, unlimited } from './world.ts';

/** What the project promises for one request, whatever it contains. */
const target = { stallMs: 500, memoryMb: 300, exponent: 1.2, growthPercent: 10, createPeakMb: 350 };

/** What hostile requests cost, how functions grow with hostile text, and whether memory stays flat under load. */
export async function run(): Promise<object> {
  return {
    requests: await measureRequests(),
    functions: await growthOfFunctions(target.exponent),
    create: await measureCreate(),
    load: await measureLoad(),
    target,
  };
}

interface Hostile {
  readonly what: string;
  readonly path: string;
  readonly method?: string;
  readonly body: () => string;
  readonly isCompressed?: true;
}

/** Just below BODY_LIMIT. */
const size = defaultBodyLimits.maxBytes - 1_000;

const entries = (entry: string) => `[${`${entry},`.repeat(Math.floor(size / (entry.length + 1)))}${entry}]`;
const long = (unit: string) => unit.repeat(Math.floor(size / Buffer.byteLength(unit)));
const fields = (count: number, of: string) => Array.from({ length: count }, (_unused, n) => `"${of}${n}":1`).join();
const contact = (field: string, value: string) =>
  `{"contacts":[{"externalId":"h","firstName":"H",${JSON.stringify(field)}:"${value}"}]}`;

const units = {
  blanks: ' ',
  marks: '\u0323\u0301',
  digits: '1',
  tags: '<',
  ats: 'a@',
  equals: '=',
  letters: 'a',
  cjk: '山',
};

const requests: readonly Hostile[] = [
  ...['1', '{}', '[]', '""'].map((entry) => ({
    what: `contacts ${entry}`,
    path: '/contacts',
    body: () => `{"contacts":${entries(entry)}}`,
  })),
  { what: 'contacts {}, gzip', path: '/contacts', body: () => `{"contacts":${entries('{}')}}`, isCompressed: true },
  { what: 'blanks, gzip', path: '/contacts', body: () => `{"contacts":[]${long(' ')}}`, isCompressed: true },
  { what: 'associations {}', path: '/associations', body: () => `{"associations":${entries('{}')}}` },
  { what: 'ids {}', path: '/tasks/batch', body: () => `{"ids":${entries('{}')}}` },
  { what: '50,000 bad contacts', path: '/contacts', body: () => `{"contacts":[${'{},'.repeat(49_999)}{}]}` },
  { what: '50,000 bad ids', path: '/tasks/batch', body: () => `{"ids":[${'{},'.repeat(49_999)}{}]}` },
  { what: 'a million fields', path: '/contacts', body: () => `{"contacts":[{${fields(1_000_000, 'f')}}]}` },
  {
    what: '2,000 fields, 240 times',
    path: '/contacts',
    body: () =>
      `{"contacts":[${Array.from({ length: 240 }, (_u, n) => `{"externalId":"m${n}","firstName":"M",${fields(1_998, 'f')}}`).join()}]}`,
  },
  {
    what: '2,000 other fields, 240 times',
    path: '/contacts',
    method: 'PUT',
    body: () =>
      `{"contacts":[${Array.from({ length: 240 }, (_u, n) => `{"crmId":"${n}",${fields(1_998, `f${n}x`)}}`).join()}]}`,
  },
  {
    what: '50,000 contacts of 9 fields',
    path: '/contacts/sync',
    body: () => JSON.stringify({ contacts: newLeads(50_000, 'hostile') }),
  },
  {
    what: '50,000 equal contacts',
    path: '/contacts/sync',
    body: () =>
      JSON.stringify({ contacts: Array.from({ length: 50_000 }, () => ({ externalId: 'x', email: emailOf(1) })) }),
  },
  { what: 'depth', path: '/tasks', body: () => `{"subject":"s","x":${long('[')}` },
  { what: 'escapes', path: '/tasks', body: () => `{"subject":"${long('\\"')}"}` },
  { what: 'direction of blanks', path: '/activities', body: () => `{"type":"EMAIL","direction":"${long(' ')}x"}` },
  ...Object.entries(units).flatMap(([name, unit]) => [
    { what: `bio of ${name}`, path: '/contacts', body: () => contact('bio', long(unit)) },
    { what: `email of ${name}`, path: '/contacts/sync', body: () => contact('email', long(unit)) },
    { what: `phone of ${name}`, path: '/contacts', body: () => contact('phone', long(unit)) },
    {
      what: `industry of ${name}`,
      path: '/companies',
      body: () => contact('industry', long(unit)).replace('contacts', 'companies'),
    },
    { what: `an unknown field of ${name}`, path: '/contacts', body: () => contact('odd', long(unit)) },
    {
      what: `an activity of ${name}`,
      path: '/activities',
      body: () => `{"type":"EMAIL","subject":"s","body":"${long(unit)}"}`,
    },
    {
      what: `a task of ${name}`,
      path: '/tasks',
      body: () => `{"subject":"${long(unit)}","description":"${long(unit).slice(0, size / 2)}"}`.slice(0, size),
    },
  ]),
  ...['<a ', '<a href=', '&lt;', '<div>', '<!--', '</', '<p>a</p>', '&', 'http://a.', '\\r\\n'].map((unit) => ({
    what: `an activity of ${unit}`,
    path: '/activities',
    body: () => `{"type":"EMAIL","subject":"s","body":"${long(unit)}"}`,
  })),
];

async function measureRequests(): Promise<object[]> {
  const sandbox = await startCrm(100, { isLimited: false });
  const rows: { what: string; status: number; ms: number; stallMs: number; memoryMb: number }[] = [];
  for (const request of requests) {
    // A process of its own for each request: memory that one of them has used stays with the process.
    const bridge = await startBridge(sandbox, {
      ...unlimited,
      REQUEST_TIMEOUT_MS: '55000',
      CAPTURE: 'errors',
      CAPTURE_DIR: captureDir,
    });
    try {
      const row = await measureRequest(bridge, request);
      rows.push(row);
      process.stdout.write(`${row.what}: ${row.status}, /livez ${row.stallMs} ms, ${row.memoryMb} MB\n`);
    } finally {
      await bridge.stop();
    }
  }
  await sandbox.close();
  rows.sort((a, b) => b.stallMs - a.stallMs);
  process.stdout.write(
    `\n${formatTable([
      ['one hostile request, worst first', 'status', 'ms', 'longest /livez, ms', 'memory above idle, MB'],
      ...rows.map(({ what, status, ms, stallMs, memoryMb }) => [what, status, ms, stallMs, memoryMb]),
      ['target', '', '', target.stallMs, target.memoryMb],
    ])}\n`,
  );
  return rows;
}

const captureDir = mkdtempSync(join(tmpdir(), 'bench-captures-'));

async function measureRequest(bridge: BridgeProcess, { what, path, method = 'POST', body, isCompressed }: Hostile) {
  await bridge.send('GET', '/health');
  const text = body();
  const sent = isCompressed ? gzipSync(text) : Buffer.from(text);
  const idleMb = bridge.memory().nowMb;
  resetPeak(bridge.pid);
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
  return { what, status: response, ms, stallMs, memoryMb: Math.max(0, bridge.memory().peakMb - idleMb) };
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

/** The peak of one create of 10,000 contacts, of the built program. */
async function measureCreate(): Promise<object> {
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

/** 10,000 requests of 20 clients, spread over two minutes: memory after the first minute and at the end. */
async function measureLoad(): Promise<object> {
  const sandbox = await startCrm(10_000, { isLimited: false });
  const bridge = await startBridge(sandbox, unlimited, 'built');
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const samples: { second: number; mb: number }[] = [];
  const sampler = setInterval(() => samples.push({ second: elapsed(), mb: bridge.memory().nowMb }), 1_000);
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
    const middle = average(samples.filter(({ second }) => second >= 55 && second < 65));
    const end = average(samples.filter(({ second }) => second >= elapsed() - 10));
    const growthPercent = Math.round((end / middle - 1) * 1_000) / 10;
    const figures = { seconds: Math.round(elapsed()), afterAMinuteMb: middle, atTheEndMb: end, growthPercent };
    process.stdout.write(
      `\n${formatTable([
        ['10,000 requests of 20 clients', 'seconds', 'MB after 1 min', 'MB at the end', 'growth, %'],
        ['built', figures.seconds, figures.afterAMinuteMb, figures.atTheEndMb, figures.growthPercent],
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

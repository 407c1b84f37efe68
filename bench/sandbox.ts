import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { readMemory } from './bridge-process.ts';
import { emailOf, linkedinUrlOf, seedContacts } from './people.ts';
import { formatTable } from './table.ts';

/** What the embedded CRM promises. */
const targets = { batchReadsPerSecond: 1000, memoryMb: 1024 };
const contactCount = 200_000;

const contacts = '/crm/v3/objects/contacts';
const properties = ['email', 'firstname', 'lastname', 'hs_linkedin_url', 'lifecyclestage'];

/** Drives the embedded CRM, in a process of its own, with 200,000 contacts: calls a second by kind, and its memory. */
export async function run(): Promise<object> {
  const sandbox = await start();
  try {
    const ids = await seed(sandbox);
    const seeded = sandbox.memory();
    const speeds = {
      batchReads: await measure(
        sandbox,
        readsOf((n) => ids[n] ?? ''),
      ),
      batchReadsByEmail: await measure(sandbox, readsOf(emailOf, 'email')),
      searches: await measure(sandbox, searches),
      batchCreates: await measure(sandbox, creates),
    };
    const memory = sandbox.memory();
    printSpeeds(speeds);
    process.stdout.write(
      `\n\n${formatTable([
        ['memory of the process', 'MB'],
        ['with 200,000 contacts', seeded.nowMb],
        ['after the bench', memory.nowMb],
        ['highest', memory.peakMb],
        ['target', targets.memoryMb],
      ])}\n`,
    );
    return { ...speeds, seededMb: seeded.nowMb, peakMb: memory.peakMb, targets };
  } finally {
    await sandbox.stop();
  }
}

/** Calls of one kind. */
interface Work {
  readonly calls: number;
  readonly path: string;
  readonly body: (call: number) => object;
}

const searches: Work = {
  calls: 1000,
  path: `${contacts}/search`,
  body: (call) => ({
    filterGroups: [
      {
        filters: [
          { propertyName: 'hs_linkedin_url', operator: 'IN', values: hundred(call, linkedinUrlOf).slice(0, 40) },
        ],
      },
    ],
    properties,
    limit: 200,
  }),
};

const creates: Work = {
  calls: 300,
  path: `${contacts}/batch/create`,
  body: (call) => ({
    inputs: Array.from({ length: 100 }, (_unused, at) => ({
      properties: { email: `new-${call}-${at}@example.com`, firstname: 'New' },
      associations: [],
      objectWriteTraceId: `${at}`,
    })),
  }),
};

function readsOf(idOf: (n: number) => string, idProperty?: string): Work {
  return {
    calls: 3000,
    path: `${contacts}/batch/read`,
    body: (call) => ({
      inputs: hundred(call, idOf).map((id) => ({ id })),
      properties,
      propertiesWithHistory: [],
      idProperty,
    }),
  };
}

/** Values of a hundred contacts, others for every call. */
function hundred(call: number, value: (n: number) => string): string[] {
  return Array.from({ length: 100 }, (_unused, at) => value((call * 7919 + at * 131) % contactCount));
}

function printSpeeds(
  speeds: Readonly<Record<'batchReads' | 'batchReadsByEmail' | 'searches' | 'batchCreates', Speed>>,
) {
  const rows = {
    'batch read by id': speeds.batchReads,
    'batch read by email': speeds.batchReadsByEmail,
    'search, 40 values': speeds.searches,
    'batch create': speeds.batchCreates,
  };
  process.stdout.write(
    formatTable([
      ['100 records a call, 200,000 contacts', 'calls/s', 'fastest tenth', 'CPU ms per call'],
      ...Object.entries(rows).map(([name, { perSecond, bestPerSecond, cpuMs }]) => [
        name,
        perSecond,
        bestPerSecond,
        cpuMs,
      ]),
      ['target for batch reads', targets.batchReadsPerSecond, '', 1],
    ]),
  );
}

interface SandboxProcess {
  readonly port: number;
  memory(): { readonly nowMb: number; readonly peakMb: number };
  /** Processor time used so far. */
  cpuMs(): number;
  stop(): Promise<void>;
}

async function start(): Promise<SandboxProcess> {
  const options = ['--port', '0', '--token', 'bench', '--empty', '--no-limits', '--index-lag', '0'];
  const child = spawn(process.execPath, ['sandbox/main.ts', ...options], {
    cwd: new URL('..', import.meta.url).pathname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const port = Number(/listens at http:\/\/[^:]+:(\d+)/.exec(line)?.[1]);
    if (port > 0)
      return {
        port,
        memory: () => readMemory(child.pid),
        cpuMs: () => readCpuMs(child.pid),
        async stop() {
          child.kill('SIGTERM');
          await exited;
        },
      };
  }
  throw new Error('The embedded CRM ended before it listened');
}

/** Processor time of a process; 0 where the system does not report it. */
function readCpuMs(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    // User and system time, in ticks of which Linux shows a hundred a second.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    // Only Linux has /proc.
    return 0;
  }
}

async function seed(sandbox: SandboxProcess): Promise<string[]> {
  const ids: string[] = [];
  const records = seedContacts(contactCount);
  while (ids.length < contactCount) {
    const contacts = Array.from({ length: 10_000 }, () => records.next().value);
    const answer: unknown = JSON.parse(await send(sandbox, '/__sandbox/seed', { contacts }));
    ids.push(...(answer as { contacts: string[] }).contacts);
  }
  return ids;
}

interface Speed {
  readonly perSecond: number;
  /** The fastest tenth of the calls: what the machine can do when it has nothing else to do. */
  readonly bestPerSecond: number;
  /** Of the sandbox's process: what counts where other work shares the machine. */
  readonly cpuMs: number;
}

/** Calls with eight at a time. */
async function measure(sandbox: SandboxProcess, { calls, path, body }: Work): Promise<Speed> {
  // The first call builds an index, and the first hundreds are slower until the code is hot.
  for (let call = 0; call < calls / 10; call += 1) await send(sandbox, path, body(calls + call));
  const bodies = Array.from({ length: calls }, (_unused, call) => JSON.stringify(body(call)));
  const cpuBefore = sandbox.cpuMs();
  const times: number[] = [];
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const startedAt = performance.now();
    await sendAll(sandbox, path, bodies.slice((tenth * calls) / 10, ((tenth + 1) * calls) / 10));
    times.push(performance.now() - startedAt);
  }
  const allMs = times.reduce((sum, ms) => sum + ms, 0);
  return {
    perSecond: Math.round((calls / allMs) * 1000),
    bestPerSecond: Math.round((calls / 10 / Math.min(...times)) * 1000),
    cpuMs: Number(((sandbox.cpuMs() - cpuBefore) / calls).toFixed(2)),
  };
}

async function sendAll(sandbox: SandboxProcess, path: string, bodies: readonly string[]): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < bodies.length) await send(sandbox, path, bodies[next++] ?? '');
    }),
  );
}

const agent = new Agent({ keepAlive: true });

/** POSTs JSON with as little work as possible, since the driver shares the machine; answers the text. */
function send({ port }: SandboxProcess, path: string, body: object | string): Promise<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request({
      agent,
      port,
      path,
      method: 'POST',
      headers: {
        authorization: 'Bearer bench',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        if ((response.statusCode ?? 500) >= 300)
          reject(new Error(`${path} answered ${response.statusCode}: ${answer.slice(0, 200)}`));
        else resolve(answer);
      });
    });
    call.end(text);
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A bridge in a process of its own, so that its memory and its processor time are its own. */
export interface BridgeProcess {
  readonly url: string;
  readonly pid: number | undefined;
  /** Sends JSON with the key; returns status, body and milliseconds. */
  send(method: string, path: string, body?: unknown): Promise<TimedAnswer>;
  /** Resolves with the first matching log line since the start. */
  logged(pattern: RegExp): Promise<string>;
  /** Resident memory now and at its highest, in MB; zeros where the system does not report it. */
  memory(): { readonly nowMb: number; readonly peakMb: number };
  stop(): Promise<void>;
}

export interface TimedAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a bench reads the counts of answers that the tests check
  readonly body: any;
  readonly ms: number;
}

/** The API key of every bridge that a bench starts. */
export const benchKey = 'bench-key-0123456789';

/** `source` is what `npm start` runs, `built` is what `npm run build` creates for a container. */
export type Program = 'source' | 'built';

const programs: Readonly<Record<Program, string>> = { source: 'src/main.ts', built: 'dist/src/main.js' };

/** Starts the bridge with these variables, as the npm scripts do, and waits until it listens. */
export async function startBridgeProcess(
  environment: Readonly<Record<string, string>>,
  program: Program = 'source',
): Promise<BridgeProcess> {
  const root = new URL('..', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--max-semi-space-size=4', programs[program]], {
    cwd: root,
    env: {
      PORT: '0',
      HOST: '127.0.0.1',
      API_KEY: benchKey,
      LOG_LEVEL: 'info',
      CAPTURE: 'off',
      JOURNAL: 'off',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const log = followLog(child);
  const url = urlIn(await log.first(/"url":"http[^"]+"/));
  return {
    url,
    pid: child.pid,
    send: (method, path, body) => send(`${url}${path}`, method, body),
    logged: log.first,
    memory: () => readMemory(child.pid),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function urlIn(line: string): string {
  return /"url":"(http[^"]+)"/.exec(line)?.[1] ?? '';
}

/** The lines of the log, the first ones of which are kept. */
function followLog(child: ChildProcess): { first(pattern: RegExp): Promise<string> } {
  if (child.stdout === null) throw new Error('The bridge has no output');
  const kept: string[] = [];
  const waiting = new Set<{ readonly pattern: RegExp } & PromiseWithResolvers<string>>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (kept.length < mostKeptLines) kept.push(line);
    for (const one of waiting) {
      if (!one.pattern.test(line)) continue;
      waiting.delete(one);
      one.resolve(line);
    }
  });
  lines.once('close', () => {
    for (const one of waiting) one.reject(new Error(`The bridge ended before it logged ${one.pattern}`));
  });
  return {
    first(pattern) {
      const known = kept.find((line) => pattern.test(line));
      if (known !== undefined) return Promise.resolve(known);
      const one = { pattern, ...Promise.withResolvers<string>() };
      waiting.add(one);
      return one.promise;
    },
  };
}

const mostKeptLines = 1_000;

async function send(url: string, method: string, body: unknown): Promise<TimedAnswer> {
  const startedAt = performance.now();
  const response = await fetch(url, {
    method,
    headers: { 'x-api-key': benchKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  return { status: response.status, body: answer, ms: performance.now() - startedAt };
}

/** Resident memory of a process, in MB. */
export function readMemory(pid: number | undefined): { nowMb: number; peakMb: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const read = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
    return { nowMb: read('VmRSS'), peakMb: read('VmHWM') };
  } catch {
    // Only Linux has /proc; elsewhere the figures are left at zero and shown as such.
    return { nowMb: 0, peakMb: 0 };
  }
}

/** Processor time of a process, in milliseconds: of its main thread, and of all threads together. */
export interface ThreadTimes {
  readonly mainMs: number;
  readonly allMs: number;
}

/** Processor time of the threads that live, to the microsecond; zeros where the system does not report it. */
export function threadTimes(pid: number | undefined): ThreadTimes {
  const msOf = (thread: string) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  try {
    const allMs = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + msOf(thread), 0);
    return { mainMs: msOf(String(pid)), allMs };
  } catch {
    // Only Linux has /proc.
    return { mainMs: 0, allMs: 0 };
  }
}

/** Processor time of a process with its threads; 0 where the system does not report it. */
export function processorMs(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    // User and system time, in ticks of which Linux shows a hundred a second.
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    // Only Linux has /proc.
    return 0;
  }
}

import { randomBytes, scryptSync } from 'node:crypto';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureFileName } from '../../src/capture/capture-file.ts';
import type { DecidedRequest } from '../../src/bridge/decisions.ts';
import { createDigest } from '../../src/journal/digests.ts';
import { openJournalFile } from '../../src/journal/journal-file.ts';
import { toParts } from '../../src/journal/request-parts.ts';
import { createRequestWriter } from '../../src/journal/write-requests.ts';
import { measureViewers } from './console-viewers.ts';
import { type BridgeProcess, threadTimes } from '../bridge-process.ts';
import { emailOf } from '../people.ts';
import { quantile } from '../side-by-side.ts';
import { formatTable } from '../table.ts';
import { verdict } from '../verdict.ts';
import { rounded, startBridge, startCrm, unlimited } from '../world.ts';

const targetMs = 100;
const full = { requests: 100_000, captures: 10_000, viewers: 10, pairs: [64, 208] } as const;
const viewsPerPage = 20;
const password = 'bench-password-0123456789';
const secret = 'a key for this bench';

interface Size {
  readonly requests: number;
  readonly captures: number;
  readonly viewers: number;
  readonly pairs: readonly [least: number, most: number];
}

/** How fast each page is with a large journal, and what ten viewers cost the bridge's requests. */
export function run(): Promise<object> {
  return measure(full);
}

/** The same, small: shows that it works. */
export function runShort(): Promise<object> {
  return measure({ requests: 5_000, captures: 500, viewers: 3, pairs: [4, 4] });
}

async function measure(size: Size): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-console-'));
  const crm = await startCrm(1_000, { isLimited: false });
  const adminPort = await freePort();
  fillFolders(folder, size);
  const bridge = await startBridge(crm, { ...unlimited, ...settings(folder), ADMIN_PORT: String(adminPort) });
  try {
    const origin = `http://127.0.0.1:${adminPort}`;
    const visitor = await signIn(origin);
    const pages = await measurePages(bridge, visitor, size.requests);
    const { cookie } = visitor;
    return { pages, viewers: await measureViewers(bridge, { origin, cookie, ...size }) };
  } finally {
    await bridge.stop();
    await crm.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function settings(folder: string): Record<string, string> {
  return {
    CONSOLE: 'on',
    CONSOLE_USERS: join(folder, 'users'),
    JOURNAL: 'on',
    CAPTURE: 'errors',
    CAPTURE_SECRET: secret,
    DATA_DIR: join(folder, 'data'),
    CAPTURE_DIR: join(folder, 'captures'),
  };
}

/** A day of requests, a tenth of them captured; captures are links to a few files, since a page reads one. */
function fillFolders(folder: string, { requests, captures }: Size): void {
  for (const name of ['data', 'captures']) mkdirSync(join(folder, name));
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  const digest = ['scrypt', 2 ** 14, 8, 1, salt.toString('base64url'), hash.toString('base64url')].join('$');
  writeFileSync(join(folder, 'users'), `bench:operator:${digest}\n`, { mode: 0o600 });
  const database = openJournalFile(join(folder, 'data'), () => {});
  const writer = createRequestWriter(database, createDigest(secret), 'bench-host');
  const startAt = Date.now() - 86_000_000;
  const source = copyOfCapture(folder);
  for (let first = 0; first < requests; first += 1_000) {
    const decided = Array.from({ length: 1_000 }, (_unused, n) =>
      requestOf(first + n, startAt + ((first + n) / requests) * 86_000_000),
    );
    writer.write(decided.flatMap((request, n) => toParts(request, first + n).map((part) => part.toText())));
    for (const request of decided.slice(0, Math.ceil((captures / requests) * 1_000))) {
      const startedAt = new Date(request.at).toISOString();
      const name = captureFileName({
        startedAt,
        method: 'PUT',
        path: '/contacts',
        status: 200,
        requestId: request.requestId,
        unique: '00',
      });
      linkSync(source, join(folder, 'captures', name));
    }
  }
  database.close();
}

function copyOfCapture(folder: string): string {
  const regressions = new URL('../../test/regressions/', import.meta.url).pathname;
  const [name = ''] = readdirSync(regressions)
    .filter((each) => each.endsWith('.json'))
    .sort();
  const source = join(folder, 'capture.json');
  copyFileSync(join(regressions, name), source);
  return source;
}

const reasons = ['if-empty', 'no-option', 'unreadable', 'no-row'] as const;

function requestOf(n: number, at: number): DecidedRequest {
  const [isFailed, isHeld] = [n % 97 === 0, n % 5 === 0];
  const reason = reasons[n % reasons.length] ?? 'no-row';
  const heldBack = isHeld ? [{ field: 'phone', property: 'phone', reason }] : [];
  const outcome = isFailed ? 'failed' : 'updated';
  return {
    requestId: `bench-${n}`,
    at: Math.floor(at),
    method: n % 3 === 0 ? 'POST' : 'PUT',
    route: n % 3 === 0 ? '/contacts/sync' : '/contacts',
    status: 200,
    durationMs: 200,
    mapping: 'a1b2c3d4e5f6',
    records: [
      {
        object: 'contacts',
        externalId: `lead-${n % 5_000}`,
        crmId: String(50_000_000_000 + (n % 5_000)),
        outcome,
        written: ['jobtitle'],
        heldBack,
        createdProperties: [],
        warnings: 0,
        emails: [emailOf(n % 5_000)],
        ...(isFailed && { problem: { kind: 'not-found', text: 'no such record' } }),
      },
    ],
  };
}

/** A signed-in user of the console. */
interface Visitor {
  get(path: string): Promise<{ readonly status: number; readonly text: string; readonly ms: number }>;
  readonly cookie: string;
  post(path: string, form: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly ms: number }>;
}

async function signIn(origin: string): Promise<Visitor> {
  const headers = { origin, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
  const answer = await fetch(`${origin}/console/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams({ name: 'bench', password }),
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const timed = async (path: string, init: RequestInit) => {
    const startedAt = performance.now();
    const response = await fetch(`${origin}${path}`, { redirect: 'manual', ...init });
    const text = await response.text();
    return { status: response.status, text, ms: performance.now() - startedAt };
  };
  const get = (path: string) => timed(path, { headers: { cookie } });
  const { text, status } = await get('/console/requests');
  if (status !== 200) throw new Error(`the console answered ${status}: ${text.slice(0, 200)}`);
  const token = /name="form-token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  return {
    cookie,
    get,
    post: (path, form) =>
      timed(path, {
        method: 'POST',
        headers: { ...headers, cookie },
        body: new URLSearchParams({ 'form-token': token, ...form }),
      }),
  };
}

async function measurePages(bridge: BridgeProcess, visitor: Visitor, requests: number): Promise<object> {
  const newest = requests - 1_000;
  const pages: readonly (readonly [string, () => Promise<{ status: number; ms: number }>])[] = [
    ['Overview', () => visitor.get('/console')],
    ['Requests', () => visitor.get('/console/requests')],
    ['Requests, failed', () => visitor.get('/console/requests?outcome=failed')],
    ['Requests, a reason', () => visitor.get('/console/requests?reason=no-option')],
    ['Requests, a text that is nowhere', () => visitor.get('/console/requests?text=nowhere')],
    ['Request, captured', () => visitor.get(`/console/requests/bench-${newest}`)],
    ['Request, from the journal', () => visitor.get(`/console/requests/bench-${newest + 999}`)],
    ['Record', () => visitor.get('/console/record/lead-7')],
    ['Record, by email', () => visitor.post('/console/record', { name: emailOf(7) })],
    ['Problems, 24 h', () => visitor.get('/console/problems')],
    ['Mapping', () => visitor.get('/console/mapping')],
  ];
  const rows: (readonly [name: string, medianMs: number, slowestMs: number, mainCpuMs: number, cpuMs: number])[] = [];
  for (const [name, load] of pages) {
    const times: number[] = [];
    const before = threadTimes(bridge.pid);
    for (let view = 0; view < viewsPerPage; view += 1) {
      const { status, ms } = await load();
      if (status >= 400) throw new Error(`${name} was answered ${status}`);
      times.push(ms);
    }
    const after = threadTimes(bridge.pid);
    const [main, all] = [after.mainMs - before.mainMs, after.allMs - before.allMs];
    const perView = (ms: number) => rounded(ms / viewsPerPage);
    rows.push([name, quantile(times, 0.5), quantile(times, 1), perView(main), perView(all)]);
  }
  process.stdout.write(
    `${formatTable([[`page, ${requests} requests in the journal`, 'median, ms', 'slowest, ms', 'main thread, ms of processor time', 'all threads'], ...rows])}\n`,
  );
  verdict(
    rows.every(([, , slowest]) => slowest < targetMs),
    `every page is there in less than ${targetMs} ms`,
  );
  return rows.map(([page, medianMs, slowestMs, mainCpuMs, cpuMs]) => ({ page, medianMs, slowestMs, mainCpuMs, cpuMs }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

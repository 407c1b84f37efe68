import { Agent, type ClientRequest, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { lowerPriority } from '../../src/process/lower-priority.ts';

/** The browsers of people who watch the console. Browsers run elsewhere: this thread leaves the processor to what is measured. */
export interface ViewersData {
  readonly origin: string;
  readonly cookie: string;
  readonly count: number;
  /** How often a viewer opens another page. */
  readonly pageEveryMs: number;
}

export type ViewersOrder = 'watch' | 'leave';
/** Each order is confirmed when it is carried out. */
export type ViewersNews = 'watching' | 'gone' | { readonly fault: string };

lowerPriority();
const { origin, cookie, count, pageEveryMs } = workerData as ViewersData; // given by console-viewers.ts
const agent = new Agent({ keepAlive: true });
const visited = [
  '/console',
  '/console/requests',
  '/console/problems',
  '/console/record/lead-7',
  '/console/requests/bench-1',
];
const betweenPagesMs = pageEveryMs / count;

let streams: readonly ClientRequest[] = [];
let pages = 0;
let lastPage: Promise<void> = Promise.resolve();
let timer: NodeJS.Timeout | undefined;
/** Until the next page, of the time in which a user watches. */
let untilNextMs = betweenPagesMs;
let dueAt = 0;

parentPort?.on('message', (order: ViewersOrder) => {
  const done = order === 'watch' ? watch() : leave();
  done.then(report, (error: unknown) => report({ fault: String(error) }));
});

function report(news: ViewersNews): void {
  parentPort?.postMessage(news);
}

/** Each has a screen open that follows what happens. */
async function watch(): Promise<ViewersNews> {
  const screens = Array.from({ length: count }, (_unused, n) => (n % 2 === 0 ? '/console' : '/console/requests'));
  const opened = screens.map((screen) => get(`/console/events?screen=${encodeURIComponent(screen)}`, 'open'));
  streams = opened.map(({ call }) => call);
  await Promise.all(opened.map(({ answered }) => answered));
  plan(untilNextMs);
  return 'watching';
}

async function leave(): Promise<ViewersNews> {
  clearTimeout(timer);
  untilNextMs = Math.max(0, dueAt - performance.now());
  for (const stream of streams) stream.destroy();
  await lastPage;
  return 'gone';
}

/** Not all open a page at the same moment. */
function plan(ms: number): void {
  dueAt = performance.now() + ms;
  timer = setTimeout(() => {
    lastPage = get(visited[pages % visited.length] ?? '/console', 'whole').answered;
    lastPage.catch((error: unknown) => report({ fault: String(error) }));
    pages += 1;
    plan(betweenPagesMs);
  }, ms);
}

/** What is sent is read, and not looked at. @param until the answer begins, or is complete */
function get(path: string, until: 'open' | 'whole'): { call: ClientRequest; answered: Promise<void> } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const call = request(`${origin}${path}`, { agent, headers: { cookie } }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`${path} was answered ${response.statusCode}`));
    if (until === 'open') resolve();
    response.once('end', resolve);
    // A stream ends when its viewer leaves.
    response.once('error', until === 'open' ? () => undefined : reject);
    response.resume();
  });
  call.once('error', reject);
  call.end();
  return { call, answered: promise };
}

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type BridgeProcess, type ThreadTimes, threadTimes } from '../bridge-process.ts';
import { type Change, changeOf, eachOnce, type Figure, pooledQuantile, pooledRatio, turns } from './paired-rounds.ts';
import { emailOf } from '../people.ts';
import { formatTable } from '../table.ts';
import { verdict } from '../verdict.ts';
import type { ViewersData, ViewersNews, ViewersOrder } from './viewers-worker.ts';
import { rounded } from '../world.ts';

const targetPercent = 5;
const roundMs = 1_200;
/** The journal writes what it was given within this time. */
const afterRoundMs = 250;
/** Number of connections, each with one request after the other: the bridge is busy, and no queue grows. */
const atOnce = 2;
/** People read a page before they open another one. */
const pageEveryMs = 10_000;
/** Pairs are added until the interval of the p99 is at most this wide to each side, in percentage points. */
const precise = 5;
const pairsBetweenLooks = 16;
/** How long viewers are measured alone. */
const aloneMs = 5_000;

interface Viewed {
  readonly origin: string;
  readonly cookie: string;
  readonly viewers: number;
  /** Pairs of rounds, at least and at most. */
  readonly pairs: readonly [least: number, most: number];
}

interface Round {
  readonly times: readonly number[];
  readonly cpu: ThreadTimes;
}

/** What viewers of the console cost the requests of the bridge: rounds with and without them take turns. */
export async function measureViewers(bridge: BridgeProcess, viewed: Viewed): Promise<object> {
  const crowd = startCrowd({ ...viewed, count: viewed.viewers, pageEveryMs });
  try {
    const aloneCpuMs = await measureAlone(bridge, crowd);
    await oneRound(bridge);
    const rounds: Record<'without' | 'with', Round[]> = { without: [], with: [] };
    const [least, most] = viewed.pairs;
    for (let pair = 0; pair < most; pair += 1) {
      // How wide the interval is decides, not where it lies.
      if (pair >= least && pair % pairsBetweenLooks === 0 && halfWidthOfP99(rounds) <= precise) break;
      for (const kind of turns[pair % turns.length] ?? []) {
        if (kind === 'with') await crowd.order('watch');
        rounds[kind].push(await oneRound(bridge));
        if (kind === 'with') await crowd.order('leave');
      }
    }
    return report(rounds, viewed, aloneCpuMs);
  } finally {
    await crowd.stop();
  }
}

/** Processor time that viewers cost where no request comes, in milliseconds a second: that of a bridge without them is not theirs. */
async function measureAlone({ pid }: BridgeProcess, crowd: Crowd): Promise<ThreadTimes> {
  const perSecond = async (): Promise<ThreadTimes> => {
    const [before, startedAt] = [threadTimes(pid), performance.now()];
    await pause(aloneMs);
    const after = threadTimes(pid);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { mainMs: (after.mainMs - before.mainMs) / seconds, allMs: (after.allMs - before.allMs) / seconds };
  };
  const without = await perSecond();
  await crowd.order('watch');
  // Each page is read once before it counts.
  await pause(aloneMs);
  const withThem = await perSecond();
  await crowd.order('leave');
  return { mainMs: withThem.mainMs - without.mainMs, allMs: withThem.allMs - without.allMs };
}

async function oneRound(bridge: BridgeProcess): Promise<Round> {
  const times: number[] = [];
  let next = 0;
  const before = threadTimes(bridge.pid);
  const end = performance.now() + roundMs;
  const caller = async () => {
    while (performance.now() < end) {
      next += 1;
      const contact = { externalId: `lead-${next}`, email: emailOf(next % 1_000) };
      const { status, ms } = await bridge.send('POST', '/contacts/sync', { contacts: [contact] });
      if (status >= 300) throw new Error(`a sync was answered ${status}`);
      times.push(ms);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  await pause(afterRoundMs);
  const after = threadTimes(bridge.pid);
  return { times, cpu: { mainMs: after.mainMs - before.mainMs, allMs: after.allMs - before.allMs } };
}

type Rounds = Readonly<Record<'without' | 'with', readonly Round[]>>;

function p99Of(rounds: readonly Round[]): Figure {
  return pooledQuantile(
    rounds.map(({ times }) => times),
    0.99,
  );
}

function halfWidthOfP99(rounds: Rounds): number {
  const { between } = changeOf(rounds.with.length, p99Of(rounds.without), p99Of(rounds.with));
  return (between[1] - between[0]) / 2;
}

interface Shown {
  readonly name: string;
  readonly without: number;
  readonly with: number;
  readonly change: Change;
}

function report(rounds: Rounds, { viewers }: Viewed, alone: ThreadTimes): object {
  const pairs = rounds.with.length;
  const show = (name: string, figureOf: (of: readonly Round[]) => Figure): Shown => {
    const [without, withThem] = [figureOf(rounds.without), figureOf(rounds.with)];
    const all = eachOnce(pairs);
    return { name, without: without(all), with: withThem(all), change: changeOf(pairs, without, withThem) };
  };
  const times = (of: readonly Round[]) => of.map((round) => round.times);
  const perRequest = (cpu: (round: Round) => number) => (of: readonly Round[]) =>
    pooledRatio(of, cpu, (round) => round.times.length);
  const p99 = show('p99, ms', p99Of);
  const shown = [
    show('p50, ms', (of) => pooledQuantile(times(of), 0.5)),
    p99,
    show(
      'processor time a request, ms',
      perRequest(({ cpu }) => cpu.allMs),
    ),
    show(
      'of which by the main thread, ms',
      perRequest(({ cpu }) => cpu.mainMs),
    ),
  ];
  const count = (of: readonly Round[]) => of.reduce((sum, round) => sum + round.times.length, 0);
  const head = [
    `sync of 1 contact, ${pairs} pairs of rounds of ${roundMs / 1_000} s`,
    'no viewer',
    `${viewers} viewers`,
    '% more',
    '95 % interval',
  ];
  const rows = shown.map(({ name, without, with: withThem, change }) => [
    name,
    rounded(without),
    rounded(withThem),
    rounded(change.percent),
    change.between.map(rounded).join(' to '),
  ]);
  process.stdout.write(
    `\n${formatTable([head, ['requests', count(rounds.without), count(rounds.with)], ...rows])}\nwithout requests, the viewers cost ${rounded(alone.allMs)} ms of processor time a second, ${rounded(alone.mainMs)} of them of the main thread\n`,
  );
  const { percent, between } = p99.change;
  const isMet = verdict(
    percent < targetPercent,
    `the p99 moves by less than ${targetPercent} % while ${viewers} viewers watch: ${rounded(percent)} %, between ${between.map(rounded).join(' and ')}`,
  );
  return { shown, requests: count(rounds.without) + count(rounds.with), alone, targetPercent, isMet };
}

/** Viewers who come and go together. */
interface Crowd {
  order(order: ViewersOrder): Promise<void>;
  stop(): Promise<void>;
}

function startCrowd({ origin, cookie, count, pageEveryMs: everyMs }: ViewersData): Crowd {
  const workerData: ViewersData = { origin, cookie, count, pageEveryMs: everyMs };
  const worker = new Worker(new URL('viewers-worker.ts', import.meta.url), { workerData });
  return {
    async order(order) {
      const answered = once(worker, 'message') as Promise<[ViewersNews]>;
      worker.postMessage(order);
      const [news] = await answered;
      if (typeof news === 'object') throw new Error(`the viewers: ${news.fault}`);
    },
    async stop() {
      await worker.terminate();
    },
  };
}

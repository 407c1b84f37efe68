import type { Sandbox } from '../sandbox/sandbox.ts';
import { type BridgeProcess, processorMs, type ThreadTimes, threadTimes } from './bridge-process.ts';
import { emailOf, leads, newLeads } from './people.ts';

/** One kind of request that is sent many times. */
export interface Work {
  readonly name: string;
  readonly requests: number;
  readonly atOnce: number;
  send(bridge: BridgeProcess, request: number): Promise<{ status: number }>;
}

/** Single contacts, batches, and creates. */
export const usualWorks: readonly Work[] = [
  {
    name: 'sync of 1 contact',
    requests: 300,
    atOnce: 16,
    send: (bridge, n) =>
      bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: `lead-${n}`, email: emailOf(n % 1_000) }] }),
  },
  {
    name: 'sync of 100 contacts',
    requests: 20,
    atOnce: 4,
    send: (bridge) => bridge.send('POST', '/contacts/sync', { contacts: leads('email', 100) }),
  },
  {
    name: 'create of 50 contacts',
    requests: 10,
    atOnce: 2,
    send: (bridge, n) =>
      bridge.send('POST', '/contacts', { contacts: newLeads(50, `c${n}-${process.hrtime.bigint()}`) }),
  },
];

/** Two bridges that do the same, one without and one with what is measured. */
export interface Pair {
  readonly without: BridgeProcess;
  readonly with: BridgeProcess;
}

export interface Compared {
  readonly name: string;
  /** Requests a second, medians of the rounds. */
  readonly withoutPerSecond: number;
  readonly withPerSecond: number;
  /** What it costs in per cent of the throughput: median of the pairs of rounds. */
  readonly costPercent: number;
  /** The median lies between these with a probability of 95 %. */
  readonly costBetween: readonly [number, number];
  /** Processor time a request, which the load of others hardly changes. */
  readonly withoutCpu: ThreadTimes;
  readonly withCpu: ThreadTimes;
}

/** Both take turns, so that whatever else the machine does hits both alike. */
export async function compareThroughput(
  work: Work,
  pair: Pair,
  { sandbox, rounds }: { readonly sandbox: Sandbox; readonly rounds: number },
): Promise<Compared> {
  const speeds = { without: new Array<number>(), with: new Array<number>() };
  const cpu = { without: new Array<ThreadTimes>(), with: new Array<ThreadTimes>() };
  for (const bridge of [pair.without, pair.with]) {
    await oneRound(work, bridge);
    await settled(bridge);
  }
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const);
    for (const name of order) {
      const bridge = pair[name];
      const before = threadTimes(bridge.pid);
      const startedAt = performance.now();
      await oneRound(work, bridge);
      speeds[name].push((work.requests / (performance.now() - startedAt)) * 1_000);
      await settled(bridge);
      cpu[name].push(perRequest(before, threadTimes(bridge.pid), work.requests));
    }
    sandbox.clearLog();
  }
  // Of neighboring rounds, so that other load on the machine affects both.
  const costs = speeds.with.map((speed, round) => (1 - speed / (speeds.without[round] ?? speed)) * 100);
  // The ranks between which the median of a sample lies: those of a binomial distribution, as a normal one approximates it.
  const margin = 0.98 / Math.sqrt(rounds);
  return {
    name: work.name,
    withoutPerSecond: Math.round(median(speeds.without)),
    withPerSecond: Math.round(median(speeds.with)),
    costPercent: median(costs),
    costBetween: [quantile(costs, 0.5 - margin), quantile(costs, 0.5 + margin)],
    withoutCpu: medianTimes(cpu.without),
    withCpu: medianTimes(cpu.with),
  };
}

function perRequest(before: ThreadTimes, after: ThreadTimes, requests: number): ThreadTimes {
  return { mainMs: (after.mainMs - before.mainMs) / requests, allMs: (after.allMs - before.allMs) / requests };
}

function medianTimes(times: readonly ThreadTimes[]): ThreadTimes {
  return {
    mainMs: median(
      times.map(({ mainMs }) => mainMs),
      3,
    ),
    allMs: median(
      times.map(({ allMs }) => allMs),
      3,
    ),
  };
}

/** Does the work once. */
export async function oneRound(work: Work, bridge: BridgeProcess): Promise<void> {
  let next = 0;
  const caller = async () => {
    while (next < work.requests) {
      next += 1;
      const { status } = await work.send(bridge, next);
      if (status >= 300) throw new Error(`${work.name} was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: work.atOnce }, caller));
}

/** Waits until the process rests: what it writes a moment later is written, and does not slow the next round. */
export async function settled(bridge: BridgeProcess): Promise<void> {
  await pause(quietMs);
  for (let before = -1, now = processorMs(bridge.pid); before !== now; now = processorMs(bridge.pid)) {
    before = now;
    await pause(60);
  }
}

/** The journal and the captures write within this time. */
const quietMs = 300;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function median(values: readonly number[], decimals = 1): number {
  return quantile(values, 0.5, decimals);
}

/** The value below which this part of the values lies. */
export function quantile(values: readonly number[], part: number, decimals = 1): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, part));
  const [low = 0, high = low] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return Number((low + (high - low) * (position % 1)).toFixed(decimals));
}

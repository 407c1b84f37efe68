import type { Sandbox } from '../sandbox/sandbox.ts';
import { type BridgeProcess, processorMs } from './bridge-process.ts';
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
  /** Median of the rounds, each compared with its neighbour, and the middle half of them. */
  readonly costPercent: number;
  readonly costSpread: readonly [number, number];
  /** Processor time a request. */
  readonly withoutCpuMs: number;
  readonly withCpuMs: number;
}

/** Both take turns, so that whatever else the machine does hits both alike. */
export async function compareThroughput(
  work: Work,
  pair: Pair,
  { sandbox, rounds }: { readonly sandbox: Sandbox; readonly rounds: number },
): Promise<Compared> {
  const speeds = { without: new Array<number>(), with: new Array<number>() };
  const cpu = { without: 0, with: 0 };
  for (const bridge of [pair.without, pair.with]) await oneRound(work, bridge);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const);
    for (const name of order) {
      const bridge = pair[name];
      const before = processorMs(bridge.pid);
      const startedAt = performance.now();
      await oneRound(work, bridge);
      speeds[name].push((work.requests / (performance.now() - startedAt)) * 1_000);
      await settled(bridge);
      cpu[name] += processorMs(bridge.pid) - before;
    }
    sandbox.clearLog();
  }
  const perRequest = (name: 'without' | 'with') => Math.round((cpu[name] / rounds / work.requests) * 100) / 100;
  // Of neighbouring rounds, so that what else the machine does weighs on both.
  const costs = speeds.with.map((speed, round) => (1 - speed / (speeds.without[round] ?? speed)) * 100);
  return {
    name: work.name,
    withoutPerSecond: Math.round(median(speeds.without)),
    withPerSecond: Math.round(median(speeds.with)),
    costPercent: quantile(costs, 0.5),
    costSpread: [quantile(costs, 0.25), quantile(costs, 0.75)],
    withoutCpuMs: perRequest('without'),
    withCpuMs: perRequest('with'),
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

/** Waits until the process rests: its files are written, and the next round is not slowed by them. */
export async function settled(bridge: BridgeProcess): Promise<void> {
  for (let before = -1, now = processorMs(bridge.pid); before !== now; now = processorMs(bridge.pid)) {
    before = now;
    await new Promise((resolve) => {
      setTimeout(resolve, 60);
    });
  }
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this part of the values lies, to one decimal. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const [low = 0, high = low] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return Math.round((low + (high - low) * (position % 1)) * 10) / 10;
}

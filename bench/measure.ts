import type { Sandbox } from '../sandbox/sandbox.ts';
import { formatTable } from './table.ts';
import { limits } from './world.ts';

export interface Measured {
  readonly what: string;
  readonly records: number;
  readonly burstCalls: number;
  readonly searches: number;
  /** The fewest calls that any client could make for this, at a hundred records a call. */
  readonly leastCalls: number;
  readonly seconds: number;
  /** Calls ÷ permitted rate, of the lane that takes longer. */
  readonly permittedSeconds: number;
  /** Permitted seconds ÷ seconds: the part of the permitted rate that was used, where the rate was what limited. */
  readonly rateUsed: number;
  readonly rateLimited: number;
}

/** Lets every window pass, so that no run starts with the debts of the one before. */
export function rest(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 10_500);
  });
}

/** Does the work after a rest, and counts what it cost the CRM. */
export async function measure(
  sandbox: Sandbox,
  facts: { what: string; records: number; leastCalls: number },
  work: () => Promise<void>,
): Promise<Measured> {
  await rest();
  const before = sandbox.counters;
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const after = sandbox.counters;
  const searches = (after.byKind.search ?? 0) - (before.byKind.search ?? 0);
  const burstCalls = after.calls - before.calls - searches;
  const permittedSeconds = Math.max((burstCalls / limits.burst) * 10, searches / limits.search);
  return {
    ...facts,
    burstCalls,
    searches,
    seconds,
    permittedSeconds,
    rateUsed: permittedSeconds / seconds,
    rateLimited: after.rateLimited - before.rateLimited,
  };
}

/** The rows as a table. */
export function formatRows(rows: readonly Measured[]): string {
  const head = ['', 'records', 'calls', 'searches', 'least calls', 'seconds', 'calls ÷ rate, s', 'rate used', '429s'];
  return formatTable([
    head,
    ...rows.map((row) => [
      row.what,
      row.records,
      row.burstCalls,
      row.searches,
      row.leastCalls,
      Number(row.seconds.toFixed(1)),
      Number(row.permittedSeconds.toFixed(1)),
      // A short run is over before the rate limits it.
      row.permittedSeconds < 8 ? '–' : `${(row.rateUsed * 100).toFixed(1)} %`,
      row.rateLimited,
    ]),
  ]);
}

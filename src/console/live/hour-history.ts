import type { DecidedRequest } from '../../bridge/decisions.ts';
import type { LaneState } from '../../crm/pacing/lane.ts';

const stepMs = 10_000;
const steps = 360;

/** What was counted in ten seconds. */
export interface Step {
  requests: number;
  /** Answered with 4xx or 5xx, or not at all. */
  failedRequests: number;
  /** Records by outcome. */
  readonly outcomes: Record<string, number>;
  /** Records of which a field was held back. */
  heldBack: number;
  /** By lane: the most that was used and waiting at any of its looks. */
  readonly lanes: Record<string, { used: number; waiting: number; pausedMs: number }>;
}

/** The counts of all steps together. */
export type HourTotals = Omit<Step, 'lanes'>;

/** The last hour in steps of ten seconds. */
export interface HourHistory {
  add(request: DecidedRequest): void;
  /** Notes what the lanes do now. */
  look(lanes: Readonly<Record<string, LaneState>>): void;
  /** 360 steps, oldest first; the last one is not over yet. */
  read(): readonly Step[];
  /** Must be cheap: screens ask every second. */
  totals(): HourTotals;
}

/** @param now milliseconds. */
export function createHourHistory(now: () => number): HourHistory {
  const kept = new Map<number, Step>();
  /** Of all steps before this one: they do not change any more. */
  let before: { readonly step: number; readonly totals: HourTotals } | undefined;
  const current = (): Step => {
    const number = Math.floor(now() / stepMs);
    const known = kept.get(number);
    if (known !== undefined) return known;
    const step = emptyStep();
    kept.set(number, step);
    for (const old of kept.keys()) if (old <= number - steps) kept.delete(old);
    return step;
  };
  const read = () => {
    const last = Math.floor(now() / stepMs);
    return Array.from({ length: steps }, (_, index) => kept.get(last - steps + 1 + index) ?? emptyStep());
  };
  return {
    add({ status, records }) {
      const step = current();
      step.requests += 1;
      if (status >= 400) step.failedRequests += 1;
      for (const { outcome, heldBack } of records) {
        step.outcomes[outcome] = (step.outcomes[outcome] ?? 0) + 1;
        if (heldBack.length > 0) step.heldBack += 1;
      }
    },
    look(lanes) {
      const step = current();
      for (const [name, { used, waiting, pausedMs }] of Object.entries(lanes)) {
        const most = step.lanes[name] ?? { used: 0, waiting: 0, pausedMs: 0 };
        step.lanes[name] = {
          used: Math.max(most.used, used),
          waiting: Math.max(most.waiting, waiting),
          pausedMs: Math.max(most.pausedMs, pausedMs),
        };
      }
    },
    read,
    totals() {
      const step = Math.floor(now() / stepMs);
      if (before?.step !== step) before = { step, totals: sumOf(read().slice(0, -1)) };
      return sumOf([before.totals, kept.get(step) ?? emptyStep()]);
    },
  };
}

function sumOf(counted: readonly HourTotals[]): HourTotals {
  const sum = emptyStep();
  for (const { requests, failedRequests, outcomes, heldBack } of counted) {
    sum.requests += requests;
    sum.failedRequests += failedRequests;
    sum.heldBack += heldBack;
    for (const outcome in outcomes) sum.outcomes[outcome] = (sum.outcomes[outcome] ?? 0) + (outcomes[outcome] ?? 0);
  }
  return sum;
}

function emptyStep(): Step {
  return { requests: 0, failedRequests: 0, outcomes: {}, heldBack: 0, lanes: {} };
}

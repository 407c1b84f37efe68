/**
 * Paces the calls to the CRM. A call starts when its lane has a free slot, urgent calls first and bulk requests in turns, and runs
 * again after a failure that another attempt may fix. Nothing else in the bridge waits for the CRM's limits.
 *
 * No more calls are counted in a window than the CRM allows (slot-window.ts), so the bridge causes no 429 by itself.
 */
import { DeadlineError } from '../../errors.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { CallContext } from '../crm.ts';
import { Lane, type LaneDeps, type LaneState } from './lane.ts';
import { type LaneName, type LaneSettings, lanesFor } from './lanes.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { PacedCall } from './paced-call.ts';
import { SlowAnswers } from './retry.ts';

export interface Pacer {
  /**
   * Runs the call when its lane permits, and again if its failure and its policy permit.
   * Throws the last failure's error, or DeadlineError if the context's deadline passed before the call could start.
   */
  run<T>(call: PacedCall<T>, context: CallContext): Promise<T>;
  /** Waits `ms` milliseconds for the CRM to finish its work. Throws DeadlineError if the deadline comes first. */
  pause(ms: number, context: CallContext): Promise<void>;
  state(): Readonly<Record<LaneName, LaneState>>;
  /** What is wrong with the calls of this request, those that ended last included; undefined: nothing, or unknown. */
  troubleOf(requestId: string): string | undefined;
  /** Leaves the budget to other replicas. */
  close(): Promise<void>;
}

export interface PacerDeps {
  readonly log?: { warn(fields: object, message: string): void };
  readonly clock?: Clock;
  readonly random?: () => number;
  /** By default the process is alone with its budget. */
  readonly createBudget?: LaneDeps['createBudget'];
}

export function createPacer(settings: LaneSettings, deps: PacerDeps = {}): Pacer {
  const clock = deps.clock ?? systemClock;
  const random = deps.random ?? Math.random;
  const createBudget = deps.createBudget ?? ((_name, limits) => new MemoryBudget(limits, random));
  const troubleOfRequest = (requestId: string) =>
    Object.values(lanes).flatMap((lane) => lane.troubleOf(requestId) ?? [])[0];
  const common = { clock, random, log: deps.log, createBudget, troubleOfRequest, slowAnswers: new SlowAnswers() };
  const limits = lanesFor(settings);
  const lanes: Record<LaneName, Lane> = {
    burst: new Lane('burst', limits.burst, common),
    search: new Lane('search', limits.search, common),
    associations: new Lane('associations', limits.associations, common),
  };
  return {
    run: (call, context) => lanes[call.lane].run(call, context),
    troubleOf: troubleOfRequest,
    pause: async (ms, context) => {
      if (context.deadline.remainingMs() <= ms) {
        throw new DeadlineError('The request timed out while waiting for the CRM');
      }
      await new Promise<void>((resolve) => {
        clock.setTimer(resolve, ms);
      });
    },
    state: () => ({
      burst: lanes.burst.state(),
      search: lanes.search.state(),
      associations: lanes.associations.state(),
    }),
    close: async () => {
      await Promise.all(Object.values(lanes).map((lane) => lane.close()));
    },
  };
}

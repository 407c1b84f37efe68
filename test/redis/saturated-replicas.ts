import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/crm/clock.ts';
import { deadlineIn } from '../../src/crm/deadline.ts';
import { Lane } from '../../src/crm/pacing/lane.ts';
import type { LaneAnswer, LaneStore } from '../../src/crm/pacing/lane-store.ts';
import type { LaneLimits } from '../../src/crm/pacing/lanes.ts';
import type { Attempt } from '../../src/crm/pacing/paced-call.ts';
import { SharedBudget } from '../../src/crm/pacing/shared-budget.ts';
import { CrmUnavailableError } from '../../src/errors.ts';
import { laneScript } from '../../src/replicas/lane-script.ts';
import { connectRedis, defineScript, type RedisConnection } from '../../src/replicas/redis-connection.ts';
import { logSink } from '../support/log-sink.ts';

/** A fifth of HubSpot's window, so that a drill takes a fifth of the time. */
export const burst: LaneLimits = {
  limit: 20,
  windowMs: 2_000,
  concurrency: 10,
  countedWithinMs: Number.POSITIVE_INFINITY,
  bulkBurst: 2,
  backgroundShare: 0.3,
  minimumPauseMs: 400,
};
/** HubSpot's own window. */
export const fullBurst: LaneLimits = { ...burst, limit: 100, windowMs: 10_000, concurrency: 20, bulkBurst: 10 };
export const search: LaneLimits = { ...burst, limit: 5, windowMs: 1_000, bulkBurst: 5 };

/** This key is added to the clock of Redis, so that a test can make it jump. */
export const clockOffsetKey = 'eb:test:clock-offset';
const script = defineScript(
  laneScript.replace(
    "local t = redis.call('TIME')",
    `local t = redis.call('TIME')\nt[1] = t[1] + (tonumber(redis.call('GET', '${clockOffsetKey}') or '0'))`,
  ),
);
const callTimeoutMs = 2_000;

/** A CRM with a rolling window; a call is counted at a random moment between arrival and response. */
export class CountingCrm {
  readonly #limits: LaneLimits;
  #hits: number[] = [];
  answered = 0;
  refused = 0;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  async call(): Promise<Attempt<undefined>> {
    const latencyMs = 80 + Math.random() * 170;
    const countedMs = latencyMs * Math.random();
    await sleep(countedMs);
    const now = performance.now();
    this.#hits = this.#hits.filter((hit) => hit > now - this.#limits.windowMs);
    const isRefused = this.#hits.length >= this.#limits.limit;
    if (!isRefused) this.#hits.push(now);
    await sleep(latencyMs - countedMs);
    if (!isRefused) {
      this.answered += 1;
      return { ok: true, value: undefined };
    }
    this.refused += 1;
    return { ok: false, failure: { kind: 'limited', error: new CrmUnavailableError('limit') } };
  }
}

export interface SaturatedReplica {
  readonly redis: RedisConnection;
  readonly lane: Lane;
  readonly log: ReturnType<typeof logSink>;
  /** Calls that were answered, and those that failed. */
  readonly counts: { done: number; failed: number };
  /** Ends it without leaving the lane. */
  kill(): void;
  /** Stops calling, waits for the calls in flight, and leaves the lane. */
  stop(): Promise<void>;
}

/** A replica that always has bulk calls waiting, and an urgent one every second. */
export function startReplica(
  crm: CountingCrm,
  { name, port, limits, replicas }: { name: string; port: number; limits: LaneLimits; replicas: number },
): SaturatedReplica {
  const log = logSink();
  const redis = connectRedis({ url: `redis://127.0.0.1:${port}`, name }, { log: log.log });
  const keys = ['slots', 'state', 'wants'].map((part) => `eb:{burst:test}:${part}`);
  const store: LaneStore = {
    async ask(query) {
      const reply = await redis.run(script, keys, [JSON.stringify(query)]);
      return 'lostBy' in reply ? { status: 'lost', by: reply.lostBy } : (JSON.parse(reply.value) as LaneAnswer);
    },
  };
  const lane = new Lane('burst', limits, {
    clock: systemClock,
    random: Math.random,
    log: undefined,
    createBudget: (_name, _limits, onChange) =>
      new SharedBudget(
        { name, limits, callTimeoutMs, replicas },
        { store, clock: systemClock, random: Math.random, onChange },
      ),
  });
  const counts = { done: 0, failed: 0 };
  let isRunning = true;
  let isDead = false;
  const attempt = (): Promise<Attempt<undefined>> => (isDead ? new Promise(() => undefined) : crm.call());
  const call = async (urgency: 'urgent' | 'bulk') => {
    const context = { requestId: name, urgency, deadline: deadlineIn(55_000) };
    try {
      await lane.run({ lane: 'burst', repeat: 'always', attempt }, context);
      counts.done += 1;
    } catch {
      if (isRunning) counts.failed += 1;
    }
  };
  const caller = async () => {
    while (isRunning) await call('bulk');
  };
  const bulk = Promise.all(Array.from({ length: limits.concurrency + 5 }, caller));
  const timer = setInterval(() => void call('urgent'), 1_000);
  const kill = () => {
    isRunning = false;
    isDead = true;
    clearInterval(timer);
    void redis.close();
  };
  return {
    redis,
    lane,
    log,
    counts,
    kill,
    async stop() {
      if (isDead) return;
      isRunning = false;
      clearInterval(timer);
      await bulk;
      await lane.close();
      await redis.close();
    },
  };
}

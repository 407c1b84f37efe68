import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LaneAnswer, LaneStore } from '../../src/crm/pacing/lane-store.ts';
import type { LaneName } from '../../src/crm/pacing/lanes.ts';
import type { Attempt } from '../../src/crm/pacing/paced-call.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { SharedBudget } from '../../src/crm/pacing/shared-budget.ts';
import { laneScript } from '../../src/replicas/lane-script.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

/**
 * What a replica meets when it asks: `up`; `cut`: nothing comes through; `deaf`: the question comes through and the answer does not;
 * `frozen`: the question is answered when the store thaws, too late; `refused`: there is no store.
 */
type Path = 'up' | 'cut' | 'deaf' | 'frozen' | 'refused';

/** The script reads the test's clock instead of Redis' own. */
const script = laneScript.replace(
  "redis.call('TIME')",
  '{ 1e9 + math.floor(ARGV[2] / 1000), (ARGV[2] % 1000) * 1000 }',
);
const replyTimeoutMs = 250;

let server: TestRedis;
let redis: Redis;
let sha: string;
let worlds = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  sha = String(await redis.script('LOAD', script));
});

afterAll(async () => {
  redis.disconnect();
  await server.close();
});

interface WorldOptions {
  readonly lane: LaneName;
  readonly limit: number;
  /** What each replica does: `bulk` calls without end, beside an urgent one a second; or urgent ones alone. */
  readonly loads: readonly ('bulk' | 'urgent')[];
  /** Of the call with this number. */
  readonly latencyMs: (call: number) => number;
}

/** Replicas in virtual time, and a log of their calls in true time. */
function openWorld({ lane, limit, loads, latencyMs }: WorldOptions) {
  worlds += 1;
  const world = worlds;
  const pending = new Set<Promise<unknown>>();
  const clock = new FakeClock(async () => {
    do {
      await Promise.all(pending);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    } while (pending.size > 0);
  });
  const keysOf = (name: string) => ['slots', 'state', 'wants'].map((part) => `${world}:${name}:${part}`);
  const paths = loads.map((): Path => 'up');
  const delayed: (() => Promise<unknown>)[] = [];
  /** Each lane of a replica notices for itself. */
  const replaced = new Set<string>();
  const calls: { readonly replica: number; readonly start: number; end: number }[] = [];
  let isOver = false;

  const storeOf = (replica: number, name: LaneName): LaneStore => ({
    async ask(query): Promise<LaneAnswer> {
      const path = paths[replica];
      if (path === 'up' && replaced.delete(`${replica}:${name}`)) return { status: 'lost', by: 'silence' };
      const evaluate = async () => {
        const reply = redis.evalsha(sha, 3, ...keysOf(name), JSON.stringify(query), Math.floor(clock.now()));
        pending.add(reply);
        const text = await reply;
        pending.delete(reply);
        return JSON.parse(String(text)) as LaneAnswer;
      };
      if (path === 'up') return await evaluate();
      if (path === 'refused') return { status: 'lost', by: 'refusal' };
      if (path === 'deaf') await evaluate();
      if (path === 'frozen') delayed.push(evaluate);
      await clock.sleep(replyTimeoutMs);
      return { status: 'lost', by: 'silence' };
    },
  });

  const pacers = loads.map((_load, replica) =>
    createPacer(
      { burstPerTenSeconds: limit, searchPerSecond: limit },
      {
        clock,
        random: () => 0.5,
        createBudget: (name, limits, onChange) =>
          new SharedBudget(
            { name: `replica-${replica}`, limits, callTimeoutMs: 10_000, replicas: loads.length },
            { store: storeOf(replica, name), clock, random: () => 0.5, onChange },
          ),
      },
    ),
  );

  async function call(replica: number, urgency: 'urgent' | 'bulk'): Promise<void> {
    const attempt = async (): Promise<Attempt<undefined>> => {
      const logged = { replica, start: clock.now(), end: Number.POSITIVE_INFINITY };
      calls.push(logged);
      await clock.sleep(latencyMs(calls.length));
      logged.end = clock.now();
      return { ok: true, value: undefined };
    };
    const context = { requestId: `r${replica}`, urgency, deadline: clock.deadlineIn(1e9) };
    await pacers[replica]?.run({ lane, repeat: 'always', attempt }, context);
  }

  loads.forEach((load, replica) => {
    const caller = async () => {
      while (!isOver) await call(replica, 'bulk');
    };
    const tick = () => {
      if (isOver) return;
      void call(replica, 'urgent');
      clock.setTimer(tick, 1_000);
    };
    tick();
    if (load === 'bulk') for (let index = 0; index < 12; index += 1) void caller();
  });

  return {
    clock,
    calls,
    /** @param which replicas; all by default. */
    set(path: Path, which = [...loads.keys()]) {
      for (const replica of which) paths[replica] = path;
    },
    /** Every replica notices that its connection is another one when it asks next. */
    replaceConnections() {
      for (const replica of loads.keys()) replaced.add(`${replica}:${lane}`);
    },
    async thaw() {
      for (const evaluate of delayed.splice(0)) await evaluate();
    },
    async lose() {
      await redis.del(...keysOf(lane));
    },
    /** @returns a function that makes the store's lane what it is now. */
    async copy() {
      const keys = keysOf(lane);
      const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
      return async () => {
        await redis.del(...keys);
        for (const [index, key] of keys.entries()) {
          const value = values[index];
          if (value) await redis.restore(key, 0, value);
        }
      };
    },
    async close() {
      isOver = true;
      await clock.advance(0);
      await Promise.all(pacers.map((pacer) => pacer.close()));
    },
  };
}

type World = ReturnType<typeof openWorld>;

/** The largest number of calls that the CRM can have counted in one window, whatever moment of each call it counts. */
function mostCountable(calls: World['calls'], windowMs: number): number {
  const counts = calls.map(
    ({ start: last }) => calls.filter(({ start, end }) => start <= last && end > last - windowMs).length,
  );
  return Math.max(0, ...counts);
}

type Fault = (world: World, ms: number) => Promise<void>;

const onPath =
  (path: Path, which?: number[]): Fault =>
  async (world, ms) => {
    world.set(path, which);
    await world.clock.advance(ms);
    await world.thaw();
    world.set('up', which);
  };

/** The new store lacks what was written in a part of the last second. */
const failover =
  (path: Path): Fault =>
  async (world, ms) => {
    const restore = await world.copy();
    await world.clock.advance(ms % 1_000);
    world.set(path);
    world.replaceConnections();
    await restore();
    await world.clock.advance(ms / 8);
    world.set('up');
  };

const faults: Readonly<Record<string, Fault>> = {
  'the store fails over to one without its last writes': failover('refused'),
  'the connections to the store close, and it is one without its last writes': failover('cut'),
  'a replica is cut off': onPath('cut', [0]),
  'two replicas are cut off': onPath('cut', [0, 1]),
  'the answers to a replica come too late': onPath('deaf', [0]),
  'the store is frozen': onPath('frozen'),
  'the store is refused to all': onPath('refused'),
  'the store is gone and comes back empty': async (world, ms) => {
    world.set('refused');
    await world.lose();
    await world.clock.advance(ms);
    world.set('up');
  },
  'the store is frozen and then gone': async (world, ms) => {
    world.set('frozen');
    await world.clock.advance(ms / 2);
    await onPath('refused')(world, ms / 2);
  },
  'a replica is cut off and then the store is gone': async (world, ms) => {
    world.set('cut', [0]);
    await world.clock.advance(ms / 2);
    await onPath('refused')(world, ms / 2);
  },
  'a replica is cut off again and again': async (world, ms) => {
    for (let count = 0; count < 6; count += 1) {
      await onPath('cut', [0])(world, ms / 12);
      await world.clock.advance(ms / 12);
    }
  },
};

interface Scenario extends Omit<WorldOptions, 'latencyMs'> {
  readonly beforeMs: number;
  readonly faultMs: number;
  readonly latencies: readonly number[];
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  lane: fc.constantFrom('burst', 'search'),
  limit: fc.integer({ min: 4, max: 40 }),
  loads: fc.array(fc.constantFrom('bulk', 'urgent'), { minLength: 2, maxLength: 4 }),
  beforeMs: fc.integer({ min: 8_000, max: 14_000 }),
  faultMs: fc.integer({ min: 300, max: 24_000 }),
  latencies: fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 3, maxLength: 11 }),
});

const two = { lane: 'burst', loads: ['bulk', 'bulk'] } as const;
const short: Scenario = { ...two, limit: 4, beforeMs: 10_116, faultMs: 825, latencies: [20, 131, 20, 41] };
const soon: Scenario = { ...two, limit: 4, beforeMs: 9_725, faultMs: 305, latencies: [20, 20, 20] };
const halves: Scenario = { ...two, limit: 6, beforeMs: 8_003, faultMs: 5_494, latencies: [20, 20, 450] };

test.concurrent.each(Object.entries(faults))(
  'while %s, no window has more calls than the limit',
  async (_name, fault) => {
    const property = fc.asyncProperty(scenarios, async ({ latencies, beforeMs, faultMs, ...options }) => {
      const world = openWorld({ ...options, latencyMs: (call) => latencies[call % latencies.length] ?? 100 });
      try {
        await world.clock.advance(beforeMs);
        await fault(world, faultMs);
        await world.clock.advance(14_000);
        const windowMs = options.lane === 'burst' ? 10_000 : 1_000;
        expect(mostCountable(world.calls, windowMs)).toBeLessThanOrEqual(options.limit);
      } finally {
        await world.close();
      }
    });
    await fc.assert(property, { numRuns: 5, examples: [[short], [halves], [soon]] });
  },
);

test('a saturated replica that is cut off continues within four seconds, and the others use the rest', async () => {
  const loads = ['bulk', 'bulk', 'bulk', 'bulk'] as const;
  const world = openWorld({ lane: 'burst', limit: 100, loads, latencyMs: (call) => 80 + ((call * 7_919) % 171) });
  const startsIn = (replica: number | undefined, from: number, to: number) =>
    world.calls.filter(
      (each) => each.start >= from && each.start < to && (replica === undefined || each.replica === replica),
    ).length;

  await world.clock.advance(20_000);
  world.set('cut', [0]);
  await world.clock.advance(20_000);
  world.set('up', [0]);
  await world.clock.advance(15_000);
  await world.close();

  expect(mostCountable(world.calls, 10_000)).toBeLessThanOrEqual(100);
  expect(startsIn(0, 20_300, 24_300)).toBeGreaterThan(0);
  expect(startsIn(0, 24_300, 40_000)).toBeGreaterThan(20);
  expect(startsIn(undefined, 20_000, 40_000)).toBeGreaterThan(170);
});

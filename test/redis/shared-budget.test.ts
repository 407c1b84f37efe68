import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import type { LaneAnswer } from '../../src/crm/pacing/lane-store.ts';
import type { LaneName } from '../../src/crm/pacing/lanes.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { SharedBudget } from '../../src/crm/pacing/shared-budget.ts';
import { laneScript } from '../../src/replicas/lane-script.ts';
import { budgetConformance } from '../crm/budget-conformance.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startRedis, type TestRedis } from '../support/start-redis.ts';

/** The script reads the test's clock instead of Redis' own. */
const script = laneScript.replace(
  "redis.call('TIME')",
  '{ 1e9 + math.floor(ARGV[2] / 1000), (ARGV[2] % 1000) * 1000 }',
);

let server: TestRedis;
let redis: Redis;
let sha: string;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  sha = String(await redis.script('LOAD', script));
});

afterAll(async () => {
  redis.disconnect();
  await server.close();
});

const replicas = 3;
let worlds = 0;

budgetConformance({
  replicas,
  numRuns: 6,
  maxCalls: 24,
  minLimit: 6,
  open: async (settings) => {
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
    const storeOf = (lane: LaneName) => ({
      async ask(query: object): Promise<LaneAnswer> {
        const keys = ['slots', 'state', 'wants'].map((part) => `${world}:${lane}:${part}`);
        const reply = redis.evalsha(sha, 3, ...keys, JSON.stringify(query), Math.floor(clock.now()));
        pending.add(reply);
        const text = await reply;
        pending.delete(reply);
        return JSON.parse(String(text)) as LaneAnswer;
      },
    });
    const pacers = Array.from({ length: replicas }, (_, replica) =>
      createPacer(settings, {
        clock,
        random: () => 0.5,
        createBudget: (lane, limits, onChange) =>
          new SharedBudget(
            { name: `replica-${replica}`, limits, callTimeoutMs: 10_000, replicas },
            { store: storeOf(lane), clock, random: () => 0.5, onChange },
          ),
      }),
    );
    return {
      clock,
      pacers,
      async close() {
        await Promise.all(pacers.map((pacer) => pacer.close()));
      },
    };
  },
});

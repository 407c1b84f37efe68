import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meanInWindows } from '../../bench/mean-in-windows.ts';
import type { LaneName, LaneSettings } from '../../src/crm/pacing/lanes.ts';
import type { Attempt } from '../../src/crm/pacing/paced-call.ts';
import type { Pacer } from '../../src/crm/pacing/pacer.ts';
import { CrmUnavailableError } from '../../src/errors.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { mostInWindow } from '../support/most-in-window.ts';

/** Replicas that share one budget, each with its own pacer, on one clock. */
export interface Replicas {
  readonly clock: FakeClock;
  readonly pacers: readonly Pacer[];
  close(): Promise<void>;
}

export interface BudgetUnderTest {
  readonly replicas: number;
  /** How often a property is tried. */
  readonly numRuns: number;
  /** How many calls a property makes at most. */
  readonly maxCalls: number;
  /** The smallest limit that is tried. */
  readonly minLimit: number;
  open(settings: LaneSettings): Promise<Replicas>;
}

/** What the CRM sees of the replicas' calls, in true time. */
interface Log {
  readonly starts: Start[];
  readonly counted: number[];
}

interface Start {
  readonly askedAt: number;
  readonly at: number;
  readonly replica: number;
  readonly isUrgent: boolean;
  readonly isBackground: boolean;
  readonly countedAt: number;
}

interface Call {
  readonly replica?: number;
  readonly lane?: LaneName;
  readonly isUrgent?: boolean;
  readonly isBackground?: boolean;
  readonly latencyMs?: number;
  /** Where between start (0) and response (1) the CRM counts the call. */
  readonly countedAt?: number;
  readonly answer?: Attempt<unknown>;
}

const limits = { burstPerTenSeconds: 100, searchPerSecond: 5 };

/** Latencies from 80 to 250 ms, the same in every run. */
function ordinaryLatency(index: number): number {
  return 80 + ((index * 7_919) % 171);
}

/** Tests that every implementation of {@link Budget} must pass. The oracle is the log of what the CRM counted. */
export function budgetConformance(subject: BudgetUnderTest): void {
  async function inWorld<T>(settings: Partial<LaneSettings>, work: (world: Replicas, log: Log) => Promise<T>) {
    const world = await subject.open({ ...limits, ...settings });
    try {
      return await work(world, { starts: [], counted: [] });
    } finally {
      await world.close();
    }
  }

  async function send({ clock, pacers }: Replicas, log: Log, call: Call): Promise<void> {
    const { replica = 0, lane = 'burst', latencyMs = 100 } = call;
    const { isUrgent = false, isBackground = false } = call;
    const askedAt = clock.now();
    let isFirst = true;
    const attempt = async (): Promise<Attempt<unknown>> => {
      const at = clock.now();
      const countedAt = at + (call.countedAt ?? 0) * latencyMs;
      log.starts.push({ askedAt, at, replica, isUrgent, isBackground, countedAt });
      log.counted.push(countedAt);
      await clock.sleep(latencyMs);
      const answer = isFirst ? call.answer : undefined;
      isFirst = false;
      return answer ?? { ok: true, value: undefined };
    };
    const urgency = isUrgent ? 'urgent' : isBackground ? 'background' : 'bulk';
    const context = { requestId: `r${replica}`, urgency, deadline: clock.deadlineIn(1e9) } as const;
    await pacers[replica % pacers.length]?.run({ lane, repeat: 'always', attempt }, context);
  }

  const arrivals = fc.array(
    fc.record({
      replica: fc.nat({ max: subject.replicas - 1 }),
      isUrgent: fc.boolean(),
      isBackground: fc.boolean(),
      waitMs: fc.oneof(fc.constant(0), fc.nat({ max: 1_500 })),
      latencyMs: fc.nat({ max: 3_000 }),
      countedAt: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: subject.maxCalls },
  );

  test.each(['burst', 'search'] as const)('never has more %s calls counted in a window than allowed', async (lane) => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: subject.minLimit, max: 12 }), async (calls, limit) => {
        const settings = { burstPerTenSeconds: limit, searchPerSecond: limit };
        await inWorld(settings, async (world, log) => {
          const work: Promise<void>[] = [];
          for (const { waitMs, ...call } of calls) {
            if (waitMs > 0) await world.clock.advance(waitMs);
            work.push(send(world, log, { ...call, lane }));
          }
          await world.clock.runUntil(Promise.all(work));
          expect(log.counted).toHaveLength(calls.length);
          expect(mostInWindow(log.counted, lane === 'burst' ? 10_000 : 1_000)).toBeLessThanOrEqual(limit);
        });
      }),
      { numRuns: subject.numRuns },
    );
  });

  test.each(['burst', 'search'] as const)(
    'starts no background %s call while another one waits, and none beyond their share',
    async (lane) => {
      await fc.assert(
        fc.asyncProperty(arrivals, fc.integer({ min: subject.minLimit, max: 12 }), async (calls, limit) => {
          const settings = { burstPerTenSeconds: limit, searchPerSecond: limit, backgroundShare: 0.3 };
          await inWorld(settings, async (world, log) => {
            const work: Promise<void>[] = [];
            for (const { waitMs, ...call } of calls) {
              if (waitMs > 0) await world.clock.advance(waitMs);
              work.push(send(world, log, { ...call, lane }));
            }
            await world.clock.runUntil(Promise.all(work));
            const background = log.starts.filter((start) => isInBackground(start));
            const others = log.starts.filter((start) => !isInBackground(start));
            const overtaken = background.filter(({ at }) =>
              others.some((other) => other.askedAt < at && at < other.at),
            );
            expect(log.starts).toHaveLength(calls.length);
            expect(overtaken).toEqual([]);
            const counted = background.map(({ countedAt }) => countedAt);
            const share = Math.max(1, Math.floor(0.3 * limit));
            expect(mostInWindow(counted, lane === 'burst' ? 10_000 : 1_000)).toBeLessThanOrEqual(share);
          });
        }),
        { numRuns: subject.numRuns },
      );
    },
  );

  test('lets background calls use their share of an idle lane, and others start at once all the same', async () => {
    await inWorld({}, async (world, log) => {
      for (let index = 0; index < 200; index += 1) {
        void send(world, log, {
          replica: index % subject.replicas,
          isBackground: true,
          latencyMs: ordinaryLatency(index),
        });
      }
      await world.clock.advance(40_000);
      const used = log.starts.filter(({ at }) => at >= 10_000).length;
      for (let index = 0; index < 9; index += 1) void send(world, log, { replica: index % subject.replicas });
      void send(world, log, { isUrgent: true });
      await world.clock.advance(50);

      const others = log.starts.filter((start) => !isInBackground(start));
      expect(used).toBeGreaterThan(0.93 * 90);
      expect(used).toBeLessThanOrEqual(90);
      expect(others).toHaveLength(10);
    });
  });

  test('leaves two slots in a hundred free of bulk calls', async () => {
    await inWorld({}, async (world, log) => {
      for (let index = 0; index < 400; index += 1) void send(world, log, { replica: index % subject.replicas });
      await world.clock.advance(12_345);
      const bulk = log.starts.length;

      for (let replica = 0; replica < 2; replica += 1) void send(world, log, { replica, isUrgent: true });
      await world.clock.advance(10);

      expect(bulk).toBeGreaterThan(100);
      expect(log.starts.filter(({ isUrgent }) => isUrgent)).toHaveLength(2);
      expect(mostInWindow(log.counted, 10_000)).toBeLessThanOrEqual(100);
    });
  });

  test('lets an urgent call wait less than 0.3 s while bulk calls saturate the lane, and uses 95 % of it', async () => {
    await inWorld({}, async (world, log) => {
      for (let index = 0; index < 700; index += 1) {
        void send(world, log, { replica: index % subject.replicas, latencyMs: ordinaryLatency(index) });
      }
      const waits: number[] = [];
      for (let second = 0; second < 40; second += 1) {
        const askedAt = world.clock.now();
        void send(world, log, { replica: second % subject.replicas, isUrgent: true, latencyMs: 0 }).then(() => {
          waits.push(world.clock.now() - askedAt);
        });
        await world.clock.advance(1_000);
      }

      const used = log.starts.filter(({ at }) => at >= 10_000 && at < 40_000).length;
      expect(Math.max(...waits)).toBeLessThan(300);
      expect(waits).toHaveLength(40);
      expect(used).toBeGreaterThan(0.95 * 300);
      expect(mostInWindow(log.counted, 10_000)).toBeLessThanOrEqual(100);
    });
  });

  test('uses 97 % of a saturated lane beside four urgent calls a second, and 99 of 100 of them wait less than 0.3 s', async () => {
    await inWorld({}, async (world, log) => {
      for (let index = 0; index < 500; index += 1) {
        void send(world, log, { replica: index % subject.replicas, latencyMs: ordinaryLatency(index) });
      }
      const pausesMs = [70, 110, 180, 640];
      for (let call = 0; call < 240; call += 1) {
        void send(world, log, { replica: call % subject.replicas, isUrgent: true, latencyMs: ordinaryLatency(call) });
        await world.clock.advance(pausesMs[call % 4] ?? 0);
      }

      // The first window starts empty.
      const urgent = log.starts.filter(({ isUrgent, askedAt }) => isUrgent && askedAt >= 10_000);
      const waits = urgent.map(({ askedAt, at }) => at - askedAt).sort((a, b) => a - b);
      const used = meanInWindows(log.counted, { from: 10_000, to: 60_000 }, 10_000);
      expect(waits).toHaveLength(200);
      expect(waits.at(-3)).toBeLessThan(300);
      expect(used).toBeGreaterThan(97);
      expect(mostInWindow(log.counted, 10_000)).toBeLessThanOrEqual(100);
    });
  });

  test('starts no call on any replica during a pause that the CRM asked for', async () => {
    await inWorld({}, async (world, log) => {
      const error = new CrmUnavailableError('limit');
      const failure = { kind: 'limited', error, retryAfterMs: 7_000 } as const;
      const refused = send(world, log, { isUrgent: true, answer: { ok: false, failure } });
      await world.clock.advance(400);
      const others = Array.from({ length: 8 }, (_, index) => send(world, log, { replica: index % subject.replicas }));

      await world.clock.runUntil(Promise.all([refused, ...others]));

      const later = log.starts.slice(1);
      expect(later).toHaveLength(9);
      expect(Math.min(...later.map(({ at }) => at))).toBeGreaterThanOrEqual(7_100);
      expect(Math.max(...later.map(({ at }) => at))).toBeLessThan(9_000);
    });
  });
}

function isInBackground({ isUrgent, isBackground }: Start): boolean {
  return isBackground && !isUrgent;
}

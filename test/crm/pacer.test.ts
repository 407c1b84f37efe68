import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LaneName, LaneSettings } from '../../src/crm/pacing/lanes.ts';
import type { Attempt } from '../../src/crm/pacing/paced-call.ts';
import { mostInWindow } from '../support/most-in-window.ts';
import { call, failed, setUp } from './paced-calls.ts';

const latencies = fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.double({ min: 0, max: 1, noNaN: true })), {
  minLength: 1,
  maxLength: 40,
});

test('never has more calls counted in a window than the lane allows, wherever between start and response they are counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      latencies,
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 90 }),
      async (shapes, limit, calls) => {
        const { clock, pacer, traffic } = setUp({ burstPerTenSeconds: limit });
        const work = Array.from({ length: calls }, (_, index) => {
          const [latencyMs, countedAt] = shapes[index % shapes.length] ?? [0, 0];
          const urgency = index % 3 === 0 ? 'urgent' : 'bulk';
          return call(clock, pacer, traffic, { latencyMs, countedAt, urgency, requestId: `r${index % 4}` });
        });
        await clock.runUntil(Promise.all(work));
        expect(traffic.counted).toHaveLength(calls);
        expect(mostInWindow(traffic.counted, 10_000)).toBeLessThanOrEqual(limit);
      },
    ),
    { numRuns: 60 },
  );
});

test('keeps the search window too', async () => {
  await fc.assert(
    fc.asyncProperty(latencies, fc.integer({ min: 1, max: 60 }), async (shapes, calls) => {
      const { clock, pacer, traffic } = setUp();
      const work = Array.from({ length: calls }, (_, index) => {
        const [latencyMs, countedAt] = shapes[index % shapes.length] ?? [0, 0];
        return call(clock, pacer, traffic, { lane: 'search', latencyMs, countedAt, requestId: `r${index % 3}` });
      });
      await clock.runUntil(Promise.all(work));
      expect(traffic.counted).toHaveLength(calls);
      expect(mostInWindow(traffic.counted, 1_000)).toBeLessThanOrEqual(5);
    }),
    { numRuns: 60 },
  );
});

/** Latencies from 80 to 250 ms, the same in every run. */
function ordinaryLatency(index: number): number {
  return 80 + ((index * 7_919) % 171);
}

/** Starts per second, without the first and the last hundred. */
async function rateAtSaturation(
  lane: LaneName,
  calls: number,
  latencyOf: (index: number) => number,
  settings: Partial<LaneSettings> = {},
): Promise<number> {
  const { clock, pacer, traffic } = setUp(settings);
  const work = Array.from({ length: calls }, (_, index) =>
    call(clock, pacer, traffic, { lane, latencyMs: latencyOf(index), countedAt: 1 }),
  );
  await clock.runUntil(Promise.all(work));
  const times = traffic.starts.map(({ at }) => at);
  const [from, to] = [times[100] ?? 0, times.at(-100) ?? 0];
  return (times.length - 200) / ((to - from) / 1_000);
}

test('uses at least 97 % of a ten-second budget when the rate is what limits', async () => {
  expect(await rateAtSaturation('burst', 1_000, ordinaryLatency)).toBeGreaterThan(0.97 * 10);
});

test('uses the part of the search budget that window and latency leave', async () => {
  expect(await rateAtSaturation('search', 500, ordinaryLatency)).toBeGreaterThan(0.85 * 5);
  expect(await rateAtSaturation('search', 500, () => 20)).toBeGreaterThan(0.97 * 5);
});

test('uses 97 % of the search budget if searches count on arrival, and never more than all of it', async () => {
  expect(await rateAtSaturation('search', 500, ordinaryLatency, { searchCounted: 'arrival' })).toBeGreaterThan(
    0.97 * 5,
  );
  const { clock, pacer, traffic } = setUp({ searchCounted: 'arrival' });
  const work = Array.from({ length: 200 }, (_, index) =>
    // Counted up to 20 ms after the start, some sooner and some later.
    call(clock, pacer, traffic, { lane: 'search', latencyMs: 200, countedAt: (index % 5) * 0.025 }),
  );
  await clock.runUntil(Promise.all(work));
  expect(mostInWindow(traffic.counted, 1_000)).toBeLessThanOrEqual(5);
});

test('stops assuming that searches count on arrival after a 429', async () => {
  const { clock, pacer, traffic } = setUp({ searchCounted: 'arrival' });
  const refused = call(clock, pacer, traffic, { lane: 'search', answers: [failed('limited')] });
  await clock.runUntil(refused);
  traffic.counted.length = 0;

  const work = Array.from({ length: 100 }, (_, index) =>
    call(clock, pacer, traffic, { lane: 'search', latencyMs: ordinaryLatency(index), countedAt: index % 2 }),
  );
  await clock.runUntil(Promise.all(work));

  expect(mostInWindow(traffic.counted, 1_000)).toBeLessThanOrEqual(5);
});

test('starts at once as many calls as the budget still allows', async () => {
  const { clock, pacer, traffic } = setUp({ concurrency: 100 });

  await clock.runUntil(
    Promise.all(Array.from({ length: 30 }, () => call(clock, pacer, traffic, { urgency: 'urgent' }))),
  );

  expect(traffic.starts.map(({ at }) => at)).toEqual(Array.from({ length: 30 }, () => 0));
});

test('lets an urgent call pass all waiting bulk calls within a tenth of the window and a latency', async () => {
  const { clock, pacer, traffic } = setUp();
  const bulk = Array.from({ length: 600 }, (_, index) =>
    call(clock, pacer, traffic, { latencyMs: ordinaryLatency(index) }),
  );
  const waits: number[] = [];
  const urgent = Array.from({ length: 110 }, async (_, index) => {
    await clock.sleep(index * 370);
    const asked = clock.now();
    await call(clock, pacer, traffic, { urgency: 'urgent', latencyMs: 0, name: `urgent ${index}` });
    waits.push(clock.now() - asked);
  });

  await clock.runUntil(Promise.all([...bulk, ...urgent]));

  expect(Math.max(...waits)).toBeLessThan(1_300);
});

test('lets bulk requests take turns, so that a small one does not wait for a large one', async () => {
  const { clock, pacer, traffic } = setUp({ burstPerTenSeconds: 10, concurrency: 1 });
  const large = Array.from({ length: 30 }, () => call(clock, pacer, traffic, { requestId: 'large' }));
  const small = Array.from({ length: 3 }, () => call(clock, pacer, traffic, { requestId: 'small' }));

  await clock.runUntil(Promise.all([...large, ...small]));

  const names = traffic.starts.map(({ name }) => name);
  expect(names.lastIndexOf('small')).toBeLessThanOrEqual(6);
  expect(names).toHaveLength(33);
});

test('starves no request, however many urgent and bulk ones there are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 6 }), async (sizes) => {
      const { clock, pacer, traffic } = setUp({ burstPerTenSeconds: 20, concurrency: 2 });
      const work = sizes.flatMap((size, request) =>
        Array.from({ length: size }, () => call(clock, pacer, traffic, { requestId: `r${request}` })),
      );
      await clock.runUntil(Promise.all(work));
      const names = traffic.starts.map(({ name }) => name);
      for (const [request, size] of sizes.entries()) {
        // In turns: a request of n calls is done after n rounds (and the few that started before the others came).
        expect(names.lastIndexOf(`r${request}`)).toBeLessThanOrEqual(size * sizes.length + 4);
      }
    }),
    { numRuns: 40 },
  );
});

test('bounds the calls in flight', async () => {
  const { clock, pacer } = setUp({ concurrency: 5 });
  let running = 0;
  let max = 0;
  const attempt = async (): Promise<Attempt<unknown>> => {
    running += 1;
    max = Math.max(max, running);
    await clock.sleep(5_000);
    running -= 1;
    return { ok: true, value: undefined };
  };
  const context = { requestId: 'r', urgency: 'urgent' as const, deadline: clock.deadlineIn(1e9) };

  await clock.runUntil(
    Promise.all(Array.from({ length: 40 }, () => pacer.run({ lane: 'burst', repeat: 'always', attempt }, context))),
  );

  expect(max).toBe(5);
});

test('slow bulk calls leave a fifth of the places to urgent calls', async () => {
  const { clock, pacer } = setUp({ concurrency: 5 });
  const running: string[] = [];
  const start = (urgency: 'urgent' | 'bulk') => {
    const attempt = async (): Promise<Attempt<unknown>> => {
      running.push(urgency);
      await clock.sleep(60_000);
      return { ok: true, value: undefined };
    };
    return pacer.run(
      { lane: 'burst', repeat: 'always', attempt },
      { requestId: urgency, urgency, deadline: clock.deadlineIn(1e9) },
    );
  };

  const work = Array.from({ length: 10 }, () => start('bulk'));
  await clock.advance(15_000);
  work.push(start('urgent'));
  await clock.advance(15_000);

  expect(running).toEqual(['bulk', 'bulk', 'bulk', 'bulk', 'urgent']);
  await clock.runUntil(Promise.all(work));
});

test('a place in the window comes free a margin after it, since clocks and networks are not exact', async () => {
  const { clock, pacer, traffic } = setUp({ burstPerTenSeconds: 10 });
  const calls = Array.from({ length: 11 }, () => call(clock, pacer, traffic, { urgency: 'urgent', latencyMs: 0 }));

  await clock.runUntil(Promise.all(calls));

  const [first = 0, ...others] = traffic.starts.map(({ at }) => at);
  expect(others).toHaveLength(10);
  expect((others.at(-1) ?? 0) - first).toBeGreaterThan(10_000);
});

test('shrinks to what the CRM allows and to what other clients leave of it', async () => {
  const { clock, pacer, traffic } = setUp();
  const rate = { max: 50, remaining: 29, intervalMs: 10_000 };

  await clock.runUntil(call(clock, pacer, traffic, { answers: [{ ok: true, value: 1, rate }] }));

  // 50 allowed, 21 used, one of them ours.
  expect(pacer.state().burst.limit).toBe(30);
  await clock.advance(10_000);
  expect(pacer.state().burst.limit).toBe(50);
});

test('does not count its own calls as those of other clients', async () => {
  const { clock, pacer } = setUp({ burstPerTenSeconds: 50 });
  let used = 0;
  const work = Array.from({ length: 40 }, (_, index) => {
    const attempt = async (): Promise<Attempt<unknown>> => {
      used += 1;
      const remaining = 50 - used;
      await clock.sleep(ordinaryLatency(index));
      return { ok: true, value: 1, rate: { max: 50, remaining, intervalMs: 10_000 } };
    };
    const context = { requestId: 'r', urgency: 'urgent' as const, deadline: clock.deadlineIn(1e9) };
    return pacer.run({ lane: 'burst', repeat: 'always', attempt }, context);
  });

  await clock.runUntil(Promise.all(work));

  expect(used).toBe(40);
  expect(pacer.state().burst.limit).toBe(50);
});

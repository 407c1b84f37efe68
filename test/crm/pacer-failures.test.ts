import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/crm/clock.ts';
import type { Attempt } from '../../src/crm/pacing/paced-call.ts';
import { CrmRejectedError, CrmUnavailableError, DeadlineError } from '../../src/errors.ts';
import { mostInWindow } from '../support/most-in-window.ts';
import { setUp, call, failed } from './paced-calls.ts';

test('pauses the whole lane after a 429, for as long as the CRM asks, and then tries again', async () => {
  const { clock, pacer, traffic } = setUp();
  const first = call(clock, pacer, traffic, { answers: [failed('limited', { retryAfterMs: 7_000 })], name: 'first' });
  await clock.advance(150);
  const second = call(clock, pacer, traffic, { name: 'second' });
  const other = call(clock, pacer, traffic, { lane: 'search', name: 'search' });

  await clock.runUntil(Promise.all([first, second, other]));

  const startOf = (name: string) => traffic.starts.filter((start) => start.name === name).map(({ at }) => at);
  expect(startOf('first')).toEqual([0, 7_100]);
  expect(startOf('second')).toEqual([7_100]);
  expect(startOf('search')).toEqual([150]);
});

test('pauses longer for each 429 in a row if the CRM names no time', async () => {
  const { clock, pacer, traffic } = setUp();
  const limited = failed('limited');

  await clock.runUntil(
    call(clock, pacer, traffic, { lane: 'search', latencyMs: 0, answers: [limited, limited, limited] }),
  );

  const starts = traffic.starts.map(({ at }) => at);
  const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
  expect(pauses).toEqual([1_125, 2_250, 4_500]);
});

test('never repeats a call that may have been carried out unless that does no harm', async () => {
  const { clock, pacer, traffic } = setUp();
  const create = call(clock, pacer, traffic, {
    repeat: 'if-not-done',
    answers: [failed('perhaps-done')],
    name: 'create',
  });
  const read = call(clock, pacer, traffic, { repeat: 'always', answers: [failed('perhaps-done')], name: 'read' });

  await expect(clock.runUntil(create)).rejects.toThrow(CrmUnavailableError);
  await clock.runUntil(read);

  expect(traffic.starts.filter(({ name }) => name === 'create')).toHaveLength(1);
  expect(traffic.starts.filter(({ name }) => name === 'read')).toHaveLength(2);
});

test('repeats a create that certainly was not done: after a 429, or when the connection was refused', async () => {
  const { clock, pacer, traffic } = setUp();
  const answers = [failed('limited'), failed('not-done')];

  await clock.runUntil(call(clock, pacer, traffic, { repeat: 'if-not-done', answers }));

  expect(traffic.starts).toHaveLength(3);
});

test('gives up after a few attempts, and at once if the response is final', async () => {
  const { clock, pacer, traffic } = setUp();
  const down = call(clock, pacer, traffic, {
    answers: Array.from({ length: 50 }, () => failed('perhaps-done')),
    name: 'down',
  });
  const refused = call(clock, pacer, traffic, { answers: [failed('final')], name: 'refused' });

  await expect(clock.runUntil(down)).rejects.toThrow('failed: perhaps-done');
  await expect(clock.runUntil(refused)).rejects.toThrow(CrmRejectedError);

  expect(traffic.starts.filter(({ name }) => name === 'down')).toHaveLength(5);
  expect(traffic.starts.filter(({ name }) => name === 'refused')).toHaveLength(1);
});

test('waits at least two seconds for a locked record', async () => {
  const { clock, pacer, traffic } = setUp();

  await clock.runUntil(call(clock, pacer, traffic, { latencyMs: 0, answers: [failed('locked')] }));

  expect(traffic.starts[1]?.at).toBeGreaterThanOrEqual(2_000);
});

test('retries spend the same budget', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('ok', 'perhaps-done', 'not-done'), { minLength: 30, maxLength: 60 }),
      async (kinds) => {
        const { clock, pacer, traffic } = setUp({ burstPerTenSeconds: 5 });
        const work = kinds.map((kind) =>
          call(clock, pacer, traffic, {
            latencyMs: 50,
            countedAt: 1,
            answers: kind === 'ok' ? [] : [failed(kind), failed(kind)],
          }),
        );
        await clock.runUntil(Promise.all(work));
        expect(mostInWindow(traffic.counted, 10_000)).toBeLessThanOrEqual(5);
      },
    ),
    { numRuns: 20 },
  );
});

test('fails a call that could not start before its deadline, at the deadline', async () => {
  const { clock, pacer, traffic } = setUp({ burstPerTenSeconds: 1 });
  await clock.runUntil(call(clock, pacer, traffic));
  const late = call(clock, pacer, traffic, { deadlineMs: 3_000 });
  const outcome = late.catch((error: unknown) => ({ error, at: clock.now() }));

  expect(await clock.runUntil(outcome)).toEqual({ error: expect.any(DeadlineError), at: 3_100 });
  expect(traffic.starts).toHaveLength(1);
});

test('an error at the deadline names what the CRM did until then', async () => {
  const { clock, pacer, traffic } = setUp();
  const cut: Attempt<unknown> = {
    ok: false,
    failure: { kind: 'final', error: new DeadlineError('late', 'HubSpot did not respond within 2 s') },
  };
  const outage = [failed('perhaps-done'), failed('perhaps-done'), cut];

  const cutOff = call(clock, pacer, traffic, { requestId: 'a', answers: outage, latencyMs: 1_000 });
  const waiting = call(clock, pacer, traffic, { requestId: 'b', lane: 'search', latencyMs: 30_000 });
  await clock.runUntil(clock.sleep(20_000));
  const spent = call(clock, pacer, traffic, { requestId: 'b', lane: 'associations', deadlineMs: 0 });

  await expect(cutOff).rejects.toMatchObject({
    because: 'failed: perhaps-done, and at the next try HubSpot did not respond within 2 s',
  });
  await expect(spent).rejects.toMatchObject({ because: 'The CRM did not respond within 20 s' });
  expect(pacer.troubleOf('a')).toContain('HubSpot did not respond within 2 s');
  expect(pacer.troubleOf('b')).toBe('The CRM did not respond within 20 s');
  await clock.runUntil(waiting);
  expect(pacer.troubleOf('b')).toBeUndefined();
});

test('a call that waited for the limit does not report the failure of another call', async () => {
  const { clock, pacer, traffic } = setUp();
  const others = Array.from({ length: 100 }, (_, at) =>
    call(clock, pacer, traffic, {
      requestId: `other-${at}`,
      urgency: 'urgent',
      repeat: 'never',
      answers: at < 99 ? [] : [failed('perhaps-done')],
      latencyMs: at < 99 ? 100 : 110,
    }),
  );
  await clock.runUntil(Promise.allSettled(others));
  const waiting = Array.from({ length: 3 }, () =>
    call(clock, pacer, traffic, { requestId: 'mine', deadlineMs: 5_000 }),
  );
  const spent = call(clock, pacer, traffic, { requestId: 'mine', lane: 'search', deadlineMs: 0 });
  await clock.runUntil(Promise.allSettled(waiting));

  await expect(spent).rejects.toMatchObject({ name: 'DeadlineError', because: undefined });
  for (const one of waiting) await expect(one).rejects.toMatchObject({ name: 'DeadlineError', because: undefined });
});

test('when the deadline ends a call that waited longer than it ran, its error reports the wait', async () => {
  const { clock, pacer, traffic } = setUp();
  const others = Array.from({ length: 98 }, () => call(clock, pacer, traffic));
  await clock.runUntil(Promise.all(others));
  const cut: Attempt<unknown> = {
    ok: false,
    failure: { kind: 'final', error: new DeadlineError('late', 'HubSpot did not respond within 50 ms') },
  };
  const late = call(clock, pacer, traffic, { answers: [cut], latencyMs: 50 });
  await clock.runUntil(late.catch(() => undefined));

  await expect(late).rejects.toMatchObject({
    because: expect.stringMatching(
      /^the call waited [\d.]+ s for its turn, and then HubSpot did not respond within 50 ms$/,
    ),
  });
});

test('when the CRM answers too slowly for a request, its error reports that, with the figure', async () => {
  const { clock, pacer, traffic } = setUp();
  const spendTime = async (latencyMs: number, requestId: string) => {
    const slow = Array.from({ length: 3 }, () => call(clock, pacer, traffic, { requestId, latencyMs }));
    await clock.runUntil(Promise.all(slow));
  };
  await spendTime(1_300, 'slow');
  await spendTime(300, 'quick');
  const late = (requestId: string) => call(clock, pacer, traffic, { requestId, lane: 'search', deadlineMs: 0 });
  const [slow, quick] = [late('slow'), late('quick')];
  const because = 'HubSpot did not respond within 100 ms';
  const cut: Attempt<unknown> = { ok: false, failure: { kind: 'final', error: new DeadlineError('late', because) } };
  const ended = call(clock, pacer, traffic, { requestId: 'slow', answers: [cut] });
  await clock.runUntil(ended.catch(() => undefined));

  const slowness = 'the CRM responded slowly, in up to 1.3 s';
  await expect(slow).rejects.toMatchObject({ because: undefined, slowness });
  await expect(quick).rejects.toMatchObject({ because: undefined, slowness: undefined });
  await expect(ended).rejects.toMatchObject({ because: `${slowness}, and then ${because}` });
});

test('does not wait for a retry that would come after the deadline', async () => {
  const { clock, pacer, traffic } = setUp();
  const answers = [failed('not-done', { retryAfterMs: 60_000 })];

  await expect(clock.runUntil(call(clock, pacer, traffic, { answers, deadlineMs: 20_000 }))).rejects.toThrow(
    'failed: not-done',
  );

  expect(clock.now()).toBe(100);
});

test('does not start a create that has no time left for its response', async () => {
  const { clock, pacer, traffic } = setUp();

  const create = call(clock, pacer, traffic, { repeat: 'if-not-done', deadlineMs: 100 });

  await expect(clock.runUntil(create)).rejects.toThrow(DeadlineError);
  expect(traffic.starts).toHaveLength(0);
});

test('fails all calls at once when the daily limit is reached, and probes every five minutes', async () => {
  const { clock, pacer, traffic } = setUp({ burstPerTenSeconds: 1 });
  const gone = failed('limited', { isDaily: true });
  const first = call(clock, pacer, traffic, { answers: [gone], name: 'first' });
  const waiting = call(clock, pacer, traffic, { name: 'waiting' });

  await expect(clock.runUntil(first)).rejects.toThrow(CrmUnavailableError);
  await expect(clock.runUntil(waiting)).rejects.toThrow(/daily limit/);
  await expect(clock.runUntil(call(clock, pacer, traffic, { name: 'refused' }))).rejects.toThrow(/daily limit/);
  await clock.advance(5 * 60_000);
  const probe = call(clock, pacer, traffic, { name: 'probe' });
  await expect(clock.runUntil(call(clock, pacer, traffic, { name: 'beside the probe' }))).rejects.toThrow(
    /daily limit/,
  );
  await clock.runUntil(probe);
  await clock.runUntil(call(clock, pacer, traffic, { name: 'after' }));

  expect(traffic.starts.map(({ name }) => name)).toEqual(['first', 'probe', 'after']);
});

test('waits for the CRM to finish its work, but not past the deadline', async () => {
  const { clock, pacer } = setUp();
  const context = (ms: number) => ({ requestId: 'r', urgency: 'bulk' as const, deadline: clock.deadlineIn(ms) });

  await clock.runUntil(pacer.pause(300, context(1_000)));

  expect(clock.now()).toBe(300);
  await expect(pacer.pause(300, context(200))).rejects.toThrow(DeadlineError);
});

const slowDown = (retryAfterMs: number): Attempt<unknown> => ({
  ok: false,
  failure: {
    kind: 'limited',
    error: new CrmUnavailableError('limit', { retryAfterSeconds: retryAfterMs / 1_000 }),
    retryAfterMs,
  },
});

test.each([3_600_000, 1e23, Number.MAX_VALUE])(
  'tests with one call after five minutes whether a pause of %d ms is over',
  async (retryAfterMs) => {
    const { clock, pacer, traffic } = setUp();
    const first = call(clock, pacer, traffic, { answers: [slowDown(retryAfterMs)], deadlineMs: 60_000 });
    first.catch(() => undefined);
    await clock.advance(200);

    const soon = call(clock, pacer, traffic, { deadlineMs: 55_000 });
    await expect(soon).rejects.toMatchObject({ name: 'CrmUnavailableError', retryAfterSeconds: 300 });
    const later = Array.from({ length: 10 }, () => call(clock, pacer, traffic, { latencyMs: 1_000 }));
    await clock.advance(300_500);
    const probes = traffic.starts.length - 1;
    await clock.runUntil(Promise.all(later));

    await expect(first).rejects.toThrow('limit');
    expect(probes).toBe(1);
    expect(traffic.starts).toHaveLength(11);
  },
);

test('sets no timer that the system would fire at once', async () => {
  const timers: number[] = [];
  const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation((_run, ms) => {
    timers.push(ms ?? 0);
    return 0 as never;
  });
  systemClock.setTimer(() => undefined, 1e15);
  spy.mockRestore();

  expect(timers).toEqual([2 ** 31 - 1]);
});

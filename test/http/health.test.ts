import { expect, test, vi } from 'vitest';
import { createConnectionCheck } from '../../src/bridge/connection-check.ts';
import { createHubSpotCrm } from '../../src/crm/hubspot/hubspot-crm.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { CrmRejectedError, CrmUnavailableError, DeadlineError } from '../../src/errors.ts';
import { apiVersion } from '../support/api-version.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { logSink } from '../support/log-sink.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const down = new CrmUnavailableError('HubSpot returned status 502');

/** A check with a clock of the test's, and what it says at this moment. */
function checkOn(crm = fakeCrm()) {
  const clock = new FakeClock();
  const check = createConnectionCheck(crm, clock);
  const state = async () => {
    try {
      return await clock.runUntil(check({ requestId: 'r' }));
    } catch (error) {
      return error;
    }
  };
  const questions = () => crm.calls.filter(({ method }) => method === 'readAccount').length;
  return { crm, clock, check, state, questions };
}

test('200 clients that ask each second for a minute, while HubSpot hangs, cause a call in ten seconds', async () => {
  const clock = new FakeClock();
  const sandbox = await startCrm();
  sandbox.faults.add({ match: { path: '/account-info' }, times: 0, action: { kind: 'hang' } });
  const pacer = createPacer({ burstPerTenSeconds: 100, searchPerSecond: 5 }, { clock });
  const deps = { pacer, log: logSink().log, clock };
  const settings = { accessToken: sandbox.token, baseUrl: sandbox.url, apiVersion, timeoutMs: 10_000 };
  const crm = createHubSpotCrm(deps, settings);
  const readAccount = vi.fn(crm.readAccount);
  const check = createConnectionCheck({ readAccount }, clock);
  const waits: number[] = [];

  for (let second = 0; second < 60; second += 1) {
    const askedAt = clock.now();
    for (let client = 0; client < 200; client += 1) {
      void check({ requestId: 'r' }).catch(() => waits.push(clock.now() - askedAt));
    }
    await clock.advance(1_000);
  }
  await clock.advance(3_000);

  expect(waits).toHaveLength(200 * 60);
  expect(Math.max(...waits)).toBeLessThan(3_000);
  expect(readAccount).toHaveBeenCalledTimes(6);
  expect(sandbox.log.length).toBeLessThanOrEqual(6);
});

test.each([
  [0, 2_000],
  [500, 2_000],
  [1_900, 2_000],
  [2_000, 0],
  [2_500, 0],
  [4_000, 0],
  [6_000, 0],
  [8_900, 0],
  [9_500, 0],
])('a proven connection whose check hangs for %i ms is degraded after %i ms more', async (openMs, waitMs) => {
  const { crm, clock, check, state, questions } = checkOn();
  expect(await state()).toEqual({ status: 'ok' });
  await clock.advance(31_000);
  crm.readAccount = async (_context) => {
    crm.calls.push({ method: 'readAccount', count: 1 });
    await new Promise((_resolve, reject) => {
      clock.setTimer(() => reject(new DeadlineError('The request timed out')), 9_000);
    });
    return undefined as never;
  };
  void check({ requestId: 'first' });
  await clock.advance(openMs);
  const askedAt = clock.now();
  let answeredAt: number | undefined;

  const answer = check({ requestId: 'later' }).then((result) => {
    answeredAt = clock.now();
    return result;
  });
  await clock.advance(0);
  await clock.advance(waitMs);

  expect(await answer).toMatchObject({ status: 'degraded' });
  expect((answeredAt ?? 0) - askedAt).toBe(waitMs);
  expect(questions()).toBe(2);
});

test('HubSpot is called once in ten seconds even when it responds with errors, and one call is one attempt', async () => {
  const sandbox = await startCrm();
  sandbox.faults.add({ match: { path: '/account-info' }, times: 0, action: { kind: 'status', status: 503 } });
  const bridge = await startBridgeOn(sandbox);

  const answers = await Promise.all(Array.from({ length: 20 }, () => bridge.send('GET', '/health')));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(sandbox.log).toHaveLength(1);
});

test('a proven connection is degraded during five minutes of failures, then unavailable, then healthy again', async () => {
  const { crm, clock, state } = checkOn();
  expect(await state()).toEqual({ status: 'ok' });
  await clock.advance(31_000);

  crm.failAlways('readAccount', down);
  expect(await state()).toEqual({ status: 'degraded', reason: 'HubSpot returned status 502' });
  for (let n = 0; n < 29; n += 1) {
    await clock.advance(10_000);
    expect(await state()).toMatchObject({ status: 'degraded' });
  }
  await clock.advance(11_000);
  expect(await state()).toBe(down);

  crm.failAlways('readAccount', undefined);
  await clock.advance(10_000);
  expect(await state()).toEqual({ status: 'ok' });
});

test('a connection that was never proven is unavailable at once', async () => {
  const { crm, state } = checkOn();
  crm.failAlways('readAccount', down);

  expect(await state()).toBe(down);
});

test('a refused token is reported at once, also while the CRM does not answer afterwards', async () => {
  const { crm, clock, state } = checkOn();
  await state();
  const refused = new CrmRejectedError('HubSpot rejected the access token', { status: 401 });
  crm.failAlways('readAccount', refused);
  await clock.advance(31_000);
  expect(await state()).toBe(refused);

  crm.failAlways('readAccount', undefined);
  crm.failNext('readAccount', () => new Promise(() => {}));
  await clock.advance(10_000);
  expect(await state()).toBe(refused);
});

test('a rejected token is not proven by earlier responses', async () => {
  const { crm, clock, state } = checkOn();
  await state();
  crm.failNext('readAccount', new CrmRejectedError('HubSpot rejected the access token', { status: 401 }));
  await clock.advance(31_000);
  await state();

  crm.failAlways('readAccount', down);
  await clock.advance(10_000);
  expect(await state()).toBe(down);
});

test('a slow response still proves the connection for later checks', async () => {
  const { crm, clock, check, state, questions } = checkOn();
  crm.failNext('readAccount', (carryOut) => clock.sleep(6_000).then(carryOut));

  const early = check({ requestId: 'r' }).catch((error: unknown) => error);
  await clock.advance(2_600);
  expect(await early).toMatchObject({ name: 'CrmUnavailableError', message: 'The CRM has not responded for 2 s' });
  await clock.advance(4_000);

  expect(await state()).toEqual({ status: 'ok' });
  expect(questions()).toBe(1);
});

test('the connection is checked again after half a minute, and not before', async () => {
  const { clock, state, questions } = checkOn();

  for (let n = 0; n < 61; n += 1) {
    expect(await state()).toEqual({ status: 'ok' });
    await clock.advance(1_000);
  }

  expect(questions()).toBe(2);
});

test('GET /health reports that it is degraded, and why', async () => {
  const crm = fakeCrm();
  const clock = new FakeClock();
  const app = await startApp(crm, { deps: { timers: clock } });
  await app.send('GET', '/health');
  await clock.advance(31_000);
  crm.failAlways('readAccount', down);

  const answer = await app.send('GET', '/health');

  expect(answer).toMatchObject({ status: 200, body: { status: 'degraded', reason: 'HubSpot returned status 502' } });
});

import { readFileSync } from 'node:fs';
import nock from 'nock';
import { afterEach, beforeEach } from 'vitest';
import type { Clock } from '../../src/crm/clock.ts';
import type { Crm } from '../../src/crm/crm.ts';
import { createHubSpotCrm } from '../../src/crm/hubspot/hubspot-crm.ts';
import type { HubSpotExchange } from '../../src/crm/hubspot/transport/exchange.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { logSink } from './log-sink.ts';

export const token = 'pat-na1-00000000-test';

/** No network in this file's tests; a call without fixture fails, and so does a fixture that no call used. */
export function replayOnly(): void {
  beforeEach(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    if (unused.length > 0) throw new Error(`fixtures not used: ${unused.join(', ')}`);
  });
}

/** Serves the answers of `test/fixtures/hubspot/<story>.json`, in order. */
export function replay(story: string): void {
  const url = new URL(`../fixtures/hubspot/${story}.json`, import.meta.url);
  // Fixtures are nock definitions; nock checks them.
  nock.define(JSON.parse(readFileSync(url, 'utf8')) as nock.Definition[]);
}

export interface Replayed {
  readonly crm: Crm;
  readonly exchanges: HubSpotExchange[];
  readonly log: ReturnType<typeof logSink>;
}

/** HubSpot's port at HubSpot's own address, where waiting takes no time. */
export function replayedHubSpot(timeoutMs = 5_000): Replayed {
  const log = logSink();
  const exchanges: HubSpotExchange[] = [];
  const pacer = createPacer(
    { burstPerTenSeconds: 10_000, searchPerSecond: 1_000 },
    { log: log.log, clock: hastyClock(), random: () => 0 },
  );
  const crm = createHubSpotCrm(
    { pacer, log: log.log, onExchange: (_context, exchange) => exchanges.push(exchange) },
    { accessToken: token, baseUrl: 'https://api.hubapi.com', apiVersion: 'v3', timeoutMs },
  );
  return { crm, exchanges, log };
}

/** Waits up to a minute are over at once; longer timers are deadlines, and these tests end long before. */
function hastyClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    setTimer(run, ms) {
      if (ms > 60_000) return undefined;
      return setImmediate(() => {
        now += ms;
        run();
      });
    },
    // Only what setTimer gave out comes back.
    clearTimer: (timer) => clearImmediate(timer as NodeJS.Immediate),
  };
}

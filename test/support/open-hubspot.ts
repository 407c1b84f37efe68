import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import type { Clock } from '../../src/crm/clock.ts';
import type { Crm } from '../../src/crm/crm.ts';
import { createHubSpotCrm } from '../../src/crm/hubspot/hubspot-crm.ts';
import type { ApiVersion } from '../../src/crm/hubspot/transport/api-versions.ts';
import type { HubSpotExchange } from '../../src/crm/hubspot/transport/exchange.ts';
import type { LaneSettings } from '../../src/crm/pacing/lanes.ts';
import { createPacer } from '../../src/crm/pacing/pacer.ts';
import { violationsOf } from '../sandbox/conformance/portal.ts';
import { apiVersion as testedVersion } from './api-version.ts';
import { type HeldTimers, heldTimers } from './held-timers.ts';
import { logSink } from './log-sink.ts';

export interface OpenedHubSpot {
  readonly crm: Crm;
  readonly sandbox: Sandbox;
  readonly exchanges: HubSpotExchange[];
  readonly log: ReturnType<typeof logSink>;
  /** What the time-outs of calls go by: a call waits for its answer until the test expires it. */
  readonly callTimers: HeldTimers;
  close(): Promise<void>;
}

/** HubSpot's port over the embedded CRM: the real SDK, the real pacer, real HTTP. Nothing is limited or late unless asked for. */
export async function openHubSpot(
  options: SandboxOptions = {},
  settings: Partial<LaneSettings> & { clock?: Clock; apiVersion?: ApiVersion } = {},
): Promise<OpenedHubSpot> {
  const sandbox = await startSandbox({ indexLagMs: 0, limits: false, ...options });
  const exchanges: HubSpotExchange[] = [];
  const log = logSink();
  const callTimers = heldTimers();
  const { clock, apiVersion = testedVersion, ...lanes } = settings;
  const pacer = createPacer(
    { burstPerTenSeconds: 10_000, searchPerSecond: 1_000, ...lanes },
    { log: log.log, ...(clock === undefined ? {} : { clock }) },
  );
  const crm = createHubSpotCrm(
    {
      pacer,
      log: log.log,
      clock: { now: () => performance.now(), ...callTimers },
      onExchange: (_context, exchange) => exchanges.push(exchange),
    },
    { accessToken: sandbox.token, baseUrl: sandbox.url, apiVersion, timeoutMs: 5_000 },
  );
  const close = async () => {
    await sandbox.close();
    const violations = exchanges.flatMap(({ method, path, status, responseBody }) =>
      status === undefined ? [] : violationsOf(method, path.split('?')[0] ?? '', status, responseBody),
    );
    if (violations.length > 0) throw new Error(`answers that violate HubSpot's documents:\n${violations.join('\n')}`);
  };
  return { crm, sandbox, exchanges, log, callTimers, close };
}

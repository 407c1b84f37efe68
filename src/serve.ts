import { createServer } from 'node:http';
import type { pino } from 'pino';
import { createAdminServer } from './admin-server.ts';
import { createApp } from './app.ts';
import { prepareIdProperties } from './bridge/properties/prepare-id-property.ts';
import { type RunningCapture, startCapture } from './capture/record/start-capture.ts';
import type { Config } from './config.ts';
import { createBridge } from './create-bridge.ts';
import type { Clock } from './crm/clock.ts';
import type { Crm } from './crm/crm.ts';
import { deadlineIn } from './crm/deadline.ts';
import { createHubSpotCrm } from './crm/hubspot/hubspot-crm.ts';
import { hubSpotPropertyRules } from './crm/hubspot/property-rules.ts';
import { hubSpotProtocol } from './crm/hubspot/protocol/hubspot-protocol.ts';
import { createPacer } from './crm/pacer.ts';
import { closeServer, countInFlight, listen } from './listening.ts';
import { loadLiveMappings } from './live-mappings.ts';
import type { Mappings } from './mapping/load/file-kinds.ts';
import type { Locale } from './mapping/values/locale.ts';
import { createMetrics } from './metrics.ts';

export interface RunningBridge {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Where its metrics are; undefined unless ADMIN_PORT is set. */
  readonly adminUrl: string | undefined;
  /** Reads the mapping files anew; with errors the last good version stays in force. */
  reloadMappings(): Promise<void>;
  /**
   * Stops accepting, waits for the requests in flight, then closes what was opened.
   * @param graceMs after this many milliseconds, requests that are still running are cut off.
   * @returns how many requests were cut off.
   */
  close(graceMs: number): Promise<number>;
  /** What became of captures; undefined when they are off. */
  readonly captures: RunningCapture['counts'] | undefined;
}

/** However long the requests took to end, so long captures may take that are still to be written. */
const leastCaptureGraceMs = 1_500;

/**
 * Builds the bridge and listens. In sandbox mode the embedded CRM is started first and closed last.
 * @param overrides.clock what the pacer waits by; the system's unless given.
 * @param overrides.checksAtStart false where every call to the CRM must come from a request.
 * @param overrides.pollMs how often the folder of mapping files is looked at.
 * @throws MappingError when a mapping file has mistakes; the error of `listen` when the port is taken.
 */
export async function startBridge(
  config: Config,
  log: pino.Logger,
  overrides: { readonly clock?: Clock; readonly checksAtStart?: boolean; readonly pollMs?: number } = {},
): Promise<RunningBridge> {
  const checksAtStart = overrides.checksAtStart !== false;
  const metrics = createMetrics({ ofProcess: config.admin !== undefined });
  const pollMs = overrides.pollMs ?? mappingPollMs;
  const mappings = await loadLiveMappings({ dir: config.mappingsDir, locale: localeOf(config), pollMs }, { log });
  const capture = startCapture(config, { log, protocol: hubSpotProtocol });
  capture?.useMappings(mappings.current());
  const upstream = config.isSandbox ? await startEmbeddedCrm() : { ...config.hubspot, close: async () => {} };
  const pacer = createPacer(config.hubspot, {
    log,
    ...(overrides.clock === undefined ? {} : { clock: overrides.clock }),
  });
  const crm = createHubSpotCrm(
    {
      pacer,
      log,
      onExchange: (context, exchange) => {
        metrics.observeCall(exchange);
        capture?.recorder.exchange(context, exchange);
      },
    },
    { accessToken: upstream.accessToken, baseUrl: upstream.baseUrl, timeoutMs: config.hubspot.timeoutMs },
  );
  metrics.watch({ pacer, mappingState: mappings.state });
  let isStopping = false;
  const app = createApp(
    {
      ...createBridge({ crm, log, watcher: capture?.recorder }, { ...config, propertyRules: hubSpotPropertyRules }),
      log,
      recorder: capture?.recorder,
      mappings: mappings.current,
      mappingState: mappings.state,
      meter: metrics,
      isSandbox: config.isSandbox,
      isReady: () => !isStopping,
    },
    config,
  );
  const server = createServer(app);
  const inFlight = countInFlight(server);
  const admin = config.admin === undefined ? undefined : createAdminServer({ metrics, log });
  const closeRest = async (captureGraceMs: number) => {
    mappings.close();
    await admin?.close();
    await upstream.close();
    await capture?.close(captureGraceMs);
  };
  try {
    const adminUrl = config.admin === undefined ? undefined : await admin?.listen(config.admin);
    const url = await listen(server, config.listen);
    if (checksAtStart) checkProperties(crm, log, mappings.current());
    mappings.follow((result, inForce) => {
      metrics.observeReload(result);
      if (result === 'applied') capture?.useMappings(inForce);
      if (result === 'applied' && checksAtStart) checkProperties(crm, log, inForce);
    });
    return {
      url,
      adminUrl,
      reloadMappings: mappings.reload,
      async close(graceMs) {
        isStopping = true;
        const startedAt = performance.now();
        const cutOff = await closeServer(server, graceMs, inFlight);
        await closeRest(Math.max(leastCaptureGraceMs, graceMs - (performance.now() - startedAt)));
        return cutOff;
      },
      get captures() {
        return capture?.counts;
      },
    };
  } catch (error) {
    // What is left open would keep the process from ending.
    await closeRest(0);
    throw error;
  }
}

/** An edit is in force some two seconds after it was saved. */
const mappingPollMs = 1_000;

function localeOf({ defaultCountry }: Config): Locale {
  return defaultCountry === undefined ? {} : { defaultCountry };
}

/** Long enough for a slow CRM; the bridge serves meanwhile. */
const startCheckMs = 30_000;

/** What is missing is said in the log. Returns at once: the bridge starts whatever the CRM says, or does not say. */
function checkProperties(crm: Crm, log: pino.Logger, { contacts, companies }: Mappings): void {
  const records = [contacts, companies].filter((mapping) => mapping !== undefined);
  const context = { requestId: 'start', urgency: 'bulk', deadline: deadlineIn(startCheckMs) } as const;
  prepareIdProperties({ crm, log }, records, context).catch((error: unknown) => {
    log.error({ err: error }, 'the check of properties failed');
  });
}

/** Loaded only when it is needed: production never pays for it. */
async function startEmbeddedCrm() {
  const [{ startSandbox }, { exampleSeed }] = await Promise.all([
    import('../sandbox/sandbox.ts'),
    import('../sandbox/seed.ts'),
  ]);
  const sandbox = await startSandbox();
  sandbox.seed(exampleSeed);
  return { accessToken: sandbox.token, baseUrl: sandbox.url, close: () => sandbox.close() };
}

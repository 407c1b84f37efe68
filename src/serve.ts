import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { pino } from 'pino';
import { createApp } from './app.ts';
import { createBridgeDeps } from './bridge/bridge-deps.ts';
import { checkPropertyAccess } from './bridge/check-property-access.ts';
import { type RunningCapture, startCapture } from './capture/start-capture.ts';
import type { Config } from './config.ts';
import type { Crm } from './crm/crm.ts';
import { deadlineIn } from './crm/deadline.ts';
import { createHubSpotCrm } from './crm/hubspot/hubspot-crm.ts';
import { hubSpotPropertyRules } from './crm/hubspot/property-rules.ts';
import { type Clock, createPacer } from './crm/pacer.ts';
import type { Mappings } from './mapping/file-kinds.ts';
import { loadMappings } from './mapping/load-mappings.ts';

export interface RunningBridge {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /**
   * Stops accepting, waits for the requests in flight, then closes what was opened.
   * @param graceMs after this many milliseconds, requests that are still running are cut off.
   * @returns how many requests were cut off.
   */
  close(graceMs: number): Promise<number>;
  /** What became of captures; undefined when they are off. */
  readonly captures: RunningCapture['counts'] | undefined;
}

/** Captures that are still to be written when the bridge stops. */
const captureGraceMs = 2_000;

/**
 * Builds the bridge and listens. In sandbox mode the embedded CRM is started first and closed last.
 * @param overrides.clock what the pacer waits by; the system's unless given.
 * @param overrides.checksAtStart false where every call to the CRM must come from a request.
 * @throws MappingError when a mapping file has mistakes; the error of `listen` when the port is taken.
 */
export async function startBridge(
  config: Config,
  log: pino.Logger,
  overrides: { readonly clock?: Clock; readonly checksAtStart?: boolean } = {},
): Promise<RunningBridge> {
  const mappings = loadMappings(config.mappingsDir, {
    ...(config.defaultCountry === undefined ? {} : { defaultCountry: config.defaultCountry }),
  });
  const capture = startCapture(config, log);
  capture?.useMappings(mappings);
  const upstream = config.isSandbox ? await startEmbeddedCrm() : { ...config.hubspot, close: async () => {} };
  const pacer = createPacer(config.hubspot, {
    log,
    ...(overrides.clock === undefined ? {} : { clock: overrides.clock }),
  });
  const crm = createHubSpotCrm(
    { pacer, log, onExchange: capture?.recorder.exchange },
    { accessToken: upstream.accessToken, baseUrl: upstream.baseUrl, timeoutMs: config.hubspot.timeoutMs },
  );
  let isStopping = false;
  const app = createApp(
    {
      ...createBridgeDeps({ crm, log, watcher: capture?.recorder }, { ...config, propertyRules: hubSpotPropertyRules }),
      log,
      recorder: capture?.recorder,
      mappings: () => mappings,
      isSandbox: config.isSandbox,
      isReady: () => !isStopping,
    },
    config,
  );
  const server = createServer(app);
  const inFlight = countInFlight(server);
  await listen(server, config.listen);
  if (overrides.checksAtStart !== false) checkAtStart(crm, log, mappings);
  return {
    url: urlOf(server, config.listen.host),
    async close(graceMs) {
      isStopping = true;
      const cutOff = await closeServer(server, graceMs, inFlight);
      await upstream.close();
      await capture?.close(captureGraceMs);
      return cutOff;
    },
    get captures() {
      return capture?.counts;
    },
  };
}

/** Long enough for a slow CRM; the bridge serves meanwhile. */
const startCheckMs = 30_000;

/** What is missing is said in the log. Returns at once: the bridge starts whatever the CRM says, or does not say. */
function checkAtStart(crm: Crm, log: pino.Logger, { contacts, companies }: Mappings): void {
  const records = [contacts, companies].filter((mapping) => mapping !== undefined);
  const context = { requestId: 'start', urgency: 'bulk', deadline: deadlineIn(startCheckMs) } as const;
  checkPropertyAccess({ crm, log }, records, context).catch((error: unknown) => {
    log.error({ err: error }, 'the check at start failed');
  });
}

/** Loaded only when it is needed: production never pays for it. */
async function startEmbeddedCrm() {
  const [{ startSandbox }, { exampleSeed }] = await Promise.all([
    import('./sandbox/sandbox.ts'),
    import('./sandbox/seed.ts'),
  ]);
  const sandbox = await startSandbox();
  sandbox.seed(exampleSeed);
  return { accessToken: sandbox.token, baseUrl: sandbox.url, close: () => sandbox.close() };
}

function countInFlight(server: Server): () => number {
  let count = 0;
  server.on('request', (_request, response) => {
    count += 1;
    response.once('close', () => {
      count -= 1;
    });
  });
  return () => count;
}

async function listen(server: Server, at: Config['listen']): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(at.port, at.host, resolve);
  await promise;
  server.off('error', reject);
}

function urlOf(server: Server, host: string): string {
  // A TCP server that listens has an address object; only pipes have a text.
  const { port } = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function closeServer(server: Server, graceMs: number, inFlight: () => number): Promise<number> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  // A connection whose last request is answered only now would be kept open for the caller's next one.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  let cutOff = 0;
  const timer = setTimeout(() => {
    cutOff = inFlight();
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
  return cutOff;
}

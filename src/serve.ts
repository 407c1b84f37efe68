import type { pino } from 'pino';
import { type AdminServer, createAdminServer, noAdminServer } from './server/admin-server.ts';
import { loadApiKeys } from './server/api-keys.ts';
import { createApp } from './app.ts';
import type { IdentityIndex } from './bridge/identity-index.ts';
import { type RunningCapture, startCapture } from './capture/record/start-capture.ts';
import { readCertificate } from './server/certificate.ts';
import type { Config } from './config.ts';
import type { DecidedRequest } from './bridge/decisions.ts';
import { createBridge } from './create-bridge.ts';
import type { Clock } from './crm/clock.ts';
import { hubSpotPropertyRules } from './crm/hubspot/property-rules.ts';
import { capturedCrm } from './capture/captured-crm.ts';
import { openStores } from './data-dir/open-stores.ts';
import { type OpenedIndex, openIdentityIndex } from './identity/open-identity-index.ts';
import { countCalls } from './journal/count-calls.ts';
import { startJournal } from './journal/start-journal.ts';
import { addressOf, closeServer, createPublicServer, listen, watchTraffic } from './server/listening.ts';
import { loadLiveMappings } from './live-mappings.ts';
import type { ReloadState } from './mapping/load/reload-state.ts';
import type { Locale } from './mapping/values/locale.ts';
import { createMetrics } from './metrics.ts';
import type { DecisionListener } from './bridge/decisions.ts';
import { connectCrm } from './connect-crm.ts';
import { checkProperties } from './startup/check-properties.ts';
import { stopDelay } from './process/stop-delay.ts';
import { shareDecisions } from './replicas/share-decisions.ts';
import { startTracing } from './tracing/tracing.ts';

export interface RunningBridge {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Hash of the mapping files that it started with. */
  readonly mapping: string;
  /** Where its metrics are; undefined unless ADMIN_PORT is set. */
  readonly adminUrl: string | undefined;
  /** Signs in to the console once; undefined: there is none. A secret. */
  readonly consoleLink: string | undefined;
  /** Reads the mapping files, API_KEY_FILE and the certificate again; if one has errors, its last valid version stays active. Asks the CRM again for what it refused. */
  reload(): Promise<void>;
  /**
   * Reports that it is not ready, serves for another `stopDelayMs`, then stops accepting, waits for the requests in flight, then closes what was opened.
   * @param graceMs after this many milliseconds, running requests are cut off.
   * @returns how many requests were cut off.
   */
  close(graceMs: number): Promise<number>;
  /** How long it goes on accepting requests after it was asked to close; see `STOP_DELAY_MS`. */
  readonly stopDelayMs: number;
  /** How many captures were written and dropped; undefined when captures are off. */
  readonly captures: RunningCapture['counts'] | undefined;
}

/** Captures get at least this long to be written, however long the requests took to end. */
const minCaptureGraceMs = 1_500;

interface Overrides {
  /** The clock of the pacer and of STOP_DELAY_MS; by default the system's. */
  readonly clock?: Clock;
  /** False where every call to the CRM must come from a request. */
  readonly checksAtStart?: boolean;
  /** For tests, which wait for what threads write: on a busy machine one of low priority takes many times as long. */
  readonly threads?: { readonly hasLowPriority: boolean };
  /** Loads the mapping files at the start; by default from their folder. */
  readonly loadMappings?: Parameters<typeof loadLiveMappings>[1]['load'];
  /** For tests, which see how the index is asked. */
  readonly watchIndex?: (index: OpenedIndex) => IdentityIndex;
  /** How often the folder of mapping files and the certificate are checked. */
  readonly pollMs?: number;
  /** For the metrics; by default none are dropped. */
  readonly droppedLogLines?: () => number;
}

/**
 * Builds the bridge and listens. In sandbox mode the embedded CRM is started first and closed last.
 * @throws MappingError when a mapping file has mistakes; ListenError when the port is taken.
 */
export async function startBridge(config: Config, log: pino.Logger, overrides: Overrides = {}): Promise<RunningBridge> {
  const parts = await openParts(config, log, overrides);
  const { apiKeys, mappings, capture, crm, bridge } = parts;
  const check = () => {
    if (overrides.checksAtStart !== false) checkProperties(crm, log, mappings);
  };
  const shutdown = { isStopping: false };
  const app = createApp(appDeps({ parts, log, isSandbox: config.isSandbox, shutdown }), {
    ...config,
    auth: { header: config.auth.header, keys: apiKeys.current },
  });
  const { server, follower } = createPublicServer(app, {
    config,
    log,
    certificate: parts.certificate,
    pollMs: overrides.pollMs,
  });
  const traffic = watchTraffic(server);
  const admin = await openAdmin(config, log, { ...parts, ownUrl: () => addressOf(server, config.listen.host) });
  const closeRest = closeAll(parts, { follower, admin });
  try {
    const adminAddresses = await admin.listen();
    const url = await listen(server, config.listen);
    check();
    followMappings(parts, check);
    return {
      url,
      mapping: mappings.current().hash,
      ...adminAddresses,
      stopDelayMs: config.stopDelayMs,
      async reload() {
        apiKeys.reload();
        admin.reload();
        follower?.reload();
        bridge.forgetRefusals();
        await mappings.reload();
        parts.board?.noteReload();
      },
      async close(graceMs) {
        if (!shutdown.isStopping) {
          shutdown.isStopping = true;
          admin.closeStreams();
          await stopDelay(config.stopDelayMs, overrides.clock);
        }
        const startedAt = performance.now();
        const cutOff = await closeServer(server, graceMs, traffic);
        await closeRest(Math.max(minCaptureGraceMs, graceMs - (performance.now() - startedAt)));
        return cutOff;
      },
      get captures() {
        return capture?.counts;
      },
    };
  } catch (error) {
    // Anything left open would keep the process alive.
    await closeRest(0);
    throw error;
  }
}

interface AppParts {
  readonly parts: Parts;
  readonly log: pino.Logger;
  readonly isSandbox: boolean;
  readonly shutdown: { readonly isStopping: boolean };
}

function appDeps({ parts, log, isSandbox, shutdown }: AppParts): Parameters<typeof createApp>[0] {
  const { bridge, capture, console, decisionListener, mappings, metrics, tracing } = parts;
  return {
    ...bridge,
    log,
    recorder: capture?.recorder,
    decisionListener,
    mappings: mappings.current,
    mappingState: mappings.state,
    meter: console?.watchKeys(metrics) ?? metrics,
    tracer: tracing,
    isSandbox,
    isReady: () => !shutdown.isStopping,
    replicas: () => parts.board,
    indexState: () => parts.identityIndex?.state(),
  };
}

function closeAll(
  { mappings, closeUpstream, capture, journal, tracing }: Parts,
  { follower, admin }: { readonly follower: { close(): void } | undefined; readonly admin: AdminServer },
) {
  return async (captureGraceMs: number) => {
    mappings.close();
    follower?.close();
    await admin.close();
    await closeUpstream();
    await Promise.all([capture?.close(captureGraceMs), journal?.close(captureGraceMs), tracing.close()]);
  };
}

async function openAdmin(config: Config, log: pino.Logger, parts: Parts & { ownUrl(): string }): Promise<AdminServer> {
  if (config.admin === undefined) return noAdminServer;
  const { console, apiKeys, metrics, board, sharing } = parts;
  const started = console?.start({ ...parts, apiKeys: apiKeys.current, board, redis: sharing?.redis });
  return createAdminServer(config.admin, { metrics, log, console: started });
}

/** Loaded on demand: most replicas have no console. @throws ConfigError */
async function openConsole(config: Config, log: pino.Logger) {
  if (config.console === undefined) return undefined;
  const { openConsole: open } = await import('./console/open-console.ts');
  return open(config, config.console, log);
}

/** What loads settings and files, and what watches requests and calls. */
async function openWatchers(config: Config, log: pino.Logger, overrides: Overrides) {
  const apiKeys = loadApiKeys(config.auth, log);
  const certificate = config.tls === undefined ? undefined : readCertificate(config.tls);
  const console = await openConsole(config, log);
  const tracing = await startTracing(config.traceEndpoint, log);
  const metrics = createMetrics({ ofProcess: config.admin !== undefined });
  const pollMs = overrides.pollMs ?? mappingPollMs;
  const mappings = await loadLiveMappings(
    { dir: config.mappingsDir, locale: localeOf(config), pollMs },
    { log, ...(overrides.loadMappings !== undefined && { load: overrides.loadMappings }) },
  );
  const capture = startCapture(config, { log, protocol: capturedCrm.protocol, ...overrides.threads });
  capture?.useMappings(mappings.current());
  const journal = startJournal(config, log, overrides.threads);
  return { apiKeys, certificate, console, tracing, metrics, mappings, capture, journal };
}

/** What serves requests, before anything listens. */
async function openParts(config: Config, log: pino.Logger, overrides: Overrides) {
  const watchers = await openWatchers(config, log, overrides);
  const { console, tracing, metrics, mappings, capture, journal } = watchers;
  const stores = openStores(config, (sentence, facts) => log.warn(facts, sentence));
  const calls = countCalls();
  const upstream = await connectCrm(config, {
    log,
    clock: overrides.clock,
    requirements: stores?.requirements,
    onExchange: (context, exchange) => {
      metrics.observeCall(exchange);
      tracing.observeCall(context, exchange);
      capture?.recorder.exchange(context, exchange);
      console?.observeCall(exchange);
      calls.add({ context, waitedMs: exchange.waitedMs });
    },
  });
  const { crm, pacer, sharing, embedded: embeddedCrm } = upstream;
  const decisionListener = calls.countedFor(bothListeners(journal && shareDecisions(journal, sharing), console));
  const board = sharing?.openBoard(() => noteOf(mappings.state()));
  const identityIndex = openIdentityIndex(config, { crm, log, clock: overrides.clock, sharing });
  identityIndex?.follow(mappings.current());
  metrics.watch({
    pacer,
    sharing: sharing === undefined || board === undefined ? undefined : { ...sharing, board },
    mappingState: mappings.state,
    droppedLogLines: overrides.droppedLogLines ?? (() => 0),
    journal: journal?.counts,
    indexState: identityIndex && (() => identityIndex.state()),
  });
  const deps = {
    crm,
    log,
    watcher: capture?.recorder,
    ownerStore: sharing === undefined ? stores?.owners : sharing.shareOwners(stores?.owners),
    shared: sharing,
  };
  const watched = identityIndex && (overrides.watchIndex?.(identityIndex) ?? identityIndex);
  const bridge = createBridge({ ...deps, identityIndex: watched }, { ...config, propertyRules: hubSpotPropertyRules });
  return {
    ...watchers,
    decisionListener,
    board,
    sharing,
    crm,
    pacer,
    embeddedCrm,
    hasLowPriority: overrides.threads?.hasLowPriority !== false,
    bridge,
    identityIndex,
    async closeUpstream() {
      await identityIndex?.close();
      await upstream.close();
    },
  };
}

/** The journal and the console receive the same. */
function bothListeners(one: DecisionListener | undefined, other: DecisionListener | undefined) {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    write(request: DecidedRequest) {
      one.write(request);
      other.write(request);
    },
  };
}

function noteOf({ hash, loadedAt, refused }: ReloadState) {
  return { mapping: hash, loadedAt, isEditRefused: refused !== undefined };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** @param onApplied called after an edit became active. */
function followMappings({ metrics, mappings, capture, bridge, identityIndex }: Parts, onApplied: () => void): void {
  mappings.follow((result, active) => {
    metrics.observeReload(result);
    if (result !== 'applied') return;
    bridge.forgetRefusals();
    capture?.useMappings(active);
    identityIndex?.follow(active);
    onApplied();
  });
}

/** An edit is active about two seconds after it was saved. */
const mappingPollMs = 1_000;

function localeOf({ defaultCountry }: Config): Locale {
  return defaultCountry === undefined ? {} : { defaultCountry };
}

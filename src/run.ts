import type { pino } from 'pino';
import { type Config, ConfigError, loadConfig, sandboxKey, settingWarnings } from './config.ts';
import { type Environment, readSettings } from './environment.ts';
import { createLogger } from './logger.ts';
import { MappingError } from './mapping/schema/diagnostic.ts';
import { watchParent } from './parent-watch.ts';
import { type RunningBridge, startBridge } from './serve.ts';

/** An orchestrator waits 15 s or longer before it kills the process; the margin is for closing and the last log lines. */
const stopWithinMs = 13_000;

/**
 * Runs the bridge as this process until a signal stops it: SIGTERM and SIGINT finish what is in flight and exit 0. SIGHUP
 * reads the mapping files again.
 * All mistakes in the configuration or the mapping files are printed at once, and the process exits with 1.
 */
export async function runBridge(): Promise<void> {
  try {
    const { environment, unused } = readSettings();
    const config = loadConfig(environment, unused);
    const log = createLogger({ level: config.logLevel, secretHeader: config.auth.header }, standardOutput());
    for (const warning of settingWarnings(environment, unused)) log.warn({}, warning);
    const bridge = await startBridge(config, log);
    // Before anything says that the bridge runs: a signal may follow at once.
    followSignals(bridge, log, environment);
    log.info(
      { url: bridge.url, adminUrl: bridge.adminUrl, mode: config.isSandbox ? 'sandbox' : 'hubspot' },
      'enginy-bridge listens',
    );
    if (config.isSandbox) process.stdout.write(sandboxNotice(bridge.url, config.auth));
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof MappingError || isListenError(error))) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * Standard output as a plain stream. pino's own writer retries a broken pipe without end when the process stops, so that a bridge
 * whose log reader is gone would not stop.
 */
function standardOutput(): NodeJS.WriteStream {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The log reader is gone; requests are still served.
    if (error.code !== 'EPIPE') throw error;
  });
  return process.stdout;
}

function followSignals(bridge: RunningBridge, log: pino.Logger, environment: Environment): void {
  process.on('SIGHUP', () => {
    log.info({ signal: 'SIGHUP' }, 'reading the mapping files again');
    void bridge.reloadMappings();
  });
  // npm sets it for whatever it runs.
  if (environment.npm_lifecycle_event !== undefined) watchParent(() => void stop(bridge, log, 'end of the parent'));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void stop(bridge, log, signal);
    });
  }
}

/** Names the key only where it is the public one of the sandbox: the log must not hold a key of somebody's own. */
function sandboxNotice(url: string, { header, keys }: Config['auth']): string {
  const key = keys.includes(sandboxKey) ? sandboxKey : 'YOUR_API_KEY';
  return `
Sandbox mode: an embedded CRM with a few made-up records replaces HubSpot. It keeps nothing: all records are gone when the bridge stops.
Try it:

  curl -s ${url}/contacts/sync -H '${header}: ${key}' -H 'content-type: application/json' \\
    -d '{"contacts":[{"externalId":"lead-1","email":"ADA.MARCHETTI@northwind-bicycles.example.com"}]}'

`;
}

async function stop(bridge: RunningBridge, log: pino.Logger, signal: string): Promise<void> {
  log.info({ signal }, 'stopping: finishing requests in flight');
  const cutOff = await bridge.close(stopWithinMs);
  if (cutOff > 0) log.warn({ cutOff }, 'stopped before every request was finished');
  else log.info({}, 'stopped');
  process.exit(0);
}

function isListenError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

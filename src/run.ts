import type { pino } from 'pino';
import { sandboxKey } from './settings/api-key-list.ts';
import { type Config, ConfigError, connectionWarnings, loadConfig, settingWarnings } from './config.ts';
import { type Environment, readSettings } from './environment.ts';
import { createLogOutput } from './log-output.ts';
import { ListenError } from './server/listening.ts';
import { createLogger } from './logger.ts';
import { prettyOutput } from './pretty-output.ts';
import { MappingError } from './mapping/schema/diagnostic.ts';
import { watchParent } from './process/parent-watch.ts';
import { type RunningBridge, startBridge } from './serve.ts';
import { stopOnSignals } from './process/stop-process.ts';
import { version } from './version.ts';

/**
 * Runs the bridge as this process until a signal stops it: SIGTERM and SIGINT finish what is in flight and exit 0. SIGHUP
 * reads the mapping files and the file of API keys again.
 * All mistakes in the configuration or the mapping files are printed at once, and the process exits with 1.
 */
export async function runBridge(): Promise<void> {
  try {
    const { environment, unused } = readSettings();
    const config = loadConfig(environment, unused);
    const output = createLogOutput();
    const isPretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY);
    const lines = isPretty ? await prettyOutput(output, { isColored: process.stdout.hasColors?.() ?? false }) : output;
    const log = createLogger({ level: config.logLevel, secretHeader: config.auth.header }, lines);
    for (const warning of [...settingWarnings(environment, unused), ...connectionWarnings(config)])
      log.warn({}, warning);
    const bridge = await startBridge(config, log, { droppedLogLines: () => output.dropped });
    // Before anything says that the bridge runs: a signal may follow at once.
    followSignals(bridge, log, environment);
    log.info(
      {
        url: bridge.url,
        adminUrl: bridge.adminUrl,
        mode: config.isSandbox ? 'sandbox' : 'hubspot',
        version,
        node: process.versions.node,
        mapping: bridge.mapping,
        mappingsDir: config.mappingsDir,
      },
      'enginy-bridge listens',
    );
    if (config.isSandbox) output.write(sandboxNotice(bridge, config.auth));
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof MappingError || error instanceof ListenError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function followSignals(bridge: RunningBridge, log: pino.Logger, environment: Environment): void {
  process.on('SIGHUP', () => {
    log.info({ signal: 'SIGHUP' }, 'reading the mapping files and API keys again');
    bridge.reload().catch((error: unknown) => log.error({ err: error }, 'could not read the mapping files again'));
  });
  const stop = stopOnSignals(bridge, log);
  // npm sets it for whatever it runs.
  if (environment.npm_lifecycle_event !== undefined) watchParent(() => stop('end of the parent'));
}

/** Names the key only where it is the public one of the sandbox: the log must not contain a private key. */
function sandboxNotice({ url, consoleLink }: RunningBridge, { header, keys }: Config['auth']): string {
  const key = keys.includes(sandboxKey) ? sandboxKey : 'YOUR_API_KEY';
  return `
Sandbox mode: an embedded CRM with a few fictitious records replaces HubSpot. All records are lost when the bridge stops.
Try it:

  curl -s ${url}/contacts/sync -H '${header}: ${key}' -H 'content-type: application/json' \\
    -d '{"contacts":[{"externalId":"lead-1","email":"ADA.MARCHETTI@northwind-bicycles.example.com"}]}'
${consoleLink === undefined ? '' : `\nSee what it did, with a link that works once, within ten minutes ("enginy-bridge console" prints a new one):\n\n  ${consoleLink}\n`}
`;
}

import { type Config, ConfigError, loadConfig, settingWarnings } from '../../config.ts';
import { type CommandIo, UsageError } from '../command-io.ts';

/** What a command needs of the environment; the rest of it may be wrong or missing. */
const needed = [
  'MAPPINGS_DIR',
  'DEFAULT_COUNTRY',
  'HUBSPOT_ACCESS_TOKEN',
  'HUBSPOT_BASE_URL',
  'HUBSPOT_API_VERSION',
  'HUBSPOT_RATE_LIMIT',
  'HUBSPOT_SEARCH_RATE_LIMIT',
  'HUBSPOT_TIMEOUT_MS',
  'DATA_DIR',
  'JOURNAL',
] as const;

/**
 * The configuration of a command that serves no requests. Throws UsageError with every mistake in what it needs.
 * @param also names of further variables that the command needs.
 */
export function readToolConfig(io: Pick<CommandIo, 'environment' | 'complain'>, also: readonly string[] = []): Config {
  const environment = io.environment();
  const relevant = Object.fromEntries([...needed, ...also].map((name) => [name, environment[name]]));
  const mode =
    environment.HUBSPOT_ACCESS_TOKEN === undefined ? { SANDBOX: 'true' } : { API_KEY: 'not-needed-for-commands' };
  const slips = settingWarnings(environment, { empty: [], unreadLines: [] });
  for (const slip of slips) io.complain(`warning: ${slip}\n`);
  try {
    return loadConfig({ ...relevant, ...mode });
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}

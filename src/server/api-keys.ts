import { parseApiKeys, sandboxKey } from '../settings/api-key-list.ts';
import { type Config, ConfigError } from '../config.ts';
import type { Logger } from '../logger.ts';
import { readRegularFile, whyUnreadable } from '../regular-file.ts';

export interface ApiKeys {
  /** The keys that are accepted now. */
  current(): readonly string[];
  /** Reads API_KEY_FILE again. If it has mistakes, the previous keys stay valid and the log says so. */
  reload(): void;
}

/**
 * The keys of API_KEY, or those of the file that API_KEY_FILE names: one per line, or separated with commas.
 * @throws ConfigError if the file cannot be read or holds something that is not a key.
 */
export function loadApiKeys({ keys, keyFile }: Config['auth'], log: Logger): ApiKeys {
  if (keyFile === undefined) return { current: () => keys, reload: () => {} };
  let active = readKeys(keyFile);
  return {
    current: () => active,
    reload() {
      try {
        active = readKeys(keyFile);
        log.info({ keys: active.length }, 'API_KEY_FILE was read again');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        log.error({ problems: error.problems }, 'API_KEY_FILE cannot be used: the previous keys remain valid');
      }
    },
  };
}

function readKeys(file: string): readonly string[] {
  const parsed = parseApiKeys(readText(file).replaceAll('\n', ','));
  if ('problem' in parsed) throw new ConfigError([`API_KEY_FILE ${parsed.problem}`]);
  if (parsed.keys.includes(sandboxKey)) throw new ConfigError([`API_KEY_FILE must not contain ${sandboxKey}`]);
  return parsed.keys;
}

const maxFileBytes = 64 * 1024;

function readText(file: string): string {
  try {
    // A pipe would block the process when it is read again.
    return readRegularFile(file, maxFileBytes);
  } catch (error) {
    throw new ConfigError([`API_KEY_FILE cannot be read (${whyUnreadable(error)}): ${file}`]);
  }
}

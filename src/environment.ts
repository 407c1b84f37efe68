import { readFileSync } from 'node:fs';
import { type EnvFile, readEnvFile, type UnreadLine } from './settings/env-file.ts';

/** Variables by name; an empty text counts as absent, as `FOO=` in a file does for most people. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What was given but sets nothing. */
export interface UnusedSettings {
  /** Variables that are there without a value. */
  readonly empty: readonly string[];
  readonly unreadLines: readonly UnreadLine[];
  /** Why `.env` could not be read at all. */
  readonly fileProblem?: string;
}

export interface Settings {
  readonly environment: Environment;
  readonly unused: UnusedSettings;
}

/**
 * The process's environment, completed by `.env` where there is one in the working directory. A variable of the process wins unless it
 * is empty. The only reader of both.
 */
export function readSettings(): Settings {
  const file = readDotEnv();
  // biome-ignore lint/style/noProcessEnv: this is the one place that reads it
  const own = process.env;
  // Libraries that read the environment themselves find the values of the file too.
  for (const [name, value] of Object.entries(file.values)) if (isBlank(own[name])) own[name] = value;
  const all = Object.entries(own);
  return {
    environment: Object.fromEntries(all.filter(([, value]) => !isBlank(value))),
    unused: {
      empty: all.filter(([, value]) => isBlank(value)).map(([name]) => name),
      unreadLines: file.unread,
      ...(file.problem === undefined ? {} : { fileProblem: file.problem }),
    },
  };
}

/** As {@link readSettings}, the variables alone. */
export function readEnvironment(): Environment {
  return readSettings().environment;
}

function isBlank(value: string | undefined): boolean {
  return value === undefined || value.trim() === '';
}

function readDotEnv(): EnvFile & { readonly problem?: string } {
  try {
    return readEnvFile(readFileSync('.env'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { values: {}, unread: [] };
    // A container engine creates a folder in place of a file that it should mount and cannot find.
    const problem = code === 'EISDIR' ? '.env is a folder, not a file' : `.env cannot be read (${String(code)})`;
    return { values: {}, unread: [], problem };
  }
}

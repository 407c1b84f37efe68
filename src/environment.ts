import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';

/** Variables by name; an empty text counts as absent, as `FOO=` in a file does for most people. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment, completed by `.env` where one lies in the working directory. The only reader of it. */
export function readEnvironment(): Environment {
  if (existsSync('.env')) loadEnvFile('.env');
  // biome-ignore lint/style/noProcessEnv: this is the one place that reads it
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}

import { existsSync } from 'node:fs';

/**
 * @returns the folder that this environment variable names.
 * @throws if the variable is unset or names no folder: a fidelity suite never passes without checking.
 */
export function requiredFolder(variable: string, content: string): string {
  // biome-ignore lint/style/noProcessEnv: the fidelity suites get their folders from the environment.
  const folder = process.env[variable];
  if (!folder) throw new Error(`Set ${variable} to a folder with ${content}.`);
  if (!existsSync(folder)) throw new Error(`${variable} names a folder that does not exist: ${folder}`);
  return folder;
}

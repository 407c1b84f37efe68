import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../data-dir/replace-file.ts';
import { readRegularFile } from '../../regular-file.ts';

/** What a running bridge leaves in its DATA_DIR, so that `enginy-bridge console` can create links for it. */
const ConsoleFile = z.object({
  /** Where the console is reached. */
  url: z.url(),
  /** Signs links; see sign-in-link.ts. A secret. */
  key: z.string().min(32),
  pid: z.int(),
});

export type ConsoleFile = z.infer<typeof ConsoleFile>;

const name = 'console.json';
const maxBytes = 10_000;

/** Readable by the user of the process alone. @throws what the file system says. */
export function writeConsoleFile(folder: string, content: ConsoleFile): void {
  replaceFile(folder, join(folder, name), `${JSON.stringify(content)}\n`);
}

/** @returns undefined where no bridge with a console runs. @throws what the file system says, or that the file is damaged. */
export function readConsoleFile(folder: string): ConsoleFile | undefined {
  try {
    return ConsoleFile.parse(JSON.parse(readRegularFile(join(folder, name), maxBytes)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    // A parser may quote the file, which contains a secret.
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw new Error('it is damaged');
    throw error;
  }
}

/** Removes the file of this process; another bridge may have written its own since. */
export function removeConsoleFile(folder: string, key: string): void {
  try {
    if (readConsoleFile(folder)?.key === key) rmSync(join(folder, name));
  } catch {
    // A file that cannot be removed contains a key that nothing accepts any more.
  }
}

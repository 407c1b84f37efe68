import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder, removed when the test ends, after what was opened later is closed. */
export function temporaryFolder(name = 'bridge'): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The working directory is an empty folder until the test ends. */
export function inTemporaryFolder(): string {
  const before = process.cwd();
  const folder = temporaryFolder();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

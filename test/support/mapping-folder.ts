import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder with these files, by name; removed when the test ends. */
export function mappingFolder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'mappings-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

/** A copy of the shipped files, with changes by file; removed when the test ends. */
export function shippedFolder(changes: Readonly<Record<string, (text: string) => string>> = {}): string {
  const dir = mappingFolder({});
  cpSync('mappings/hubspot', dir, { recursive: true });
  for (const [name, change] of Object.entries(changes)) {
    const file = join(dir, name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }
  return dir;
}

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCaptureFileName } from '../capture-file.ts';

/** How much a folder of captures may hold; the oldest files go first. */
export interface FolderLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** A folder of captures, written by one process or by several. Every method throws what the file system says. */
export interface CaptureFolder {
  /** A reader sees the whole file or none. */
  write(name: string, text: string): void;
  /** Files in the folder as far as this process knows. */
  readonly count: number;
}

/** Files of other processes that share the folder are looked for again after this many writes. */
const writesPerScan = 500;
const temporarySuffix = '.writing';

export function openCaptureFolder(path: string, limits: FolderLimits, now: () => number = Date.now): CaptureFolder {
  mkdirSync(path, { recursive: true });
  removeLeftovers(path);
  let files = scan(path);
  let bytes = sum(files);
  let writes = 0;

  function rotate(): void {
    const oldest = now() - limits.maxAgeMs;
    while (files.length > 0) {
      const [first] = files;
      if (first === undefined) return;
      // The file that was just written stays, however small the limits.
      const isTooMuch = files.length > 1 && (files.length > limits.maxFiles || bytes > limits.maxBytes);
      if (!isTooMuch && first.writtenAt >= oldest) return;
      rmSync(join(path, first.name), { force: true });
      files.shift();
      bytes -= first.bytes;
    }
  }

  rotate();
  return {
    write(name, text) {
      const temporary = join(path, `${name}${temporarySuffix}`);
      try {
        writeFileSync(temporary, text, { mode: 0o600 });
        renameSync(temporary, join(path, name));
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
      writes += 1;
      if (writes % writesPerScan === 0) {
        files = scan(path);
        bytes = sum(files);
      } else {
        files.push({ name, bytes: Buffer.byteLength(text), writtenAt: now() });
        bytes += files.at(-1)?.bytes ?? 0;
      }
      rotate();
    },
    get count() {
      return files.length;
    },
  };
}

/** The folder's own key for placeholders, made when it is missing. */
export function readOrCreateSecret(folder: string): string {
  const file = join(folder, '.secret');
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

interface KnownFile {
  readonly name: string;
  readonly bytes: number;
  readonly writtenAt: number;
}

function scan(path: string): KnownFile[] {
  return readdirSync(path)
    .filter(isCaptureFileName)
    .sort()
    .flatMap((name) => {
      const found = statSync(join(path, name), { throwIfNoEntry: false });
      return found === undefined ? [] : [{ name, bytes: found.size, writtenAt: found.mtimeMs }];
    });
}

/** What a process that was killed in the middle of a write left behind. */
function removeLeftovers(path: string): void {
  for (const name of readdirSync(path)) {
    if (name.endsWith(temporarySuffix)) rmSync(join(path, name), { force: true });
  }
}

function sum(files: readonly KnownFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

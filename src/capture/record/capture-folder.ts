import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegularFile } from '../../regular-file.ts';
import { isCaptureFileName } from '../capture-file.ts';

/** How much a folder of captures may hold; the oldest files go first. */
export interface FolderLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** A folder of captures, written by one process or by several. Every method throws what the file system says. */
export interface CaptureFolder {
  /** A reader sees either the whole file or no file. */
  write(name: string, text: string): void;
  /** Files in the folder as far as this process knows. */
  readonly count: number;
}

/** Files of other processes that share the folder are looked for again after this many writes. */
const writesPerScan = 500;
const temporarySuffix = '.writing';

/**
 * @param now milliseconds since 1970. By default it goes on from the moment of opening at the pace of a steady clock: when the
 * system's clock jumps, the files do not become old.
 */
export function openCaptureFolder(path: string, limits: FolderLimits, now = steadyClock()): CaptureFolder {
  makeFolder(path);
  removeLeftovers(path);
  let files = scan(path);
  let bytes = sum(files);
  let writes = 0;

  /** The known age of a file stays valid; its time stamp comes from the system clock. */
  function rescan(): KnownFile[] {
    const known = new Map(files.map((file) => [file.name, file.writtenAt]));
    return scan(path).map((file) => ({ ...file, writtenAt: known.get(file.name) ?? file.writtenAt }));
  }

  function rotate(): void {
    const oldest = now() - limits.maxAgeMs;
    while (files.length > 0) {
      const [first] = files;
      if (first === undefined) return;
      // The file that was just written is kept even if the limits are smaller.
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
      files.push({ name, bytes: Buffer.byteLength(text), writtenAt: now() });
      if (writes % writesPerScan === 0) files = rescan();
      bytes = writes % writesPerScan === 0 ? sum(files) : bytes + (files.at(-1)?.bytes ?? 0);
      rotate();
    },
    get count() {
      return files.length;
    },
  };
}

/** The folder's own key for placeholders, created when it is missing. */
export function readOrCreatePlaceholderKey(folder: string): string {
  const file = join(folder, '.secret');
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const secret = readRegularFile(file, 1_000).trim();
  // Written by another process at this moment, or damaged: placeholders must not be derived from an empty key.
  if (secret.length < 16) throw new Error('the key in .secret is too short');
  return secret;
}

/**
 * The folder and those above it, readable by their owner alone. Node's own `recursive` does not end where the file system denies
 * that a parent exists (`/proc/1/x`).
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

function steadyClock(): () => number {
  const difference = Date.now() - performance.now();
  return () => difference + performance.now();
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

/** Partial files of processes that were killed during a write. */
function removeLeftovers(path: string): void {
  for (const name of readdirSync(path)) {
    if (name.endsWith(temporarySuffix)) rmSync(join(path, name), { force: true });
  }
}

function sum(files: readonly KnownFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

import { writeSync } from 'node:fs';

/** Where log lines go. A line that cannot be written is dropped and counted: a full volume must not end the bridge. */
export interface LogOutput {
  write(line: string): void;
  readonly dropped: number;
}

/** A reader that shares its pipe without blocking may be slow for this long before lines are dropped. */
const patienceMs = 50;

/**
 * Writes to a file descriptor at once. Node's own stream for standard output stays broken after its first error, and pino's retries a
 * broken pipe without end.
 * @param fd a file, pipe or terminal; standard output by default.
 */
export function createLogOutput(fd = 1): LogOutput {
  let dropped = 0;
  /** After a partial write the next line starts on a line of its own. */
  let isCut = false;
  return {
    write(line) {
      const bytes = Buffer.from(isCut ? `\n${line}` : line);
      const written = writePatiently(fd, bytes);
      if (written === bytes.length) isCut = false;
      else {
        dropped += 1;
        isCut ||= written > 0;
      }
    },
    get dropped() {
      return dropped;
    },
  };
}

/** @returns how many bytes were written before an error. */
function writePatiently(fd: number, bytes: Buffer): number {
  let written = 0;
  let waitedMs = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isFull || waitedMs >= patienceMs) return written;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      waitedMs += 1;
    }
  }
  return written;
}

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * The text (UTF-8) of a regular file of at most `maxBytes`. Devices, pipes and folders, which may never end or block the process, are
 * refused.
 * @throws Error with the reason; those of the file system have a `code`.
 */
export function readRegularFile(file: string, maxBytes: number): string {
  // Without O_NONBLOCK opening a pipe waits for its writer.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if (stats.size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Why a file cannot be read, for a message that names the file: the code of the file system, or {@link readRegularFile}'s reason. */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error ? String(error.code) : error.message;
}

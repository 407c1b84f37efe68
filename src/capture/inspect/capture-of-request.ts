import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureFileError, captureMoment, idInName, isCaptureFileName, requestIdInName } from '../capture-file.ts';

/** A capture and the request begin within this time of each other. */
const toleranceMs = 2_000;

/** `at`: milliseconds since 1970. */
export type CaptureFinder = (request: { readonly at: number; readonly requestId: string }) => string | undefined;

/**
 * File names of the captures of a folder; none where there is no folder.
 * @throws CaptureFileError where the folder cannot be read.
 */
export function captureNamesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter(isCaptureFileName).sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'ENOENT') return [];
    throw new CaptureFileError(`The captures in ${folder} cannot be read (${code})`);
  }
}

/** Finds the capture of a request: its name carries the request's id. A caller may send an id twice: then the nearest in time is its own. */
export function createCaptureFinder(names: readonly string[]): CaptureFinder {
  const byId = Map.groupBy(names, requestIdInName);
  return ({ at, requestId }) => {
    const distance = (name: string) => Math.abs(captureMoment(name) - at);
    const near = byId.get(idInName(requestId))?.filter((name) => distance(name) <= toleranceMs) ?? [];
    return near.length === 0 ? undefined : near.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  };
}

/**
 * The path of a capture whose name may come from anywhere.
 * @throws CaptureFileError for a name that is not a capture of the folder.
 */
export function captureFileIn(folder: string, name: string): string {
  // Names of captures have no separators: none leads out of the folder.
  const file = join(folder, name);
  if (!isCaptureFileName(name) || !existsSync(file)) {
    throw new CaptureFileError(`There is no capture ${name.slice(0, 200)}`);
  }
  return file;
}

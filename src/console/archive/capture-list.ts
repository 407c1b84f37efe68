import { statSync } from 'node:fs';
import { captureNamesIn, type CaptureFinder, createCaptureFinder } from '../../capture/inspect/capture-of-request.ts';

/** The captures of a folder, by their names. */
export interface CaptureList {
  /** Oldest first. */
  names(): readonly string[];
  captureOf: CaptureFinder;
}

/** How often a folder is checked for changes. */
const keptMs = 1_000;
/** A change this soon after a listing may have the same modification time. */
const settledMs = 2_000;
/** Times of a folder that others write to over a network may be late. */
const maxAgeMs = 60_000;

interface Listing {
  readonly names: readonly string[];
  readonly find: CaptureFinder;
  /** When the folder last changed, and when it was listed; milliseconds since 1970. */
  readonly changedAt: number | undefined;
  readonly listedAt: number;
}

/** Listing ten thousand captures takes a while: it is done only after the folder has changed. */
export function openCaptureList(folder: string | undefined): CaptureList {
  if (folder === undefined) return { names: () => [], captureOf: () => undefined };
  let known: Listing | undefined;
  let until = Number.NEGATIVE_INFINITY;
  const listing = () => {
    if (known === undefined || performance.now() >= until) {
      if (known === undefined || !isCurrent(known, folder)) known = list(folder);
      until = performance.now() + keptMs;
    }
    return known;
  };
  return { names: () => listing().names, captureOf: (request) => listing().find(request) };
}

function list(folder: string): Listing {
  const [changedAt, listedAt] = [changeOf(folder), Date.now()];
  const names = captureNamesIn(folder);
  return { names, find: createCaptureFinder(names), changedAt, listedAt };
}

function isCurrent({ changedAt, listedAt }: Listing, folder: string): boolean {
  const isSettled = changedAt === undefined || Math.abs(listedAt - changedAt) > settledMs;
  return isSettled && Date.now() - listedAt < maxAgeMs && changeOf(folder) === changedAt;
}

/** Files that come, go or are renamed change their folder. */
function changeOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
}

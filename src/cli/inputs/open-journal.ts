import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCaptureFileName } from '../../capture/capture-file.ts';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import type { JournalReader, JournalRequest } from '../../journal/journal.ts';
import { JournalFileError } from '../../journal/journal-file.ts';
import { openJournalReader } from '../../journal/read-journal.ts';
import { type CommandIo, UsageError } from '../command-io.ts';

/** The folder that was named, or else the one that the bridge writes to. */
export function journalFolder(io: Pick<CommandIo, 'environment'>, named: string | undefined): string {
  return named ?? EnvironmentSchema.shape.DATA_DIR.parse(io.environment().DATA_DIR);
}

/**
 * Opens the journal for a command.
 * @throws UsageError where there is none, or it cannot be read.
 */
export function openJournal(io: Pick<CommandIo, 'environment'>, named: string | undefined): JournalReader {
  const reader = findJournal(io, named);
  if (reader !== undefined) return reader;
  const folder = journalFolder(io, named);
  throw new UsageError(
    `there is no journal in ${folder}: run this where the bridge runs, name its DATA_DIR with --dir, and check that JOURNAL is not off`,
  );
}

/** As {@link openJournal}; undefined where there is none yet. */
export function findJournal(io: Pick<CommandIo, 'environment'>, named: string | undefined): JournalReader | undefined {
  const folder = journalFolder(io, named);
  try {
    return openJournalReader(folder, io.environment().CAPTURE_SECRET);
  } catch (error) {
    if (error instanceof JournalFileError) throw new UsageError(error.message);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new UsageError(`the journal in ${folder} cannot be read (${code})`);
  }
}

/** A capture and the request begin within this time of each other. */
const toleranceMs = 2_000;

/** Finds the captures of requests by when they began; only files that fit are read. */
export function createCaptureFinder(
  io: Pick<CommandIo, 'environment'>,
): (request: JournalRequest) => string | undefined {
  const folder = EnvironmentSchema.shape.CAPTURE_DIR.parse(io.environment().CAPTURE_DIR);
  const captures = (existsSync(folder) ? readdirSync(folder) : []).filter(isCaptureFileName).map((name) => {
    const [day = '', clock = ''] = name.split('_')[0]?.split('T') ?? [];
    return { name, at: Date.parse(`${day}T${clock.replace(/-/g, ':')}`) };
  });
  return ({ at, requestId }) => {
    const found = captures.find(
      (capture) => Math.abs(capture.at - at) <= toleranceMs && mentions(join(folder, capture.name), requestId),
    );
    if (found === undefined) return undefined;
    // The part of the name that is unique.
    return /_([0-9a-f]+)\.json$/.exec(found.name)?.[1] ?? found.name;
  };
}

function mentions(file: string, requestId: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(JSON.stringify(requestId));
  } catch {
    // Deleted a moment ago: there is no capture to show.
    return false;
  }
}

import { captureReference } from '../../capture/capture-file.ts';
import { captureNamesIn, createCaptureFinder as findCaptureOf } from '../../capture/inspect/capture-of-request.ts';
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

/** Finds the captures of requests, under the shortest name that a command accepts. */
export function createReferenceFinder(
  io: Pick<CommandIo, 'environment'>,
): (request: JournalRequest) => string | undefined {
  const names = captureNamesIn(EnvironmentSchema.shape.CAPTURE_DIR.parse(io.environment().CAPTURE_DIR));
  const find = findCaptureOf(names);
  const references = Map.groupBy(names, captureReference);
  return (request) => {
    const name = find(request);
    if (name === undefined) return undefined;
    const reference = captureReference(name);
    return references.get(reference)?.length === 1 ? reference : name;
  };
}

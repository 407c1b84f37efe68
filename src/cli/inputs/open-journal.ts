import { CaptureFileError, captureReference } from '../../capture/capture-file.ts';
import { captureNamesIn, createCaptureFinder as findCaptureOf } from '../../capture/inspect/capture-of-request.ts';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import type { JournalReader, JournalRequest } from '../../journal/journal.ts';
import { JournalFileError } from '../../journal/journal-file.ts';
import { openJournalReader } from '../../journal/read-journal.ts';
import { isDamage, sqliteCode } from '../../sqlite/damaged-file.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { printable } from '../report/printable.ts';

/** The folder that was named, or else the one that the bridge writes to. */
export function journalFolder(io: Pick<CommandIo, 'environment'>, named: string | undefined): string {
  return named ?? EnvironmentSchema.shape.DATA_DIR.parse(io.environment().DATA_DIR);
}

/**
 * Opens the journal for a command, and closes it when the work is done.
 * @throws UsageError where there is none, or it cannot be read.
 */
export async function withJournal<Result>(
  io: Pick<CommandIo, 'environment'>,
  named: string | undefined,
  work: (journal: JournalReader) => Promise<Result>,
): Promise<Result> {
  const reader = findJournal(io, named);
  const folder = journalFolder(io, named);
  if (reader === undefined) {
    throw new UsageError(
      `there is no journal in ${folder}: run this where the bridge runs, name its DATA_DIR with --dir, and check that JOURNAL is not off`,
    );
  }
  try {
    return await work(reader);
  } catch (error) {
    throw readError(error, folder);
  } finally {
    reader.close();
  }
}

/** The reader of the journal; undefined where there is none yet. @throws UsageError where it cannot be read. */
export function findJournal(io: Pick<CommandIo, 'environment'>, named: string | undefined): JournalReader | undefined {
  const folder = journalFolder(io, named);
  try {
    return openJournalReader(folder, io.environment().CAPTURE_SECRET);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    const known = readError(error, folder);
    throw known === error ? new UsageError(`the journal in ${folder} cannot be read (${code})`) : known;
  }
}

/** The message about a file that SQLite cannot read, or that is of a later version; any other error as it is. */
export function readError(error: unknown, folder: string): unknown {
  if (error instanceof JournalFileError) return new UsageError(error.message);
  if (isDamage(error)) {
    return new UsageError(
      `the journal in ${folder} is damaged: the bridge renames the file and starts a new one as soon as it notices`,
    );
  }
  const code = sqliteCode(error);
  return code === undefined ? error : new UsageError(`the journal in ${folder} cannot be read (SQLite error ${code})`);
}

/** Finds the captures of requests, under the shortest name that a command accepts. Complains if they cannot be read. */
export function createReferenceFinder(
  io: Pick<CommandIo, 'environment' | 'complain'>,
): (request: JournalRequest) => string | undefined {
  const names = readableCaptures(io);
  const find = findCaptureOf(names);
  const references = Map.groupBy(names, captureReference);
  return (request) => {
    const name = find(request);
    if (name === undefined) return undefined;
    const reference = captureReference(name);
    return references.get(reference)?.length === 1 ? reference : name;
  };
}

/** The journal has its entries without them. */
function readableCaptures(io: Pick<CommandIo, 'environment' | 'complain'>): readonly string[] {
  try {
    return captureNamesIn(EnvironmentSchema.shape.CAPTURE_DIR.parse(io.environment().CAPTURE_DIR));
  } catch (error) {
    if (!(error instanceof CaptureFileError)) throw error;
    io.complain(`${printable(error.message)}\n`);
    return [];
  }
}

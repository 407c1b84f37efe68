import { existsSync, readdirSync } from 'node:fs';
import {
  captureMoment,
  captureReference,
  idInName,
  isCaptureFileName,
  requestIdInName,
} from '../../capture/capture-file.ts';
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

/** Finds the captures of requests: their names carry the request's id. A caller may send an id twice: then time decides. */
export function createCaptureFinder(
  io: Pick<CommandIo, 'environment'>,
): (request: JournalRequest) => string | undefined {
  const folder = EnvironmentSchema.shape.CAPTURE_DIR.parse(io.environment().CAPTURE_DIR);
  const names = (existsSync(folder) ? readdirSync(folder) : []).filter(isCaptureFileName);
  const byId = Map.groupBy(names, requestIdInName);
  const references = Map.groupBy(names, captureReference);
  return ({ at, requestId }) => {
    const own = byId.get(idInName(requestId)) ?? [];
    const name = own.find((each) => Math.abs(captureMoment(each) - at) <= toleranceMs);
    if (name === undefined) return undefined;
    const reference = captureReference(name);
    return references.get(reference)?.length === 1 ? reference : name;
  };
}

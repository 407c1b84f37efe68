import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import type { JournalReader, JournalRequest } from '../../journal/journal.ts';
import type { CommandIo } from '../command-io.ts';
import { readMappingPlaces } from '../../reasons/mapping-places.ts';
import { findJournal, journalFolder, readError } from '../inputs/open-journal.ts';
import { fitWidth } from '../report/fit-width.ts';
import { formatRequest, formatTroubles, requestIndent } from '../report/report-request.ts';
import { positiveNumber } from '../inputs/option-values.ts';

const after = `
Follows a running bridge: one line per request, and below it the records that failed and the fields that were held back. Reads the
journal, so it must run where the bridge keeps it (DATA_DIR). Requests appear within a second. Ctrl+C ends it.

Examples:
  enginy-bridge tail
  enginy-bridge tail --json | jq 'select(.request.status >= 400)'
`;

interface TailOptions {
  readonly dir?: string;
  readonly mappings?: string;
  readonly last: number;
  readonly json?: true;
}

const pollMs = 300;
const maxPerPoll = 1_000;
/** Records of a request that are unfolded below its line. */
const maxUnfolded = 20;

/** `enginy-bridge tail`. */
export function tailCommand(io: CommandIo): Command {
  return new Command('tail')
    .description('follow a running bridge, one line per request')
    .option('--last <count>', 'begin with the newest <count> requests', positiveNumber, 10)
    .option('--dir <folder>', 'folder of the journal (default: DATA_DIR, or data)')
    .option('--mappings <dir>', 'folder of mapping files (default: MAPPINGS_DIR)')
    .option('--json', 'print one JSON object per line: the request and its records')
    .addHelpText('after', after)
    .action((options: TailOptions) => follow(io, options));
}

async function follow(io: CommandIo, options: TailOptions): Promise<void> {
  const journal = await waitForJournal(io, options.dir);
  if (journal === undefined) return;
  try {
    let after = await print(io, options, { journal, requests: await journal.requests({ limit: options.last }) });
    while (await pause(io.stop)) {
      const requests = await journal.requests({ after: after ?? 0, limit: maxPerPoll });
      after = (await print(io, options, { journal, requests })) ?? after;
    }
  } catch (error) {
    throw readError(error, journalFolder(io, options.dir));
  } finally {
    journal.close();
  }
}

/** The bridge starts the file with its first request. Undefined when the command was stopped before. */
async function waitForJournal(io: CommandIo, dir: string | undefined): Promise<JournalReader | undefined> {
  for (let isFirst = true; ; isFirst = false) {
    const journal = findJournal(io, dir);
    if (journal !== undefined) return journal;
    if (isFirst) io.complain(`waiting for a journal in ${journalFolder(io, dir)}\n`);
    if (!(await pause(io.stop))) return undefined;
  }
}

/** @returns the position of the newest request that was printed. */
async function print(
  io: CommandIo,
  options: TailOptions,
  { journal, requests }: { readonly journal: JournalReader; readonly requests: readonly JournalRequest[] },
): Promise<number | undefined> {
  if (requests.length === 0) return undefined;
  const dir = options.mappings ?? EnvironmentSchema.shape.MAPPINGS_DIR.parse(io.environment().MAPPINGS_DIR);
  const places = readMappingPlaces(dir);
  for (const request of requests) {
    const entries = await journal.recordsOf(request, maxUnfolded);
    if (options.json) io.print(`${JSON.stringify({ request, entries })}\n`);
    else {
      const lines = [formatRequest(request, io.hasColor), ...formatTroubles(entries, places), ''];
      io.print(fitWidth(lines.join('\n'), io.width, requestIndent));
    }
  }
  return requests.at(-1)?.position;
}

/** @returns false once the command is to end. */
async function pause(stop: AbortSignal | undefined): Promise<boolean> {
  try {
    await wait(pollMs, undefined, stop === undefined ? {} : { signal: stop });
    return true;
  } catch (error) {
    if (stop?.aborted !== true) throw error;
    return false;
  }
}

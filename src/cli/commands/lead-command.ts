import { Command } from 'commander';
import { isThisReplica } from '../../replica-name.ts';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import type { JournalEntry, JournalReader } from '../../journal/journal.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { readMappingPlaces } from '../../reasons/mapping-places.ts';
import { notEmpty, positiveNumber } from '../inputs/option-values.ts';
import { createReferenceFinder, journalFolder, withJournal } from '../inputs/open-journal.ts';
import { timeOf } from '../../reasons/entry-words.ts';
import { fitWidth } from '../report/fit-width.ts';
import { printableJson } from '../report/printable.ts';
import { entryIndent, formatEntry } from '../report/report-entry.ts';
import { counted } from '../../counted.ts';

const after = `
Prints the history of one record, newest last: what Enginy sent, which rule found the record, what was written, what was held
back and why, and where to change that. Reads the journal (DATA_DIR); HubSpot is not called. The journal holds names and ids, never
values; an email address, phone number or LinkedIn URL is compared by its digest. Times are UTC.

Examples:
  enginy-bridge lead lead-7
  enginy-bridge lead 50117341                  a HubSpot id
  enginy-bridge lead ada.lovelace@acme.com
  enginy-bridge lead "+1 415 555 0142"
  enginy-bridge lead lead-7 --json | jq '.[].heldBack'

Exit status: 0 printed, 2 there is no entry or no journal, or the usage is invalid.
`;

interface LeadOptions {
  readonly dir?: string;
  readonly mappings?: string;
  readonly last: number;
  readonly json?: true;
}

/** `enginy-bridge lead NAME`. */
export function leadCommand(io: CommandIo): Command {
  return new Command('lead')
    .description('show what happened to one record, and why')
    .argument('<name>', "Enginy's id, HubSpot's id, email address, phone number or LinkedIn URL", notEmpty)
    .option('--dir <folder>', 'folder of the journal (default: DATA_DIR, or data)')
    .option('--mappings <dir>', 'folder of mapping files (default: MAPPINGS_DIR)')
    .option('--last <count>', 'show only the newest <count>', positiveNumber, 20)
    .option('--json', 'print the entries as JSON')
    .addHelpText('after', after)
    .action((name: string, options: LeadOptions) => showLead(io, name, options));
}

async function showLead(io: CommandIo, name: string, options: LeadOptions): Promise<void> {
  await withJournal(io, options.dir, async (journal) => {
    const entries = await journal.lifeOf(name, options.last);
    if (entries.length === 0) throw await nothingKnown(name, journalFolder(io, options.dir), journal);
    if (options.json) io.print(`${printableJson(withCaptures(io, entries))}\n`);
    else printEntries(io, entries, options.mappings);
  });
}

/** Prints entries with the places in the mapping files and the captures to look at. */
export function printEntries(io: CommandIo, entries: readonly JournalEntry[], mappingsDir: string | undefined): void {
  const dir = mappingsDir ?? EnvironmentSchema.shape.MAPPINGS_DIR.parse(io.environment().MAPPINGS_DIR);
  const places = readMappingPlaces(dir);
  const captureOf = createReferenceFinder(io);
  const texts = entries.map((entry) =>
    formatEntry(entry, {
      places,
      hasColor: io.hasColor,
      capture: captureOf(entry.request),
      isServedHere: isThisReplica(entry.request.replica, io.environment().INSTANCE),
    }),
  );
  io.print(fitWidth(texts.join('\n'), io.width, entryIndent));
}

/** Entries with the name of their capture, where there is one. */
export function withCaptures(io: CommandIo, entries: readonly JournalEntry[]): readonly object[] {
  const captureOf = createReferenceFinder(io);
  return entries.map((entry) => {
    const capture = captureOf(entry.request);
    return capture === undefined ? entry : { ...entry, capture };
  });
}

async function nothingKnown(
  name: string,
  folder: string,
  journal: Pick<JournalReader, 'requests'>,
): Promise<UsageError> {
  const [newest] = await journal.requests({ limit: 1 });
  const hint =
    newest === undefined
      ? 'The journal is empty: no request with a valid API key has arrived since it was started. Other requests are in the log.'
      : `As far back as the journal goes, Enginy sent no record under this name${await unreadText(journal)}. Reads add an entry only if they fail, and reads of many records at once add none. Try its HubSpot id, email or phone number.`;
  return new UsageError(`the journal in ${folder} has no entry for ${name}. ${hint}`);
}

/** The `error` of requests whose body could not be read, so that the journal has no name of their records. */
const unread: ReadonlySet<string | undefined> = new Set([
  'Body too large',
  'Invalid JSON',
  'Unsupported media type',
  'Invalid request',
]);
/** Of rejected requests, this many of the newest are considered. */
const maxRejected = 1_000;

async function unreadText(journal: Pick<JournalReader, 'requests'>): Promise<string> {
  const rejected = await journal.requests({ status: [400, 415], limit: maxRejected });
  const found = rejected.filter(({ error, outcomes }) => unread.has(error) && Object.keys(outcomes).length === 0);
  const last = found.at(-1);
  if (last === undefined) return '';
  return ` in a request that could be read; ${counted(found.length, 'request')} could not be, the last at ${timeOf(last.at)} (${last.error}): enginy-bridge requests --status 4xx`;
}

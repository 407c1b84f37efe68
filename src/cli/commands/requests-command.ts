import { Command, InvalidArgumentError, Option } from 'commander';
import type { JournalReader, JournalRequest, RequestFilter } from '../../journal/journal.ts';
import { heldBackReasons } from '../../mapping/run/held-back.ts';
import { failureReasons, requestReasons } from '../../reasons/request-reasons.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { withJournal } from '../inputs/open-journal.ts';
import { parseTimeRange, timeForms } from '../inputs/time-input.ts';
import { fitWidth } from '../report/fit-width.ts';
import { printableJson } from '../report/printable.ts';
import { formatRequest, requestIndent } from '../report/report-request.ts';
import { notEmpty, positiveNumber } from '../inputs/option-values.ts';
import { printEntries, withCaptures } from './lead-command.ts';

const outcomes = ['matched', 'not-found', 'several', 'created', 'linked', 'updated', 'unchanged', 'failed'] as const;

const after = `
Lists requests from the journal, newest last. With an id, or the start of one, lists all records of that request. Times are UTC;
--since and --until accept ${timeForms}.

Examples:
  enginy-bridge requests --since "tuesday 14:00" --until "tuesday 15:00"
  enginy-bridge requests --status 5xx
  enginy-bridge requests --endpoint "PUT /contacts" --reason if-empty
  enginy-bridge requests --reason late         the time for the request ran out
  enginy-bridge requests 3f2a91c0

Reasons why a field was held back: ${heldBackReasons.join(', ')}.
Reasons why a record or a request failed: ${failureReasons.join(', ')}.
Exit status: 0 printed, even if no request matches the filters, 2 no request has the id, there is no journal, or the usage is invalid.
`;

interface RequestsOptions {
  readonly dir?: string;
  readonly mappings?: string;
  readonly since?: string;
  readonly until?: string;
  readonly status?: readonly [number, number];
  readonly endpoint?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly last: number;
  readonly json?: true;
}

/** `enginy-bridge requests [ID]`. */
export function requestsCommand(io: CommandIo): Command {
  return new Command('requests')
    .description('list requests and the results of their records')
    .argument('[id]', 'the id of one request, or its start', notEmpty)
    .option('--since <time>', 'only at or after this time')
    .option('--until <time>', 'only before this time')
    .option('--status <status>', 'only with this status: 503, or 5xx for 500 to 599', statusRange)
    .option('--endpoint <text>', 'only endpoints that contain this, e.g. "PUT /contacts"')
    .addOption(new Option('--outcome <outcome>', 'only with a record of this outcome').choices(outcomes))
    .addOption(
      new Option('--reason <reason>', 'only with a field held back, or a failure, for this reason').choices(
        requestReasons,
      ),
    )
    .option('--last <count>', 'show only the newest <count>', positiveNumber, 50)
    .option('--dir <folder>', 'folder of the journal (default: DATA_DIR, or data)')
    .option('--mappings <dir>', 'folder of mapping files (default: MAPPINGS_DIR)')
    .option('--json', 'print JSON')
    .addHelpText('after', after)
    .action((id: string | undefined, options: RequestsOptions) => listRequests(io, id, options));
}

async function listRequests(io: CommandIo, id: string | undefined, options: RequestsOptions): Promise<void> {
  const filter = toFilter(id, options);
  await withJournal(io, options.dir, (journal) =>
    id === undefined
      ? printList(io, journal, { filter, isJson: options.json === true })
      : printOne(io, journal, { id, filter, options }),
  );
}

async function printList(
  io: CommandIo,
  journal: JournalReader,
  { filter, isJson }: { readonly filter: RequestFilter; readonly isJson: boolean },
): Promise<void> {
  const requests = await journal.requests(filter);
  if (isJson) io.print(`${printableJson(requests)}\n`);
  else if (requests.length === 0) io.print('No request matches.\n');
  else printRequests(io, requests);
}

function printRequests(io: CommandIo, requests: readonly JournalRequest[]): void {
  const lines = requests.map((request) => `${formatRequest(request, io.hasColor)}\n`);
  io.print(fitWidth(lines.join(''), io.width, requestIndent));
}

/** Of a request with many records, at most this many are printed. */
const maxRecords = 1_000;

async function printOne(
  io: CommandIo,
  journal: JournalReader,
  { id, filter, options }: { readonly id: string; readonly filter: RequestFilter; readonly options: RequestsOptions },
): Promise<void> {
  const requests = await journal.requests(filter);
  const [request] = requests;
  if (request === undefined) throw await nothingFound(journal, { id, filter });
  const entries = (await Promise.all(requests.map((one) => journal.recordsOf(one, maxRecords)))).flat();
  if (options.json) {
    io.print(`${printableJson({ requests, entries: withCaptures(io, entries) })}\n`);
    return;
  }
  printRequests(io, requests);
  if (entries.length > 0) {
    io.print('\n');
    printEntries(io, entries, options.mappings);
  }
}

/** Filters may hide a request that the journal has. */
async function nothingFound(
  journal: JournalReader,
  { id, filter }: { readonly id: string; readonly filter: RequestFilter },
): Promise<UsageError> {
  const isFiltered = Object.keys(filter).length > 2 && (await journal.requests({ limit: 1, requestId: id })).length > 0;
  return new UsageError(
    isFiltered
      ? `no request whose id begins with ${id} matches the filters`
      : `the journal has no request whose id begins with ${id}`,
  );
}

/** As lists print an endpoint of no known path, and as the journal has it. */
function toStoredEndpoint(text: string): string {
  return text.replace(/\(unknown path\)/i, 'none');
}

function toFilter(id: string | undefined, options: RequestsOptions): RequestFilter {
  const { status, endpoint, outcome, reason, last } = options;
  return {
    limit: last,
    ...(id !== undefined && { requestId: id }),
    ...parseTimeRange(options),
    ...(status !== undefined && { status }),
    ...(endpoint !== undefined && { endpoint: toStoredEndpoint(endpoint) }),
    ...(outcome !== undefined && { outcome }),
    ...(reason !== undefined && { reason }),
  };
}

function statusRange(text: string): readonly [number, number] {
  const [, digit, exact] = /^(?:([1-5])xx|([1-5]\d\d))$/i.exec(text) ?? [];
  if (exact !== undefined) return [Number(exact), Number(exact)];
  if (digit !== undefined) return [Number(digit) * 100, Number(digit) * 100 + 99];
  throw new InvalidArgumentError('must be a status such as 503, or a group such as 5xx');
}

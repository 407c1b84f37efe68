import { Command } from 'commander';
import { CaptureFileError } from '../../capture/capture-file.ts';
import { capturedCrm } from '../../capture/captured-crm.ts';
import { reasonOf, storyOf } from '../../capture/inspect/capture-story.ts';
import { describeCapture, listHead, listRow } from '../../capture/inspect/describe-capture.ts';
import { type FoundCapture, findCapture, findCaptures } from '../../capture/inspect/find-captures.ts';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { positiveNumber } from '../inputs/option-values.ts';
import { parseTimeRange, timeForms } from '../inputs/time-input.ts';
import { fitWidth } from '../report/fit-width.ts';
import { printable, printableJson } from '../report/printable.ts';
import { textTable } from '../report/text-table.ts';

/** `enginy-bridge captures list|show`: what happened to requests. Reads files only. */
export function capturesCommand(io: CommandIo): Command {
  const command = new Command('captures').description(
    'show what happened to individual requests (CAPTURE defines which are captured)',
  );
  command
    .command('list')
    .description('list the captures of a folder, oldest first')
    .option('--dir <folder>', 'folder of the captures (default: CAPTURE_DIR, or captures)')
    .option('--find <text>', 'only those that mention this id, email, name, number or address')
    .option('--errors', 'only those with an error or a warning')
    .option('--since <time>', `only requests since then, in UTC: ${timeForms}`)
    .option('--until <time>', 'only requests until then')
    .option('--last <count>', 'show only the newest <count>', positiveNumber, 50)
    .option('--json', 'print the list as JSON')
    .action((options: ListOptions) => run(() => list(io, options)));
  command
    .command('show')
    .description('print one capture: what was sent, found, written and held back, and each call to the CRM')
    .argument('<capture>', 'its file, part of its name, or the start of its request id')
    .option('--dir <folder>', 'folder of the captures (default: CAPTURE_DIR, or captures)')
    .option('--all', 'also print what the bridge knew before, and its settings')
    .option('--bodies', 'also print what was sent and received')
    .option('--json', 'print the summary and the whole capture as JSON')
    .action((reference: string, options: ShowOptions) => run(() => show(io, reference, options)));
  return command;
}

interface ListOptions {
  readonly dir?: string;
  readonly find?: string;
  readonly errors?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly last: number;
  readonly json?: boolean;
}

interface ShowOptions {
  readonly dir?: string;
  readonly all?: boolean;
  readonly bodies?: boolean;
  readonly json?: boolean;
}

function list(io: CommandIo, options: ListOptions): void {
  const { dir, find, errors, last } = options;
  const { CAPTURE_SECRET: secret } = io.environment();
  const folder = captureFolder(io, dir);
  const { found, problems } = findCaptures(folder, {
    ...(find !== undefined && { text: find }),
    ...(secret !== undefined && { secret }),
    ...(errors !== true && { newest: last }),
    ...parseTimeRange(options),
  });
  const shown = errors === true ? found.filter(({ capture }) => reasonOf(capture) !== '').slice(-last) : found;
  for (const problem of problems) io.complain(`${printable(problem)}\n`);
  if (options.json === true) io.print(`${printableJson({ captures: shown.map(toJson) })}\n`);
  else if (shown.length === 0) {
    io.print(`No capture in ${folder}${find === undefined ? '' : ` mentions ${printable(find)}`}\n`);
  } else {
    const rows = shown.map(({ capture, name }) => listRow(capture, name));
    io.print(fitWidth(`${textTable([listHead, ...rows.map((row) => row.map(printableCell))])}\n`, io.width, 2));
  }
}

function toJson({ capture, file }: FoundCapture): object {
  const { requestId, startedAt, request, answer, summary, durationMs } = capture;
  const { method, path } = request;
  const status = answer?.status ?? null;
  return { file, requestId, startedAt, method, path, status, ...summary, durationMs, reason: reasonOf(capture) };
}

function printableCell(cell: string | number): string | number {
  return typeof cell === 'number' ? cell : printable(cell);
}

function show(io: CommandIo, reference: string, { dir, all, bodies, json }: ShowOptions): void {
  const { capture, file } = findCapture(captureFolder(io, dir), reference);
  if (json === true) {
    io.print(`${printableJson({ file, ...storyOf(capturedCrm.protocol, capture), capture })}\n`);
    return;
  }
  const lines = [file, ...describeCapture(capturedCrm.protocol, capture, { isComplete: all === true })];
  io.print(`${lines.map(printable).join('\n')}\n`);
  if (bodies !== true) return;
  const parts = [
    ['Request', capture.request],
    ...capture.exchanges.flatMap((exchange, index): [string, unknown][] => [
      [`Call ${index + 1}, ${exchange.method} ${exchange.path}, sent`, exchange.body],
      [`Call ${index + 1}, answer ${exchange.status}`, exchange.response],
    ]),
    ['Answer', capture.answer],
  ] as const;
  for (const [title, value] of parts) io.print(`\n${printable(title)}\n${printableJson(value)}\n`);
}

/** The given folder, or else the one that the bridge writes to. */
export function captureFolder(io: CommandIo, named: string | undefined): string {
  return named ?? EnvironmentSchema.shape.CAPTURE_DIR.parse(io.environment().CAPTURE_DIR);
}

function run(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof CaptureFileError) throw new UsageError(error.message);
    throw error;
  }
}

import { Command, InvalidArgumentError } from 'commander';
import { CaptureFileError } from '../../capture/capture-file.ts';
import { describeCapture, listHead, listRow } from '../../capture/inspect/describe-capture.ts';
import { findCapture, findCaptures } from '../../capture/inspect/find-captures.ts';
import { EnvironmentSchema } from '../../config.ts';
import { hubSpotProtocol } from '../../crm/hubspot/protocol/hubspot-protocol.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { textTable } from '../report/text-table.ts';

/** `enginy-bridge captures list|show`: what happened to requests. Reads files, asks nobody. */
export function capturesCommand(io: CommandIo): Command {
  const command = new Command('captures').description('what happened to single requests (CAPTURE says which are kept)');
  command
    .command('list')
    .description('print the captures of a folder, oldest first')
    .option('--dir <folder>', 'folder of the captures (default: CAPTURE_DIR, or captures)')
    .option('--find <text>', 'only those that mention this id, e-mail, name, number or address')
    .option('--errors', 'only those with an error or a warning')
    .option('--last <count>', 'the newest so many', wholeNumber, 50)
    .action((options: ListOptions) => run(() => list(io, options)));
  command
    .command('show')
    .description('print one capture: what came, each call of the CRM, what was answered')
    .argument('<capture>', 'its file, a part of its name, or the id of its request')
    .option('--dir <folder>', 'folder of the captures (default: CAPTURE_DIR, or captures)')
    .option('--bodies', 'print what was sent and received, too')
    .action((reference: string, options: { dir?: string; bodies?: boolean }) =>
      run(() => show(io, reference, options)),
    );
  return command;
}

interface ListOptions {
  readonly dir?: string;
  readonly find?: string;
  readonly errors?: boolean;
  readonly last: number;
}

function list(io: CommandIo, { dir, find, errors, last }: ListOptions): void {
  const { CAPTURE_SECRET: secret } = io.environment();
  const folder = captureFolder(io, dir);
  const { found, problems } = findCaptures(folder, {
    ...(find !== undefined && { text: find }),
    ...(secret !== undefined && { secret }),
    ...(errors !== true && { newest: last }),
  });
  const shown = errors === true ? found.filter(({ capture }) => hasTrouble(capture)).slice(-last) : found;
  for (const problem of problems) io.complain(`${problem}\n`);
  if (shown.length === 0) {
    io.print(`No capture in ${folder}${find === undefined ? '' : ` mentions ${find}`}\n`);
    return;
  }
  io.print(`${textTable([listHead, ...shown.map(({ capture, name }) => listRow(capture, name))])}\n`);
}

function hasTrouble({
  summary,
  answer,
}: {
  summary: { errors: number; warnings: number };
  answer: { status: number } | null;
}) {
  return answer === null || answer.status >= 400 || summary.errors + summary.warnings > 0;
}

function show(io: CommandIo, reference: string, { dir, bodies }: { dir?: string; bodies?: boolean }): void {
  const { capture, file } = findCapture(captureFolder(io, dir), reference);
  io.print(`${file}\n${describeCapture(hubSpotProtocol, capture).join('\n')}\n`);
  if (bodies !== true) return;
  const parts = [
    ['Request', capture.request],
    ...capture.exchanges.flatMap((exchange, index): [string, unknown][] => [
      [`Call ${index + 1}, ${exchange.method} ${exchange.path}, sent`, exchange.body],
      [`Call ${index + 1}, answer ${exchange.status}`, exchange.response],
    ]),
    ['Answer', capture.answer],
  ] as const;
  for (const [title, value] of parts) io.print(`\n${title}\n${JSON.stringify(value, null, 2)}\n`);
}

/** The folder that was named, or else the one that the bridge writes to. */
export function captureFolder(io: CommandIo, named: string | undefined): string {
  return named ?? EnvironmentSchema.shape.CAPTURE_DIR.parse(io.environment().CAPTURE_DIR);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

function run(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof CaptureFileError) throw new UsageError(error.message);
    throw error;
  }
}

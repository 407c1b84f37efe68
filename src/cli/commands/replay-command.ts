import { z } from 'zod';
import { Command } from 'commander';
import { CaptureFileError } from '../../capture/capture-file.ts';
import type { Capture } from '../../capture/capture-schema.ts';
import { findCapture } from '../../capture/inspect/find-captures.ts';
import { type ReplayDifference, differenceLine } from '../../capture/replay/replay-difference.ts';
import { capturedMappings, saveRegression } from '../../capture/replay/regression.ts';
import { NotReplayableError, type Replay, replayCapture } from '../../capture/replay/replay-capture.ts';
import { describeReplay } from '../../capture/replay/report.ts';
import { LiveUrlError, liveOrigin, sendLive, whatItWrites } from '../../capture/replay/send-live.ts';
import type { Environment } from '../../environment.ts';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { loadMappings } from '../../mapping/load/load-mappings.ts';
import { MappingError } from '../../mapping/schema/diagnostic.ts';
import { type CommandIo, type ExitStatus, UsageError } from '../command-io.ts';
import { confirm } from '../inputs/confirm.ts';
import { printable, printableJson } from '../report/printable.ts';
import { captureFolder } from './captures-command.ts';

interface ReplayOptions {
  readonly dir?: string;
  readonly mapping?: string;
  readonly live?: string;
  readonly against?: string;
  readonly key?: string;
  readonly yes?: boolean;
  readonly save?: string;
  readonly story?: string;
  readonly into: string;
  readonly json?: boolean;
}

/** The result of one capture, for --json. */
interface ReplayOutcome {
  readonly capture: string;
  readonly outcome: 'same' | 'differs' | 'failed';
  readonly differences?: readonly ReplayDifference[];
  readonly assumptions?: readonly string[];
  readonly divergence?: string;
  readonly oldAnswers?: readonly string[];
  readonly error?: string;
}

/** A command that prints, or keeps quiet until its JSON is complete. */
interface Job {
  readonly io: CommandIo;
  readonly options: ReplayOptions;
  print(lines: readonly string[]): void;
}

/** `enginy-bridge replay`: runs captured requests again, offline by default. */
export function replayCommand(io: CommandIo): Command {
  const command = new Command('replay')
    .description('rerun captured requests offline with the current code and mapping files, and print what differs')
    .argument('<captures...>', 'files, parts of names, or starts of request ids')
    .option('--dir <folder>', 'folder of the captures (default: CAPTURE_DIR, or captures)')
    .option(
      '--mapping <which>',
      '"capture" for the mapping files it was captured with, or a folder (default: MAPPINGS_DIR)',
    )
    .option('--live <url>', 'send the request to a running bridge instead, after asking')
    .option('--key <key>', 'API key for --live (default: API_KEY)')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the results as JSON')
    .option('--save <name>', 'save it as a regression test that npm test replays from now on')
    .option('--story <sentence>', 'what the regression test is about')
    .option('--into <folder>', 'where regression tests are', 'test/regressions')
    .addHelpText('after', '\nExit status: 0 the same, 1 something differs, 2 it could not be replayed.');
  return command
    .addOption(command.createOption('--against <url>', 'the same as --live').hideHelp())
    .action(async (references: string[], options: ReplayOptions) => {
      const lines = (texts: readonly string[]) => texts.map((text) => `  ${printable(text)}\n`).join('');
      const print = options.json === true ? () => undefined : (texts: readonly string[]) => io.print(lines(texts));
      const outcomes: ReplayOutcome[] = [];
      for (const reference of references) outcomes.push(await runOne({ io, options, print }, reference));
      if (options.json === true) io.print(`${printableJson({ replays: outcomes })}\n`);
      io.setStatus(statusOf(outcomes));
    });
}

/** Exit statuses: all the same, something differs, something could not be replayed. */
function statusOf(outcomes: readonly ReplayOutcome[]): ExitStatus {
  if (outcomes.some(({ outcome }) => outcome === 'failed')) return 2;
  return outcomes.some(({ outcome }) => outcome === 'differs') ? 1 : 0;
}

const expectedErrors = [CaptureFileError, NotReplayableError, MappingError, UsageError, LiveUrlError];

async function runOne(job: Job, reference: string): Promise<ReplayOutcome> {
  const { io, options } = job;
  try {
    const { capture, name } = findCapture(captureFolder(io, options.dir), reference);
    const { method, path } = capture.request;
    if (options.json !== true) {
      io.print(`${printable(`${name}  ${method} ${path}  ${capture.answer?.status ?? 'no answer'}`)}\n`);
    }
    const url = options.live ?? options.against;
    const result = url === undefined ? await offline(job, capture) : await live(job, capture, url);
    return { capture: name, ...result };
  } catch (error) {
    const isExpected = expectedErrors.some((kind) => error instanceof kind) && error instanceof Error;
    // A capture may come from anywhere: whatever makes the replay fail is a fault of the file.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = isExpected ? error.message : `${reference} cannot be replayed (${reason})`;
    if (options.json !== true) io.complain(`error: ${message}\n`);
    return { capture: reference, outcome: 'failed', error: message };
  }
}

type Result = Omit<ReplayOutcome, 'capture'>;

async function offline(job: Job, capture: Capture): Promise<Result> {
  const { options, io } = job;
  const isSaved = options.save !== undefined;
  const mappings = isSaved ? capturedMappings(capture) : chosenMappings(io, capture, options.mapping);
  const replay = await replayCapture(capture, mappings);
  job.print(describeReplay(replay));
  if (isSaved) save(job, capture, replay);
  const { differences, assumptions, divergence, oldAnswers } = replay;
  const outcome = differences.length === 0 || isSaved ? 'same' : 'differs';
  return { outcome, differences, assumptions, oldAnswers, ...(divergence !== undefined && { divergence }) };
}

function chosenMappings(io: CommandIo, capture: Capture, which: string | undefined): Mappings {
  if (which === 'capture') return capturedMappings(capture);
  const { defaultCountry } = capture.settings;
  const folder = which ?? readSetting('MAPPINGS_DIR', io.environment());
  return loadMappings(folder, defaultCountry === undefined ? {} : { defaultCountry });
}

function save({ options, print }: Job, capture: Capture, replay: Replay): void {
  const { save: name = '', into } = options;
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError('The name of a regression test consists of lowercase letters, digits and hyphens');
  }
  if (capture.personalData === 'kept') {
    throw new UsageError('The capture contains personal data, so it must not become part of the project');
  }
  const expected = [
    ...replay.differences.map(differenceLine),
    ...replay.assumptions.map((assumption) => `assumed  ${assumption}`),
  ];
  const story =
    options.story ?? `${capture.request.method} ${capture.request.path} of ${capture.startedAt.slice(0, 10)}`;
  const file = saveRegression(into, name, { story, capture, expected });
  const meant = expected.length === 0 ? '' : ', and expects the differences above';
  print([`saved as ${file}: npm test replays it from now on${meant}`]);
}

async function live({ io, options, print }: Job, capture: Capture, url: string): Promise<Result> {
  const environment = io.environment();
  const key = options.key ?? readSetting('API_KEY', environment)?.[0];
  if (key === undefined) throw new UsageError('API_KEY is not set: pass the key of the running bridge with --key');
  const header = readSetting('API_KEY_HEADER', environment);
  const origin = liveOrigin(url);
  print(sendingTo(origin, capture));
  if (options.yes !== true && !(await confirm(io, `Send it to ${origin}? (yes/no) `))) {
    print(['not sent']);
    return { outcome: 'failed', error: 'not sent' };
  }
  try {
    const { status, differences } = await sendLive(capture, { origin, header, key });
    print([`answered ${status}`, ...(differences.length === 0 ? ['same'] : differences.map(differenceLine))]);
    return { outcome: differences.length === 0 ? 'same' : 'differs', differences };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // `fetch` throws a TypeError for a network failure, which is then the cause, and for a request that it does not send.
    const isUnreachable = error.cause instanceof Error;
    throw new UsageError(
      isUnreachable ? `Nothing responds at ${origin}` : `The request cannot be sent: ${error.message}`,
    );
  }
}

type Shape = typeof EnvironmentSchema.shape;

/** One setting alone: the others may be wrong or missing. */
function readSetting<Name extends keyof Shape>(name: Name, environment: Environment): z.output<Shape[Name]> {
  const { data, error } = z.safeParse(EnvironmentSchema.shape[name], environment[name]);
  if (error !== undefined) throw new UsageError(`${name} ${error.issues.map(({ message }) => message).join('; ')}`);
  // Without an error there is a value, which the compiler does not see for a schema of any name.
  return data as z.output<Shape[Name]>;
}

function sendingTo(origin: string, capture: Capture): string[] {
  const { method, path } = capture.request;
  const writes = whatItWrites(capture);
  const sent = `The API key and ${method} ${path} go to ${origin}`;
  if (writes.length === 0) return [`${sent}; the request only reads.`];
  const people = capture.personalData === 'kept' ? '' : ', with placeholders instead of personal data';
  return [`${sent}. This writes to the CRM behind it${people}:`, ...writes.map((line) => `  ${line}`)];
}

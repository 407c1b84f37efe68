import { Command } from 'commander';
import { CaptureFileError } from '../../capture/capture-file.ts';
import type { Capture } from '../../capture/capture-schema.ts';
import { findCapture } from '../../capture/inspect/find-captures.ts';
import { differenceLine } from '../../capture/replay/difference.ts';
import { capturedMappings, saveRegression } from '../../capture/replay/regression.ts';
import { NotReplayableError, type Replay, replayCapture } from '../../capture/replay/replay-capture.ts';
import { describeReplay } from '../../capture/replay/report.ts';
import { LiveUrlError, liveOrigin, sendLive, whatItWrites } from '../../capture/replay/send-live.ts';
import { EnvironmentSchema } from '../../config.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { loadMappings } from '../../mapping/load/load-mappings.ts';
import { MappingError } from '../../mapping/schema/diagnostic.ts';
import { type CommandIo, type ExitStatus, UsageError } from '../command-io.ts';
import { confirm } from '../inputs/confirm.ts';
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
}

/** What the exit status says: everything the same, something differs, something could not be replayed. */
const differs: ExitStatus = 1;
const failed: ExitStatus = 2;

/** `enginy-bridge replay`: runs captured requests again, offline unless told otherwise. */
export function replayCommand(io: CommandIo): Command {
  const command = new Command('replay')
    .description("run captured requests again, offline, with today's code and mapping files, and print what differs")
    .argument('<captures...>', 'files, parts of names, or ids of requests')
    .option('--dir <folder>', 'folder of the captures (default: CAPTURE_DIR, or captures)')
    .option('--mapping <which>', '"capture" for the mapping files of then, or a folder (default: MAPPINGS_DIR)')
    .option('--live <url>', 'send the request to a running bridge instead, after a question')
    .option('--key <key>', 'API key for --live (default: API_KEY)')
    .option('-y, --yes', 'do not ask')
    .option('--save <name>', 'make it a regression test that npm test replays from now on')
    .option('--story <sentence>', 'what the regression test is about')
    .option('--into <folder>', 'where regression tests are', 'test/regressions')
    .addHelpText('after', '\nExit status: 0 the same, 1 something differs, 2 it could not be replayed.');
  return command
    .addOption(command.createOption('--against <url>', 'the same as --live').hideHelp())
    .action(async (references: string[], options: ReplayOptions) => {
      const statuses: ExitStatus[] = [];
      for (const reference of references) statuses.push(await runOne(io, reference, options));
      io.setStatus(statuses.includes(failed) ? failed : statuses.includes(differs) ? differs : 0);
    });
}

async function runOne(io: CommandIo, reference: string, options: ReplayOptions): Promise<ExitStatus> {
  try {
    const { capture, name } = findCapture(captureFolder(io, options.dir), reference);
    io.print(`${name}  ${capture.request.method} ${capture.request.path}  ${capture.answer?.status ?? 'no answer'}\n`);
    const url = options.live ?? options.against;
    if (url !== undefined) return await live(io, capture, { ...options, url });
    return await offline(io, capture, options);
  } catch (error) {
    const isExpected = [CaptureFileError, NotReplayableError, MappingError, UsageError, LiveUrlError].some(
      (kind) => error instanceof kind,
    );
    // A capture is data from anywhere: what it makes the replay stumble over is a property of the file.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    io.complain(
      `error: ${isExpected && error instanceof Error ? error.message : `${reference} cannot be replayed (${reason})`}\n`,
    );
    return failed;
  }
}

async function offline(io: CommandIo, capture: Capture, options: ReplayOptions): Promise<ExitStatus> {
  const mappings =
    options.save === undefined ? chosenMappings(io, capture, options.mapping) : capturedMappings(capture);
  const replay = await replayCapture(capture, mappings);
  print(io, describeReplay(replay));
  if (options.save !== undefined) save(io, capture, replay, options.save, options);
  return replay.differences.length === 0 || options.save !== undefined ? 0 : differs;
}

function chosenMappings(io: CommandIo, capture: Capture, which: string | undefined): Mappings {
  if (which === 'capture') return capturedMappings(capture);
  const { defaultCountry } = capture.settings;
  const folder = which ?? EnvironmentSchema.shape.MAPPINGS_DIR.parse(io.environment().MAPPINGS_DIR);
  return loadMappings(folder, defaultCountry === undefined ? {} : { defaultCountry });
}

function save(io: CommandIo, capture: Capture, replay: Replay, name: string, options: ReplayOptions): void {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError('The name of a regression test has small letters, digits and hyphens');
  }
  if (capture.personalData === 'kept') {
    throw new UsageError('The capture holds people’s values as they are: it must not become part of the project');
  }
  const expected = [
    ...replay.differences.map(differenceLine),
    ...replay.assumptions.map((assumption) => `assumed  ${assumption}`),
  ];
  const story =
    options.story ?? `${capture.request.method} ${capture.request.path} of ${capture.startedAt.slice(0, 10)}`;
  const file = saveRegression(options.into, name, { story, capture, expected });
  const meant = expected.length === 0 ? '' : ', and expects what differs above';
  print(io, [`saved as ${file}: npm test replays it from now on${meant}`]);
}

async function live(io: CommandIo, capture: Capture, options: ReplayOptions & { url: string }): Promise<ExitStatus> {
  const environment = io.environment();
  const key = options.key ?? EnvironmentSchema.shape.API_KEY.parse(environment.API_KEY)?.[0];
  if (key === undefined) throw new UsageError('API_KEY is not set: pass the key of the running bridge with --key');
  const header = EnvironmentSchema.shape.API_KEY_HEADER.parse(environment.API_KEY_HEADER);
  const origin = liveOrigin(options.url);
  print(io, sendingTo(origin, capture));
  if (options.yes !== true && !(await confirm(io, `Send it to ${origin}? (yes/no) `))) {
    print(io, ['not sent']);
    return failed;
  }
  try {
    const { status, differences } = await sendLive(capture, { origin, header, key });
    print(io, [`answered ${status}`, ...(differences.length === 0 ? ['same'] : differences.map(differenceLine))]);
    return differences.length === 0 ? 0 : differs;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // `fetch` throws a TypeError for a network failure, which is then the cause, and for a request that it does not send.
    const isUnreachable = error.cause instanceof Error;
    throw new UsageError(
      isUnreachable ? `Nothing answers at ${origin}` : `The request cannot be sent: ${error.message}`,
    );
  }
}

function sendingTo(origin: string, capture: Capture): string[] {
  const { method, path } = capture.request;
  const writes = whatItWrites(capture);
  const sent = `The API key and ${method} ${path} go to ${origin}`;
  if (writes.length === 0) return [`${sent}; the request only reads.`];
  const people = capture.personalData === 'kept' ? '' : ', with placeholders instead of people’s values';
  return [`${sent}. This writes to the CRM behind it${people}:`, ...writes.map((line) => `  ${line}`)];
}

function print(io: CommandIo, lines: readonly string[]): void {
  for (const line of lines) io.print(`  ${line}\n`);
}

import type { CommandIo, ExitStatus } from '../../src/cli/command-io.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';

export interface CommandRun {
  readonly status: ExitStatus;
  readonly out: string;
  readonly err: string;
}

export interface CommandSetting {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What a person types when asked. */
  readonly typed?: string;
  readonly hasColor?: boolean;
  /** Columns of the terminal; without it, the output is no terminal. */
  readonly width?: number;
  /** Ends a command that follows something. */
  readonly stop?: AbortSignal;
}

/** Runs one command line in this process, with an environment of its own. */
export async function runCommand(args: readonly string[], setting: CommandSetting = {}): Promise<CommandRun> {
  let status: ExitStatus = 0;
  let out = '';
  let err = '';
  const io: CommandIo = {
    print: (text) => {
      out += text;
    },
    complain: (text) => {
      err += text;
    },
    hasColor: setting.hasColor ?? false,
    width: setting.width,
    environment: () => setting.environment ?? {},
    readInput: async () => setting.input ?? '',
    ask: async (question) => {
      out += question;
      return setting.typed ?? '';
    },
    setStatus: (given) => {
      status = given;
    },
    ...(setting.stop !== undefined && { stop: setting.stop }),
  };
  await runCommandLine(args, io);
  return { status, out, err };
}

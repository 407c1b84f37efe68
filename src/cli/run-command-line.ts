import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { type CommandIo, UsageError } from './command-io.ts';
import { capturesCommand } from './commands/captures-command.ts';
import { checkCommand } from './commands/check-command.ts';
import { completionCommand } from './commands/completion-command.ts';
import { conformanceCommand } from './commands/conformance-command.ts';
import { consoleCommand } from './commands/console-command.ts';
import { doctorCommand } from './commands/doctor-command.ts';
import { duplicatesCommand } from './commands/duplicates-command.ts';
import { explainCommand } from './commands/explain-command.ts';
import { fieldsCommand } from './commands/fields-command.ts';
import { initCommand } from './commands/init-command.ts';
import { leadCommand } from './commands/lead-command.ts';
import { propertiesCommand } from './commands/properties-command.ts';
import { replayCommand } from './commands/replay-command.ts';
import { requestsCommand } from './commands/requests-command.ts';
import { sandboxCommand } from './commands/sandbox-command.ts';
import { serveCommand } from './commands/serve-command.ts';
import { tailCommand } from './commands/tail-command.ts';
import { transformsCommand } from './commands/transforms-command.ts';
import { printableOutput } from './report/printable.ts';

const after = `
Examples:
  enginy-bridge init                           write .env and mapping files that fit your HubSpot account
  enginy-bridge doctor                         check everything, and print what to enter in Enginy
  enginy-bridge serve                          run the bridge; without a HubSpot token, on the embedded CRM
  enginy-bridge check                          check the mapping files and run the examples next to them
  enginy-bridge check --live                   also compare them with the properties of your HubSpot account
  enginy-bridge fields                         list Enginy's fields; "transforms" lists what a row can do to a value
  enginy-bridge explain contacts lead.json     show how a record would be processed, and why
  enginy-bridge lead lead-7                    show what happened to one record, and why
  enginy-bridge requests --since "tuesday 14:00"  show what happened to all requests since then
  enginy-bridge captures list --last 20        show the latest requests that had an error or a warning
  enginy-bridge replay FILE                    rerun a captured request offline, and print what differs
  enginy-bridge properties plan payload.json   show which custom properties requests would create
  enginy-bridge console                        print a link to the console of a running bridge
  enginy-bridge duplicates contacts            list contacts that share an email address or a LinkedIn URL
  enginy-bridge conformance URL                check any server against Enginy's contract

All settings come from the environment or from .env (see .env.example).
Exit status: 0 success, 1 the command found problems, 2 the command could not run.
"enginy-bridge help COMMAND" explains a command.
`;

/** Runs one command line, without the program's name. Its output and exit status go to `outside`; only bugs are thrown. */
export async function runCommandLine(args: readonly string[], outside: CommandIo): Promise<void> {
  const io = withVisibleControls(outside);
  try {
    await createProgram(io).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) io.setStatus(error.exitCode === 0 ? 0 : 2);
    else if (error instanceof UsageError) {
      io.complain(`error: ${error.message}\n`);
      io.setStatus(2);
    } else throw error;
  }
}

/** The command line with all commands, their arguments and options. */
export function createProgram(io: CommandIo): Command {
  const program = new Command('enginy-bridge')
    .description('Lets Enginy use HubSpot as its custom CRM: runs the bridge, sets it up, and shows what it did.')
    .version(version, '-V, --version')
    .addHelpText('after', after)
    .showHelpAfterError('("enginy-bridge --help" shows the commands)')
    .showSuggestionAfterError()
    .addCommand(initCommand(io))
    .addCommand(doctorCommand(io))
    .addCommand(serveCommand())
    .addCommand(sandboxCommand(io))
    .addCommand(checkCommand(io))
    .addCommand(fieldsCommand(io))
    .addCommand(transformsCommand(io))
    .addCommand(explainCommand(io))
    .addCommand(propertiesCommand(io))
    .addCommand(duplicatesCommand(io))
    .addCommand(leadCommand(io))
    .addCommand(requestsCommand(io))
    .addCommand(tailCommand(io))
    .addCommand(capturesCommand(io))
    .addCommand(replayCommand(io))
    .addCommand(consoleCommand(io))
    .addCommand(conformanceCommand(io))
    .addCommand(completionCommand(io));
  adopt(program, io);
  return program;
}

/** Nothing that a command prints may control the terminal, because the text may come from files and callers. */
function withVisibleControls(io: CommandIo): CommandIo {
  // The properties are getters: they keep their object.
  return Object.assign(Object.create(io) as CommandIo, {
    print: (text: string) => io.print(printableOutput(text, { keepColor: io.hasColor })),
    complain: (text: string) => io.complain(printableOutput(text, { keepColor: false })),
  });
}

/** Commander's own texts go the same way as ours, and nothing ends the process. */
function adopt(command: Command, io: CommandIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.print(text),
    writeErr: (text) => io.complain(text),
    getOutHasColors: () => io.hasColor,
    getErrHasColors: () => false,
    getOutHelpWidth: () => io.width ?? 100,
    getErrHelpWidth: () => io.width ?? 100,
  });
  for (const inner of command.commands) adopt(inner, io);
}

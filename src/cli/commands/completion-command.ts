import { Argument, Command } from 'commander';
import type { CommandIo } from '../command-io.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

const after = `
Examples:
  source <(enginy-bridge completion bash)                                   # in ~/.bashrc
  source <(enginy-bridge completion zsh)                                    # in ~/.zshrc, after compinit
  enginy-bridge completion fish > ~/.config/fish/completions/enginy-bridge.fish
`;

/** `enginy-bridge completion SHELL`: a script that completes the commands and options of this version. */
export function completionCommand(io: CommandIo): Command {
  return new Command('completion')
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>').choices([...shells]))
    .addHelpText('after', after)
    .action((shell: (typeof shells)[number], _options: object, command: Command) => {
      const program = command.parent ?? command;
      io.print(shell === 'fish' ? fishScript(program) : bashScript(program, shell));
    });
}

interface Completion {
  /** The words of the command, without the program's; empty for the program itself. */
  readonly path: readonly string[];
  readonly command: Command;
}

function completionsOf(command: Command, path: readonly string[] = []): Completion[] {
  const inner = command.commands.flatMap((each) => completionsOf(each, [...path, each.name()]));
  return [...inner, { path, command }];
}

function wordsOf({ command }: Completion): string[] {
  const options = command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));
  return [...command.commands.map((each) => each.name()), ...options, '--help'];
}

function bashScript(program: Command, shell: 'bash' | 'zsh'): string {
  const cases = completionsOf(program).map((completion) => {
    const pattern = completion.path.length === 0 ? '*' : `"${completion.path.join(' ')} "*`;
    return `    ${pattern}) words="${wordsOf(completion).join(' ')}" ;;`;
  });
  return `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_enginy_bridge() {
  local words line="\${COMP_WORDS[*]:1:COMP_CWORD-1} "
  case "$line" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _enginy_bridge enginy-bridge
`;
}

function fishScript(program: Command): string {
  const lines = completionsOf(program).flatMap(({ path, command }) => {
    const condition =
      path.length === 0
        ? '__fish_use_subcommand'
        : `__fish_seen_subcommand_from ${path.join('; and __fish_seen_subcommand_from ')}`;
    const start = `complete -c enginy-bridge -n '${condition}'`;
    return [
      ...command.commands.map((each) => `${start} -a ${each.name()} -d ${quoted(each.description())}`),
      ...command.options.map(
        (each) => `${start} -l ${(each.long ?? '').replace(/^--/, '')} -d ${quoted(each.description)}`,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

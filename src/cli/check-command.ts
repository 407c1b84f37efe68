import { statSync } from 'node:fs';
import { Command } from 'commander';
import { checkFolder } from '../mapping/check-folder.ts';
import { type CommandIo, UsageError } from './command-io.ts';
import { countFindings, type FolderFindings, formatFolder } from './report-folder.ts';
import { readToolConfig } from './tool-config.ts';

const after = `
Every finding of every file is one line:  file:line:column  severity  kind  message
mappings/README.md explains the kinds. Examples (contacts.examples.yaml beside contacts.yaml) are run once the files are
sound; they are findings too when they do not come out as written.

Examples:
  enginy-bridge check                          the folder that the bridge reads (MAPPINGS_DIR)
  enginy-bridge check mappings/examples/*      other folders
  enginy-bridge check --json | jq '.folders[].findings[].message'

Exit status: 0 no errors, 1 errors (with --strict also warnings), 2 a folder cannot be read or the call is wrong.
`;

interface CheckOptions {
  readonly json?: true;
  readonly strict?: true;
}

/** `enginy-bridge check [DIR…]`. */
export function checkCommand(io: CommandIo): Command {
  return new Command('check')
    .description('check mapping files: all findings at once, with file, line and column')
    .argument('[dir...]', 'folders of mapping files (default: MAPPINGS_DIR)')
    .option('--strict', 'warnings fail the check as well')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', after)
    .action((dirs: string[], options: CheckOptions) => check(io, dirs, options));
}

function check(io: CommandIo, dirs: readonly string[], options: CheckOptions): void {
  const config = readToolConfig(io);
  const context = config.defaultCountry === undefined ? {} : { defaultCountry: config.defaultCountry };
  const reports = (dirs.length > 0 ? dirs : [config.mappingsDir]).map((dir): FolderFindings => {
    demandFolder(dir);
    const { mappings, diagnostics, examples } = checkFolder(dir, context);
    return { dir, hash: mappings?.hash, diagnostics, examples };
  });
  if (options.json) io.print(`${JSON.stringify({ folders: reports.map(toJson) }, null, 2)}\n`);
  else for (const report of reports) io.print(formatFolder(report, io.hasColor));
  const { errors, warnings } = countFindings(reports.flatMap(({ diagnostics }) => diagnostics));
  io.setStatus(errors > 0 || (options.strict && warnings > 0) ? 1 : 0);
}

/** Throws UsageError unless there is a folder that can be looked at. */
export function demandFolder(dir: string): void {
  const stats = statSync(dir, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`there is no folder ${dir}`);
  if (!stats.isDirectory()) throw new UsageError(`${dir} is a file: name the folder that it is in`);
}

function toJson({ dir, hash, diagnostics, examples }: FolderFindings): object {
  return { dir, hash, ...countFindings(diagnostics), examples, findings: diagnostics };
}

import { statSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { GatewayError } from '../../errors.ts';
import { type CheckScope, checkLive, type LiveReport } from '../../live-check/check-live.ts';
import { type Coverage, measureCoverage } from '../../live-check/measure-coverage.ts';
import { checkFolder, type FolderReport, renewExamples } from '../../mapping/check/check-folder.ts';
import { sortDiagnostics } from '../../mapping/schema/diagnostic.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { Locale } from '../../mapping/values/locale.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import type { OpenCrm } from '../inputs/open-crm.ts';
import { readRequirements } from '../inputs/read-requirements.ts';
import { demandNoLive, saveSchema } from '../inputs/schema-input.ts';
import { readToolConfig } from '../inputs/tool-config.ts';
import { countFindings, type FolderFindings, formatFolder } from '../report/report-folder.ts';
import { formatCoverage } from '../report/report-coverage.ts';
import { formatLive } from '../report/report-live.ts';
import { counted } from '../../counted.ts';

const after = `
Each finding is one line:  file:line:column  severity  kind  message
mappings/README.md explains the kinds. Examples (contacts.examples.yaml next to contacts.yaml) are run once the files have
no errors; the bridge does not read them. One warning per file counts the examples that no longer pass; --strict lists each
difference, and --update-examples updates what they expect.

With --live, every property in the files is looked up in your HubSpot account: whether it exists, can be written, and
fits its row's type, transforms and options. A table shows each row with ✓, ! (warning) or ✕ (error). Nothing is written, so write
scopes are not tested. It then reports how many records have a value where each match rule looks, and in which other text
properties a sample of the records contains LinkedIn URLs: about twenty searches and ten other calls. The properties that
HubSpot required of the running bridge are read from DATA_DIR.

--save-schema saves a description of the account as JSON: properties with labels, descriptions and options, the
account's id, name and time zone, and association labels. It contains no records, owners or users. --schema compares the mapping files with
such a file, without HubSpot; explain, doctor, init and sandbox accept it too.

Examples:
  enginy-bridge check                          the folder that the bridge reads (MAPPINGS_DIR)
  enginy-bridge check mappings/examples/*      other folders
  enginy-bridge check --update-examples        update the examples after an intended change
  enginy-bridge check --live                   compare with the account of HUBSPOT_ACCESS_TOKEN
  enginy-bridge check --live --sandbox         try that on the embedded CRM
  enginy-bridge check --live --save-schema portal.json   save the account's properties
  enginy-bridge check --schema portal.json     compare with it, offline
  enginy-bridge check --json | jq '.folders[].findings[].message'

Exit status: 0 no errors, 1 errors (with --strict also warnings), 2 a folder cannot be read, HubSpot cannot be reached, or
the usage is invalid.
`;

interface CheckOptions {
  readonly updateExamples?: true;
  readonly quiet?: true;
  readonly live?: true;
  readonly sandbox?: true;
  readonly schema?: string;
  readonly saveSchema?: string;
  readonly json?: true;
  readonly strict?: true;
}

/** `enginy-bridge check [DIR…]`. */
export function checkCommand(io: CommandIo): Command {
  return new Command('check')
    .description('check mapping files: all findings at once, with file, line and column')
    .argument('[dir...]', 'folders of mapping files (default: MAPPINGS_DIR)')
    .option('--live', 'also compare them with the properties of your HubSpot account')
    .option('--sandbox', 'with --live: compare with the embedded CRM instead')
    .option('--schema <file>', 'compare them with a saved portal instead, offline')
    .option('--save-schema <file>', 'with --live: save the properties, options and labels of the account')
    .option('--strict', 'fail the check on warnings, too')
    .option('--update-examples', 'update what the examples expect')
    .option('--quiet', 'print only findings; nothing if there are none')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', after)
    .action((dirs: string[], options: CheckOptions) => check(io, dirs, options));
}

/** A folder's findings, and what the comparison with the CRM added to them. */
interface Checked extends FolderFindings {
  readonly live?: LiveReport;
  /** How many records the match rules can find; absent for a saved portal, which has none. */
  readonly coverage?: readonly Counted[];
}

/** The counts are optional: if the CRM refuses them, the comparison is still reported. */
type Counted = Coverage | { readonly objectType: string; readonly problem: string };

async function check(io: CommandIo, dirs: readonly string[], options: CheckOptions): Promise<void> {
  demandNoLive(options);
  for (const [name, isGiven] of [
    ['--sandbox', options.sandbox],
    ['--save-schema', options.saveSchema],
  ] as const) {
    if (isGiven && !options.live) throw new UsageError(`${name} requires --live`);
  }
  const config = readToolConfig(io);
  const context = config.defaultCountry === undefined ? {} : { defaultCountry: config.defaultCountry };
  const folders = (dirs.length > 0 ? dirs : [config.mappingsDir]).map((dir) => {
    demandFolder(dir);
    if (options.updateExamples) updateExamples(io, dir, context);
    return { dir, report: withDetails(checkFolder(dir, context), options) };
  });
  if (!options.live && options.schema === undefined) {
    printReports(io, folders.map(toChecked), options);
    return;
  }
  const { openCrm } = await import('../inputs/open-crm.ts');
  const open = await openCrm(config, { isRehearsal: options.sandbox === true, schema: options.schema });
  const requirements =
    options.sandbox || options.schema
      ? []
      : readRequirements(config, (problem) => io.complain(`warning: ${problem}\n`));
  try {
    const checked: Checked[] = [];
    for (const folder of folders) {
      const compared = await checkAgainst({ ...open, requirements }, folder);
      checked.push(options.schema === undefined ? await withCoverage(open, folder, compared) : compared);
    }
    if (options.saveSchema !== undefined) await saveSchema(io, open, options.saveSchema);
    printReports(io, checked, { ...options, crmName: open.name });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    printReports(io, folders.map(toChecked), options);
    throw new UsageError(`the files could not be compared with ${open.name}: ${error.message}`);
  } finally {
    await open.close();
  }
}

/** With --strict, an example that differs is a finding like any other. */
function withDetails(report: FolderReport, { strict }: CheckOptions): FolderReport {
  if (!strict || report.differences.length === 0) return report;
  const others = report.diagnostics.filter(({ kind }) => kind !== 'example-failed');
  const differences = report.differences.filter(({ kind }) => kind === 'example-failed');
  return { ...report, diagnostics: sortDiagnostics([...others, ...differences]) };
}

function updateExamples(io: CommandIo, dir: string, locale: Locale): void {
  for (const { file, text, renewed } of renewExamples(dir, locale)) {
    writeFileSync(file, text);
    io.complain(`${file}: ${counted(renewed, 'expectation')} renewed\n`);
  }
}

interface Folder {
  readonly dir: string;
  readonly report: FolderReport;
}

function toChecked({ dir, report }: Folder): Checked {
  return { dir, hash: report.mappings?.hash, diagnostics: report.diagnostics, examples: report.examples };
}

/** Files with errors are not compared: the errors must be corrected first. */
async function checkAgainst(scope: CheckScope, folder: Folder): Promise<Checked> {
  const checked = toChecked(folder);
  const { mappings, documents } = folder.report;
  if (mappings === undefined) return checked;
  const live = await checkLive(scope, mappings, documents);
  return { ...checked, diagnostics: sortDiagnostics([...checked.diagnostics, ...live.diagnostics]), live };
}

async function withCoverage(open: OpenCrm, { report }: Folder, checked: Checked): Promise<Checked> {
  const coverage: Counted[] = [];
  for (const mapping of [report.mappings?.contacts, report.mappings?.companies]) {
    if (mapping === undefined || !isReadable(mapping, checked.live)) continue;
    const { objectType } = mapping.target;
    try {
      const measured = await measureCoverage(open, mapping);
      if (measured !== undefined) coverage.push(measured);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      coverage.push({ objectType, problem: error.message });
    }
  }
  return { ...checked, coverage };
}

function isReadable({ target }: Mapping, live: LiveReport | undefined): boolean {
  return live?.files.some(({ objectType, rows }) => objectType === target.objectType && rows.length > 0) === true;
}

function printReports(
  io: CommandIo,
  reports: readonly Checked[],
  { crmName = '', ...options }: CheckOptions & { readonly crmName?: string },
): void {
  if (options.json) io.print(`${JSON.stringify({ folders: reports.map(toJson) }, null, 2)}\n`);
  else {
    for (const { live, coverage = [] } of options.quiet ? [] : reports) {
      if (live !== undefined) io.print(`${formatLive(live, crmName, io.hasColor)}\n`);
      for (const counted of coverage) io.print(`${formatCounted(counted)}\n`);
    }
    for (const report of reports) io.print(formatFolder(report, io.hasColor, options.quiet));
  }
  const { errors, warnings } = countFindings(reports.flatMap(({ diagnostics }) => diagnostics));
  io.setStatus(errors > 0 || (options.strict && warnings > 0) ? 1 : 0);
}

function formatCounted(counted: Counted): string {
  if (!('problem' in counted)) return formatCoverage(counted);
  return `  ${counted.objectType} could not be counted: ${counted.problem}\n`;
}

/** Throws UsageError unless the folder exists and can be read. */
export function demandFolder(dir: string): void {
  const stats = statSync(dir, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`there is no folder ${dir}`);
  if (!stats.isDirectory()) throw new UsageError(`${dir} is a file: name the folder that it is in`);
}

function toJson({ dir, hash, diagnostics, examples, live, coverage }: Checked): object {
  const compared = live === undefined ? {} : { account: live.account.id, files: live.files };
  const counted = coverage === undefined ? {} : { coverage };
  return { dir, hash, ...countFindings(diagnostics), examples, findings: diagnostics, ...compared, ...counted };
}

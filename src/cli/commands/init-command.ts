import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type EnvText, envText } from '../../settings/env-text.ts';
import { EnvironmentSchema } from '../../settings/environment-schema.ts';
import { CrmRejectedError, GatewayError, NotSupportedError } from '../../errors.ts';
import { findUsableProperties } from '../../init/find-usable-properties.ts';
import { type FillCounts, propertiesToCount, proposeRows } from '../../init/propose-rows.ts';
import { type PortalAdditions, renderMappings } from '../../init/render-mappings.ts';
import { checkLive } from '../../live-check/check-live.ts';
import { checkFolder } from '../../mapping/check/check-folder.ts';
import { shippedMappings } from '../../settings/shipped-mappings.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { demandFolder } from './check-command.ts';
import { confirm } from '../inputs/confirm.ts';
import type { OpenCrm } from '../inputs/open-crm.ts';
import { readToolConfig } from '../inputs/tool-config.ts';
import { countFindings } from '../report/report-folder.ts';
import { counted } from '../../counted.ts';

const after = `
Reads the properties of your HubSpot account, and writes into the working directory:

  mappings/portal/  mapping files to start from. For custom properties that match Enginy's data (LinkedIn URL, score, tags,
                    fields of the same name), init suggests rows in comments, each with the reason and the number of
                    records that have a value.
  .env              the access token, a new API key, and the folder. Only you can read it (mode 0600). If it exists, a valid
                    API_KEY and all other settings are kept.

The folder also gets examples with fictitious people, which "enginy-bridge check" runs. Nothing is written to HubSpot. An existing file or
folder is overwritten only after you confirm, or with --force.

Examples:
  enginy-bridge init                           asks for the access token, unless HUBSPOT_ACCESS_TOKEN is set
  enginy-bridge init --print                   print the files without writing them
  enginy-bridge init --patch                   print the rows that the existing files lack
  enginy-bridge init --sandbox                 try it on the embedded CRM, without an account
  HUBSPOT_ACCESS_TOKEN=… enginy-bridge init --yes      in a script: asks nothing

Exit status: 0 the files are written and fit the account, 1 written, but the check found errors, 2 nothing was written.
`;

interface InitOptions {
  readonly sandbox?: true;
  readonly schema?: string;
  readonly yes?: true;
  readonly force?: true;
  readonly print?: true;
  readonly patch?: true;
  readonly counts: boolean;
  readonly dir: string;
}

/** `enginy-bridge init`. */
export function initCommand(io: CommandIo): Command {
  return new Command('init')
    .description('write .env and mapping files that fit your HubSpot account')
    .option('--dir <dir>', 'folder for the mapping files', 'mappings/portal')
    .option('--sandbox', 'try it on the embedded CRM')
    .option('--schema <file>', 'try it on the embedded CRM with the properties of a saved portal')
    .option('-y, --yes', 'do not ask; fail if input is needed')
    .option('--print', 'print the mapping files instead of writing anything')
    .option('--patch', 'print the rows that existing files in the folder lack; write nothing')
    .option('--no-counts', 'do not count how many records have a value in the proposed properties (one search each)')
    .option('--force', 'overwrite the folder, and the settings in .env that init writes')
    .addHelpText('after', after)
    .action((options: InitOptions) => init(io, options));
}

async function init(io: CommandIo, options: InitOptions): Promise<void> {
  const token = options.sandbox || options.schema ? undefined : await tokenFor(io, options);
  if (options.patch) demandFolder(options.dir);
  else if (!options.print) await mayWrite(io, options, ['.env', options.dir]);
  const environment = { ...io.environment(), ...(token !== undefined && { HUBSPOT_ACCESS_TOKEN: token }) };
  const config = readToolConfig({ environment: () => environment, complain: io.complain });
  const { openCrm } = await import('../inputs/open-crm.ts');
  const open = await openCrm(config, { isRehearsal: options.sandbox === true, schema: options.schema });
  try {
    await writeSetUp(io, { open, options, token });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new UsageError(`${open.name} could not be read: ${error.message}. Nothing was written.`);
  } finally {
    await open.close();
  }
}

async function tokenFor(io: CommandIo, options: InitOptions): Promise<string> {
  const { HUBSPOT_ACCESS_TOKEN: known } = io.environment();
  const given =
    known ??
    (options.yes
      ? ''
      : await io.ask('HubSpot access token (Development > Keys > Service keys; it is not shown): ', {
          isSecret: true,
        }));
  const parsed = EnvironmentSchema.shape.HUBSPOT_ACCESS_TOKEN.safeParse(given);
  if (!parsed.success) throw new UsageError(`the access token ${parsed.error.issues[0]?.message ?? 'is not valid'}`);
  if (parsed.data === undefined || parsed.data === '') {
    throw new UsageError('HUBSPOT_ACCESS_TOKEN is not set; add --sandbox to try it on the embedded CRM');
  }
  return parsed.data;
}

async function mayWrite(io: CommandIo, options: InitOptions, paths: readonly string[]): Promise<void> {
  const existing = paths.filter((path) => existsSync(path));
  if (existing.length === 0 || options.force) return;
  const exist = `${existing.join(' and ')} exist${existing.length === 1 ? 's' : ''} already`;
  const hasEnv = existing.includes('.env');
  const question = `${exist}. Overwrite?${hasEnv ? ' Other settings in .env are kept.' : ''} [y/N] `;
  if (!options.yes && (await confirm(io, question))) return;
  const ways = [
    existing.includes(options.dir)
      ? `--patch prints the rows that ${options.dir} lacks`
      : '--print prints the mapping files',
    ...(hasEnv ? [] : ['--dir names another folder']),
    `--force overwrites${hasEnv ? ', and keeps the other settings in .env' : ''}`,
  ];
  throw new UsageError(`${exist}, and nothing was written; ${ways.join(', ')}`);
}

interface SetUp {
  readonly open: OpenCrm;
  readonly options: InitOptions;
  readonly token: string | undefined;
}

type Additions = Readonly<Record<'contacts' | 'companies', PortalAdditions>>;

async function writeSetUp(io: CommandIo, { open, options, token }: SetUp): Promise<void> {
  const { crm, context } = open;
  const [account, contacts, companies, owners] = await Promise.all([
    crm.readAccount(context),
    readAdditions(io, { open, options }, 'contacts'),
    readAdditions(io, { open, options }, 'companies'),
    countOwners(open),
  ]);
  const additions = { contacts, companies };
  const files = renderMappings(shippedMappings, additions);
  if (options.print) {
    for (const [file, text] of files) io.print(`# ${join(options.dir, file)}\n${text}\n`);
    return;
  }
  if (options.patch) {
    printPatch(io, options.dir, additions);
    return;
  }
  io.print(`✓ ${open.name}, account ${account.id}, time zone ${account.timeZone}\n`);
  const own = [...contacts.definitions, ...companies.definitions].filter(({ isCustom }) => isCustom).length;
  io.print(
    `✓ ${contacts.definitions.length} properties of contacts and ${companies.definitions.length} of companies, ${own} of them custom\n${owners}\n`,
  );
  const env = envTextFor(options, token);
  mkdirSync(options.dir, { recursive: true });
  for (const [file, text] of files) writeFileSync(join(options.dir, file), text);
  writeEnv(env.text);
  const key = env.hasNewKey ? 'a new API key' : 'the existing API key';
  io.print(`\nWritten:\n  ${options.dir}  mapping files, with examples\n  .env  settings, with ${key}\n`);
  printProposals(io, options.dir, additions);

  const report = checkFolder(options.dir);
  const live = report.mappings && (await checkLive({ crm, context }, report.mappings, report.documents));
  const { errors, warnings } = countFindings([...report.diagnostics, ...(live?.diagnostics ?? [])]);
  io.print(`\n${errors > 0 ? '✕' : '✓'} check --live: ${errors} errors, ${warnings} warnings\n`);
  io.print(
    '\nNext:\n  npx enginy-bridge doctor\n  npx enginy-bridge serve\n\nEnter in Enginy, with the address of this server and API_KEY of .env:\n',
  );
  io.print(`  Contact link template  ${account.linkTemplates.contacts}\n`);
  io.print(`  Company link template  ${account.linkTemplates.companies}\n`);
  io.setStatus(errors > 0 ? 1 : 0);
}

async function readAdditions(
  io: CommandIo,
  { open, options }: Pick<SetUp, 'open' | 'options'>,
  object: 'contacts' | 'companies',
): Promise<PortalAdditions> {
  const definitions = await open.crm.readProperties(object, open.context);
  const candidates = findUsableProperties(object, definitions);
  // A saved portal has none of its records.
  const isCounted = options.counts && options.schema === undefined;
  const counts = isCounted
    ? await countRecords(io, open, { object, properties: propertiesToCount(candidates) })
    : noCounts;
  return { definitions, rows: proposeRows(object, candidates, counts) };
}

const noCounts: FillCounts = new Map();

/** Counts help to choose; without them the files are complete, too. */
async function countRecords(
  io: CommandIo,
  { crm, context }: OpenCrm,
  { object, properties }: { readonly object: 'contacts' | 'companies'; readonly properties: readonly string[] },
): Promise<FillCounts> {
  try {
    return await crm.countFilled(object, properties, context);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    io.complain(`warning: ${object} with a value could not be counted: ${error.message}\n`);
    return noCounts;
  }
}

function printProposals(io: CommandIo, dir: string, { contacts, companies }: Additions): void {
  const proposed = [
    ...contacts.rows.map((row) => ({ file: 'contacts.yaml', row })),
    ...companies.rows.map((row) => ({ file: 'companies.yaml', row })),
  ];
  if (proposed.length === 0) {
    io.print('\nNone of your custom properties looks like a field of Enginy, so there is nothing to decide.\n');
    return;
  }
  io.print(`\nRows for your custom properties, in comments. To use one, remove the "# " before it:\n`);
  for (const { file, row } of proposed) {
    io.print(`  ${join(dir, file)}  ${row.row}\n${row.reasons.map((reason) => `    ${reason}\n`).join('')}`);
  }
}

/** Rows that the existing files lack, as lines to add. */
function printPatch(io: CommandIo, dir: string, additions: Additions): void {
  let count = 0;
  for (const object of ['contacts', 'companies'] as const) {
    const file = join(dir, `${object}.yaml`);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const missing = additions[object].rows.filter(({ property }) => !new RegExp(`\\b${property}\\b`).test(text));
    count += missing.length;
    if (missing.length > 0) io.print(`${file}\n`);
    for (const section of ['write', 'return'] as const) {
      const lacking = missing.filter((row) => row.section === section);
      if (lacking.length > 0) io.print(`  ${section === 'write' ? 'write.fields' : 'return'}:\n`);
      for (const { row, reasons } of lacking) {
        io.print(`${reasons.map((reason) => `+   # ${reason}\n`).join('')}+   - ${row}\n`);
      }
    }
  }
  if (count === 0) io.print(`✓ ${dir} names every property that init would propose\n`);
}

async function countOwners({ crm, context }: OpenCrm): Promise<string> {
  try {
    const { length } = await crm.listOwners(context);
    return `✓ ${counted(length, 'owner')} to choose from in Enginy`;
  } catch (error) {
    if (!(error instanceof CrmRejectedError || error instanceof NotSupportedError)) throw error;
    return `! the owners cannot be read, so Enginy cannot offer a choice: ${error.message}`;
  }
}

/** @throws UsageError before anything is written */
function envTextFor({ dir }: InitOptions, token: string | undefined): EnvText {
  const env = envText({ token, dir }, existsSync('.env') ? readFileSync('.env') : undefined);
  if (env !== undefined) return env;
  throw new UsageError('.env has multi-line values that init cannot change; move it away and run init again');
}

function writeEnv(text: string): void {
  // `writeFileSync` applies its mode only to new files, and the token must never be readable by others.
  if (existsSync('.env')) chmodSync('.env', 0o600);
  writeFileSync('.env', text, { mode: 0o600 });
}

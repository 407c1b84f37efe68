import { Argument, Command, Option } from 'commander';
import type { Config } from '../../config.ts';
import { recordKinds } from '../../contract/records.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { ruleNames } from '../../duplicates/duplicate-rules.ts';
import { findDuplicates } from '../../duplicates/find-duplicates.ts';
import { GatewayError } from '../../errors.ts';
import { loadMappings } from '../../mapping/load/load-mappings.ts';
import { MappingError } from '../../mapping/schema/diagnostic.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import type { OpenCrm } from '../inputs/open-crm.ts';
import { readToolConfig } from '../inputs/tool-config.ts';
import { type DuplicateReport, duplicateCsv, duplicateJson, duplicateTable } from '../report/report-duplicates.ts';

const after = `
Reads every record of the account, 100 per call, and compares them as the match rules of the mapping files do: spellings of an address or
of a LinkedIn URL count as one value, secondary email addresses count, and domains of platforms and free email providers do not. Nothing is
written. It uses at most 30 % of HubSpot's limit, so that a running bridge keeps the rest. It takes about ten minutes for 100,000 records.

By default it compares by the rules that identify one person or company: email, LinkedIn URL, domain. --rules names others, such
as phone, which families and switchboards share.

Examples:
  enginy-bridge duplicates contacts                        a list with links to HubSpot
  enginy-bridge duplicates companies --csv > twice.csv     for a spreadsheet, one line per record
  enginy-bridge duplicates contacts --rules linkedinUrl,phone --json
  enginy-bridge duplicates contacts --sandbox              try it on the embedded CRM

Exit status: 0 no two records share a value, 1 some do, 2 the records could not be read, or the usage is invalid.
`;

interface DuplicatesOptions {
  readonly rules?: string;
  readonly csv?: true;
  readonly json?: true;
  readonly sandbox?: true;
}

type Kind = (typeof recordKinds)[number];

/** `enginy-bridge duplicates contacts|companies`. */
export function duplicatesCommand(io: CommandIo): Command {
  return new Command('duplicates')
    .description('list the records of your HubSpot account that share an email address, a LinkedIn URL or a domain')
    .addArgument(new Argument('<kind>', 'which records').choices([...recordKinds]))
    .option('--rules <names>', 'match rules to compare by, separated by commas (default: those that identify a record)')
    .addOption(new Option('--csv', 'print CSV, one line per record').conflicts('json'))
    .option('--json', 'print JSON')
    .option('--sandbox', 'try it on the embedded CRM')
    .addHelpText('after', after)
    .action((kind: Kind, options: DuplicatesOptions) => listDuplicates(io, kind, options));
}

async function listDuplicates(io: CommandIo, kind: Kind, options: DuplicatesOptions): Promise<void> {
  const config = readToolConfig(io);
  const mapping = mappingOf(config, kind);
  const rules = chosenRules(mapping, options.rules);
  const { openCrm } = await import('../inputs/open-crm.ts');
  const open = await openCrm(config, { isRehearsal: options.sandbox === true });
  try {
    await report(io, open, { mapping, rules, options });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new UsageError(`${open.name} could not be read: ${error.message}. The list is incomplete.`);
  } finally {
    await open.close();
  }
}

interface Chosen {
  readonly mapping: Mapping;
  readonly rules: readonly string[];
  readonly options: DuplicatesOptions;
}

async function report(io: CommandIo, { crm, context }: OpenCrm, { mapping, rules, options }: Chosen): Promise<void> {
  const { linkTemplates } = await crm.readAccount(context);
  const printed = formatOf(mapping, options, (id) => linkTemplates[mapping.object].replace('{{crmId}}', id));
  let read = 0;
  const search = {
    crm,
    mapping,
    rules,
    context: () => ({ ...context, urgency: 'background' as const, deadline: deadlineIn(callPatienceMs) }),
    onProgress: (records: number) => {
      read = records;
      if (records > 0 && records % progressStep === 0) io.complain(`${records} ${mapping.object} read\n`);
    },
  };
  let groups = 0;
  io.print(printed.head);
  for await (const group of findDuplicates(search)) {
    groups += 1;
    io.print(printed.group(group));
  }
  const summary = `${read} ${mapping.object} read, compared by ${rules.join(', ')}. Shared values: ${groups}.\n`;
  io.print(printed.foot(summary));
  if (groups > 0) io.setStatus(1);
}

/** Timeout of one call, which may have to wait for the calls of a running bridge. */
const callPatienceMs = 300_000;
const progressStep = 10_000;

function formatOf({ object }: Mapping, options: DuplicatesOptions, linkTo: (id: string) => string): DuplicateReport {
  if (options.csv) return duplicateCsv(linkTo);
  return options.json ? duplicateJson(linkTo) : duplicateTable(object, linkTo);
}

function mappingOf({ mappingsDir: folder, defaultCountry }: Config, kind: Kind): Mapping {
  const locale = defaultCountry === undefined ? {} : { defaultCountry };
  try {
    const mapping = loadMappings(folder, locale)[kind];
    if (mapping === undefined) throw new UsageError(`${folder} has no mapping file for ${kind}`);
    return mapping;
  } catch (error) {
    if (error instanceof MappingError) throw new UsageError(error.message);
    throw error;
  }
}

function chosenRules(mapping: Mapping, given: string | undefined): readonly string[] {
  const { all, identifying } = ruleNames(mapping);
  const chosen = given === undefined ? identifying : given.split(',').map((name) => name.trim());
  const unknown = chosen.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`${mapping.file} has no match rule "${unknown}"; its rules are ${all.join(', ')}`);
  if (chosen.length === 0)
    throw new UsageError(`no match rule of ${mapping.file} identifies a record: name some with --rules`);
  return chosen;
}

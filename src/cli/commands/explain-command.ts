import { Argument, Command } from 'commander';
import { type RecordKind, recordKinds } from '../../contract/records.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { GatewayError } from '../../errors.ts';
import { explainRecords, type RecordExplanation } from '../../explain/explain-records.ts';
import { createLogger } from '../../logger.ts';
import { checkMappings } from '../../mapping/load/load-mappings.ts';
import { formatDiagnostic } from '../../mapping/schema/diagnostic.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { readRecords } from '../inputs/read-records.ts';
import { readToolConfig } from '../inputs/tool-config.ts';
import { formatExplanation } from '../report/report-explanation.ts';
import { demandFolder } from './check-command.ts';

const after = `
The payload is the body of a request such as {"contacts": [...]}, a list of records or one record, as Enginy sends it.
For each record: what is looked for, rule after rule; what a create and an update would send; where each value comes from
and what each transform made of it; which custom properties would be made. With --live also which record matches, by which
rule, what Enginy would get back, and what the record holds now. Nothing is ever written.

Examples:
  enginy-bridge explain contacts lead.json
  echo '{"email": "Ada@Example.com", "fullName": "Ada Lovelace"}' | enginy-bridge explain contacts
  enginy-bridge explain companies payload.json --live
  enginy-bridge explain contacts lead.json --live --sandbox      rehearse on the embedded CRM
  enginy-bridge explain contacts lead.json --json | jq '.[0].create.values'

Exit status: 0 explained, 2 the payload, the mapping files or HubSpot could not be read, or the call is wrong.
`;

interface ExplainOptions {
  readonly mappings?: string;
  readonly live?: true;
  readonly sandbox?: true;
  readonly json?: true;
}

/** `enginy-bridge explain OBJECT [PAYLOAD]`. */
export function explainCommand(io: CommandIo): Command {
  return new Command('explain')
    .description('show what would become of records, and why; writes nothing')
    .addArgument(new Argument('<object>', 'kind of record').choices(recordKinds))
    .argument('[payload]', 'JSON file, or - for standard input', '-')
    .option('--mappings <dir>', 'folder of mapping files (default: MAPPINGS_DIR)')
    .option('--live', 'look the records up in your HubSpot account')
    .option('--sandbox', 'with --live: look them up in the embedded CRM instead')
    .option('--json', 'print the explanation as JSON')
    .addHelpText('after', after)
    .action((object: RecordKind, payload: string, options: ExplainOptions) => explain(io, object, payload, options));
}

async function explain(io: CommandIo, object: RecordKind, payload: string, options: ExplainOptions): Promise<void> {
  if (options.sandbox && !options.live) throw new UsageError('--sandbox belongs to --live');
  const config = readToolConfig(io);
  const context = config.defaultCountry === undefined ? {} : { defaultCountry: config.defaultCountry };
  const mapping = readMapping(options.mappings ?? config.mappingsDir, object, context);
  const records = await readRecords(io, object, payload);
  const deps = {
    rules: hubSpotPropertyRules,
    log: createLogger({ level: 'silent', secretHeader: config.auth.header }),
  };
  if (!options.live) {
    const call = { requestId: 'explain', urgency: 'bulk', deadline: deadlineIn(60_000) } as const;
    tell(io, await explainRecords({ ...deps, mapping, context: call }, records), options);
    return;
  }
  const { openCrm } = await import('../inputs/open-crm.ts');
  const open = await openCrm(config, { isRehearsal: options.sandbox === true });
  try {
    tell(io, await explainRecords({ ...deps, crm: open.crm, mapping, context: open.context }, records), options);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new UsageError(`${open.name} could not be asked: ${error.message}`);
  } finally {
    await open.close();
  }
}

function readMapping(dir: string, object: RecordKind, locale: Mapping['locale']): Mapping {
  demandFolder(dir);
  const { mappings, diagnostics } = checkMappings(dir, locale);
  if (mappings === undefined) {
    throw new UsageError(`the mapping files have errors:\n${diagnostics.map(formatDiagnostic).join('\n')}`);
  }
  const mapping = mappings[object];
  if (mapping === undefined) throw new UsageError(`there is no mapping file for ${object} in ${dir}`);
  return mapping;
}

function tell(io: CommandIo, explanations: readonly RecordExplanation[], options: ExplainOptions): void {
  if (options.json) io.print(`${JSON.stringify(explanations, null, 2)}\n`);
  else {
    explanations.forEach((explanation, index) => {
      io.print(formatExplanation(explanation, { number: index + 1, of: explanations.length, hasColor: io.hasColor }));
    });
  }
}

import { Argument, Command } from 'commander';
import type { Config } from '../../config.ts';
import { type RecordKind, recordKinds } from '../../contract/records.ts';
import { createBridge } from '../../create-bridge.ts';
import type { CallContext, Crm } from '../../crm/crm.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { GatewayError } from '../../errors.ts';
import { explainRecords } from '../../explain/explain-records.ts';
import {
  explainTimeline,
  type TimelineExplainScope,
  type TimelineExplanation,
} from '../../explain/explain-timeline.ts';
import { pretendWriting } from '../../explain/pretend-writing.ts';
import { createLogger, type Logger } from '../../logger.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { checkMappings } from '../../mapping/load/load-mappings.ts';
import { formatDiagnostic } from '../../mapping/schema/diagnostic.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../../mapping/values/field-value.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { isField, recordOf } from '../../explain/field-arguments.ts';
import { readMappingPlaces } from '../../reasons/mapping-places.ts';
import { describeIndex } from '../inputs/describe-index.ts';
import { demandNoLive } from '../inputs/schema-input.ts';
import { readRecords } from '../inputs/read-records.ts';
import { readToolConfig } from '../inputs/tool-config.ts';
import { formatExplanation } from '../report/report-explanation.ts';
import { formatTimeline } from '../report/report-timeline.ts';
import { demandFolder } from './check-command.ts';

const after = `
The payload is the body of a request such as {"contacts": [...]}, a list of records or one record, as Enginy sends it.
For each record, it prints what is looked for, rule by rule; what a create and an update would send; where each value comes from
and the result of each transform; and which custom properties would be created. With --live it also prints which record matches, by which
rule, what Enginy would get back, what the record contains now, and whether the identity index answers each rule. Nothing is ever
written.

Examples:
  enginy-bridge explain contacts lead.json
  echo '{"email": "Ada@Example.com", "fullName": "Ada Lovelace"}' | enginy-bridge explain contacts
  enginy-bridge explain contacts email=ada@example.com customFields.segment=A phone=
  enginy-bridge explain companies payload.json --live
  enginy-bridge explain tasks subject=Call type=call dueDate=2026-12-01 contactId=101
  enginy-bridge explain contacts lead.json --live --sandbox      try it on the embedded CRM
  enginy-bridge explain contacts lead.json --schema portal.json  the same with the properties of your portal
  enginy-bridge explain contacts lead.json --json | jq '.[0].create.values'

Exit status: 0 explained, 2 the payload, the mapping files or HubSpot could not be read, or the usage is invalid.
`;

interface ExplainOptions {
  readonly mappings?: string;
  readonly live?: true;
  readonly sandbox?: true;
  readonly schema?: string;
  readonly json?: true;
}

/** `enginy-bridge explain OBJECT [PAYLOAD]`. */
export function explainCommand(io: CommandIo): Command {
  return new Command('explain')
    .description('show how records would be processed, and why; writes nothing')
    .addArgument(new Argument('<object>', 'kind of record').choices([...recordKinds, 'tasks', 'activities']))
    .argument('[payload...]', 'JSON file, - for standard input (default), or field=value for one record', [])
    .option('--mappings <dir>', 'folder of mapping files (default: MAPPINGS_DIR)')
    .option('--live', 'look the records up in your HubSpot account')
    .option('--sandbox', 'with --live: look them up in the embedded CRM instead')
    .option('--schema <file>', 'look them up in the embedded CRM with the properties of a saved portal')
    .option('--json', 'print the explanation as JSON')
    .addHelpText('after', after)
    .action((object: Asked['object'], payload: readonly string[], options: ExplainOptions) =>
      explain(io, { object, payload }, options),
    );
}

interface Asked {
  readonly object: RecordKind | 'tasks' | 'activities';
  readonly payload: readonly string[];
}

async function explain(io: CommandIo, { object, payload }: Asked, options: ExplainOptions): Promise<void> {
  demandNoLive(options);
  if (options.sandbox && !options.live) throw new UsageError('--sandbox requires --live');
  const config = readToolConfig(io, indexSettings);
  const locale = config.defaultCountry === undefined ? {} : { defaultCountry: config.defaultCountry };
  const dir = options.mappings ?? config.mappingsDir;
  const mappings = readMappings(dir, locale);
  const records = await readPayload(io, object, payload);
  const log = createLogger({ level: 'silent', secretHeader: config.auth.header });
  await onCrm(config, options, async ({ crm, context }) => {
    const places = readMappingPlaces(dir);
    if (object === 'tasks' || object === 'activities') {
      const scope = timelineScope({ crm, context }, { config, mappings, log });
      const explanations: TimelineExplanation[] = [];
      for (const record of records) explanations.push(await explainTimeline(scope, object, record));
      const format = (explanation: TimelineExplanation) => formatTimeline(explanation, places);
      printExplanations(io, explanations, options.json ? undefined : format);
      return;
    }
    const mapping = mappings[object];
    if (mapping === undefined) throw new UsageError(`there is no mapping file for ${object} in ${dir}`);
    const isRehearsal = options.sandbox === true || options.schema !== undefined;
    const indexOf = crm && !isRehearsal ? await describeIndex(config, { crm, context }, mapping) : undefined;
    const scope = { rules: hubSpotPropertyRules, log, crm, mapping, context, indexOf };
    const explanations = await explainRecords(scope, records);
    const layout = { of: explanations.length, hasColor: io.hasColor, places };
    const format = (explanation: (typeof explanations)[number], index: number) =>
      formatExplanation(explanation, { ...layout, number: index + 1 });
    printExplanations(io, explanations, options.json ? undefined : format);
  });
}

/** Where the running bridge keeps its identity index. */
const indexSettings = ['IDENTITY_INDEX', 'STATE_SECRET', 'REDIS_URL', 'REDIS_TLS_CA'];

interface AskedCrm {
  /** Undefined without --live. */
  readonly crm: Crm | undefined;
  readonly context: CallContext;
}

/** Does the work with the CRM that the options ask for. */
async function onCrm(config: Config, options: ExplainOptions, work: (asked: AskedCrm) => Promise<void>): Promise<void> {
  if (!options.live && options.schema === undefined) {
    const context = { requestId: 'explain', urgency: 'bulk', deadline: deadlineIn(60_000) } as const;
    await work({ crm: undefined, context });
    return;
  }
  const { openCrm } = await import('../inputs/open-crm.ts');
  const open = await openCrm(config, { isRehearsal: options.sandbox === true, schema: options.schema });
  try {
    await work(open);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw new UsageError(`${open.name} could not be reached: ${error.message}`);
  } finally {
    await open.close();
  }
}

/** The code that serves tasks and activities, on a CRM that only pretends to write. */
function timelineScope(
  { crm, context }: AskedCrm,
  { config, mappings, log }: { readonly config: Config; readonly mappings: Mappings; readonly log: Logger },
): TimelineExplainScope {
  const pretended = pretendWriting(crm);
  const bridge = createBridge({ crm: pretended.crm, log }, { ...config, propertyRules: hubSpotPropertyRules });
  return {
    scope: { ...bridge, mappings, context },
    creates: pretended.creates,
    ...(crm !== undefined && { definitionsOf: (objectType: string) => crm.readProperties(objectType, context) }),
  };
}

function readMappings(dir: string, locale: Mapping['locale']): Mappings {
  demandFolder(dir);
  const { mappings, diagnostics } = checkMappings(dir, locale);
  if (mappings !== undefined) return mappings;
  throw new UsageError(`the mapping files have errors:\n${diagnostics.map(formatDiagnostic).join('\n')}`);
}

/** One file or standard input, or the fields of one record. */
async function readPayload(
  io: CommandIo,
  object: Asked['object'],
  payload: readonly string[],
): Promise<readonly EnginyRecord[]> {
  const [first = '-', ...rest] = payload;
  if (payload.length > 0 && payload.every(isField)) return [recordOf(payload, object)];
  if (rest.length > 0) throw new UsageError('expected one file, or fields as field=value');
  return await readRecords(io, object, first);
}

/** Prints them as JSON without a `format`. */
function printExplanations<Explanation>(
  io: CommandIo,
  explanations: readonly Explanation[],
  format: ((explanation: Explanation, index: number) => string) | undefined,
): void {
  if (format === undefined) io.print(`${JSON.stringify(explanations, null, 2)}\n`);
  else for (const [index, explanation] of explanations.entries()) io.print(format(explanation, index));
}

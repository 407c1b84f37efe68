import { Command } from 'commander';
import { describeProblem } from '../../bridge/problem.ts';
import { applyPlan, type PlannedProperty, planProperties } from '../../bridge/properties/plan-properties.ts';
import { recordKinds } from '../../contract/records.ts';
import type { CallContext, Crm, NewProperty } from '../../crm/crm.ts';
import { deadlineIn } from '../../crm/deadline.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { GatewayError } from '../../errors.ts';
import { loadMappings } from '../../mapping/load/load-mappings.ts';
import { MappingError } from '../../mapping/schema/diagnostic.ts';
import type { Mapping } from '../../mapping/schema/record-mapping.ts';
import { longestOf } from '../../mapping/values/longest-of.ts';
import { type CommandIo, UsageError } from '../command-io.ts';
import { confirm } from '../inputs/confirm.ts';
import { readPayloads } from '../inputs/payload-files.ts';
import { readToolConfig } from '../inputs/tool-config.ts';
import { printableJson } from '../report/printable.ts';

/** Limits a plan without a CRM, which makes no calls. */
const timeoutMs = 120_000;

const after = `
Examples:
  enginy-bridge properties plan captures/*.json       what would be created; without a token, for an account that has none
  enginy-bridge properties apply captures/*.json      create them in the account of HUBSPOT_ACCESS_TOKEN, after a confirmation

Exit status: 0 done, 1 the CRM refused to create one, 2 a file or the account could not be read, or the usage is invalid.
`;

/** `enginy-bridge properties plan|apply`: the custom properties that payloads would need, before anything is sent. */
export function propertiesCommand(io: CommandIo): Command {
  const command = new Command('properties')
    .description(
      'plan and create the custom properties that requests from Enginy would need, for portals where an administrator approves them first',
    )
    .addHelpText('after', after);
  const files = 'bodies of POST or PUT requests for contacts or companies as JSON, or captures of them';
  command
    .command('plan')
    .description('print which properties would be created, with names and types; nothing is created')
    .argument('<files...>', files)
    .option('--json', 'print the plan as JSON')
    .action((paths: string[], options: { json?: boolean }) =>
      run(io, paths, options.json === true ? async (work) => planAsJson(work) : plan),
    );
  command
    .command('apply')
    .description('create them in the CRM, after a confirmation')
    .argument('<files...>', files)
    .option('-y, --yes', 'skip the confirmation')
    .action((paths: string[], options: { yes?: boolean }) =>
      run(io, paths, (work) => apply(work, options.yes === true)),
    );
  return command;
}

interface Work {
  readonly io: CommandIo;
  /** Undefined without a token: then everything counts as missing. */
  readonly crm: Crm | undefined;
  readonly plans: readonly { readonly mapping: Mapping; readonly planned: readonly PlannedProperty[] }[];
  readonly context: CallContext;
}

async function run(io: CommandIo, paths: readonly string[], then: (work: Work) => Promise<void>): Promise<void> {
  try {
    await then(await prepare(io, paths));
  } catch (error) {
    if (error instanceof MappingError || error instanceof GatewayError) throw new UsageError(error.message);
    throw error;
  }
}

async function prepare(io: CommandIo, paths: readonly string[]): Promise<Work> {
  const payload = readPayloads(paths);
  const config = readToolConfig(io);
  const mappings = loadMappings(config.mappingsDir, {});
  const open = config.isSandbox
    ? undefined
    : await (await import('../inputs/open-crm.ts')).openCrm(config, { isRehearsal: false });
  const crm = open?.crm;
  const context = open?.context ?? { requestId: 'properties', urgency: 'bulk', deadline: deadlineIn(timeoutMs) };
  const read = { readProperties: crm === undefined ? async () => nothingThere : crm.readProperties };
  const plans: Work['plans'][number][] = [];
  for (const kind of recordKinds) {
    const mapping = mappings[kind];
    if (mapping === undefined || payload[kind].length === 0) continue;
    const planned = await planProperties({ crm: read, rules: hubSpotPropertyRules, mapping, context }, payload[kind]);
    plans.push({ mapping, planned });
  }
  return { io, crm, plans, context };
}

const nothingThere: [] = [];

async function plan({ io, crm, plans }: Work): Promise<void> {
  if (crm === undefined) {
    io.print('HUBSPOT_ACCESS_TOKEN is not set: the plan assumes a portal that has none of these properties.\n\n');
  }
  for (const { mapping, planned } of plans) io.print(describePlan(mapping, planned));
}

function planAsJson({ io, crm, plans }: Work): void {
  const objects = plans.map(({ mapping, planned }) => ({
    object: mapping.object,
    file: mapping.file,
    properties: planned,
  }));
  io.print(`${printableJson({ comparedWithAccount: crm !== undefined, plans: objects })}\n`);
}

async function apply(work: Work, isAgreed: boolean): Promise<void> {
  const { io, crm, plans, context } = work;
  if (crm === undefined)
    throw new UsageError('HUBSPOT_ACCESS_TOKEN is not set: there is no portal to create the properties in');
  await plan(work);
  const count = plans.reduce((sum, { planned }) => sum + countOf(planned, 'create'), 0);
  if (count === 0) return;
  if (!isAgreed && !(await confirm(io, `Create ${count} properties? [y/N] `))) {
    io.print('No properties were created.\n');
    return;
  }
  for (const { mapping, planned } of plans) {
    for (const { property, outcome } of await applyPlan({ crm, mapping, context }, planned)) {
      const result = typeof outcome === 'string' ? outcome : describeProblem(outcome.problem);
      if (typeof outcome !== 'string') io.setStatus(1);
      io.print(`${mapping.object}  ${property.name}  ${result}\n`);
    }
  }
}

function describePlan(mapping: Mapping, planned: readonly PlannedProperty[]): string {
  const rows = planned.map((each): readonly string[] => {
    if (each.kind === 'refused') return ['refused', '', '', `${each.source}: ${each.reason}`];
    if (each.kind === 'exists') return ['exists', each.name, each.type, each.source];
    return ['create', each.property.name, typeName(each.property), each.source];
  });
  const widths = [0, 1, 2].map((column) => longestOf(rows.map((row) => row[column] ?? '')));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const counts = (['create', 'exists', 'refused'] as const).map((kind) => `${countOf(planned, kind)} ${counted[kind]}`);
  return `${mapping.object} (${mapping.file}): ${counts.join(', ')}\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
}

const counted = { create: 'to create', exists: 'existing', refused: 'refused' } as const;

function countOf(planned: readonly PlannedProperty[], kind: PlannedProperty['kind']): number {
  return planned.filter((each) => each.kind === kind).length;
}

function typeName({ type, isLong, isUnique }: NewProperty): string {
  return [type, isLong === true ? ', several lines' : '', isUnique === true ? ', unique' : ''].join('');
}

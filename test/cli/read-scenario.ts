import type { SeenRequirement } from '../../src/crm/requirement-store.ts';
import { defaultApiVersion } from '../../src/crm/hubspot/transport/api-versions.ts';
import { createRequirementFile } from '../../src/data-dir/requirement-file.ts';
import { mappingFolder } from '../support/mapping-folder.ts';
import { startCrm } from '../support/start-bridge.ts';
import { type CommandRun, runCommand } from './run-command.ts';

/** A scenario file: what lies there, the command, and what comes out. */
export interface Scenario {
  readonly command: string;
  /** Text of `contacts.yaml`, the only file; or several files by name. */
  readonly mapping?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: string;
  /** The account that is asked; without it there is none. */
  readonly portal?: ScenarioPortal;
  readonly status: number;
  /** The findings among the lines of the output, in order. */
  readonly expect?: readonly string[];
  /** The whole output. */
  readonly output?: string;
}

interface ScenarioPortal {
  readonly without_scopes?: readonly string[];
  /** Calls that make the account what it is, after HubSpot's own form. */
  readonly calls?: readonly { readonly method: string; readonly path: string; readonly body?: unknown }[];
  /** What the running bridge saw the account require. */
  readonly seen?: readonly SeenRequirement[];
}

/** Carries out the command in a folder of the scenario's files; paths in the output are relative to that folder. */
export async function runScenario({ command, mapping, files, input, portal }: Scenario): Promise<CommandRun> {
  const dir = mappingFolder(files ?? { 'contacts.yaml': mapping ?? '' });
  const environment = { MAPPINGS_DIR: dir, ...(portal === undefined ? {} : await openPortal(portal)) };
  const run = await runCommand(command.split(' '), { environment, ...(input !== undefined && { input }) });
  const relative = (text: string) => text.replaceAll(`${dir}/`, '').replaceAll(dir, 'mappings');
  return { status: run.status, out: relative(run.out), err: relative(run.err) };
}

/** The lines of an output that are findings. */
export function findingsIn(output: string): string[] {
  return output.split('\n').filter((line) => /^\S+:\d+:\d+ {2}/.test(line));
}

async function openPortal({
  without_scopes = [],
  calls = [],
  seen = [],
}: ScenarioPortal): Promise<Record<string, string>> {
  const crm = await startCrm({ scopes: { without: without_scopes } });
  for (const { method, path, body } of calls) {
    const answer = await fetch(`${crm.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${crm.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
  const DATA_DIR = mappingFolder({});
  const onProblem = (sentence: string) => {
    throw new Error(sentence);
  };
  const account = [crm.url, crm.token, defaultApiVersion];
  if (seen.length > 0) createRequirementFile(DATA_DIR, account, onProblem).write(seen);
  return { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, DATA_DIR };
}

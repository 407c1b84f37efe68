import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { allChecks } from '../../conformance/checks/all-checks.ts';
import { formatResult, formatSummary, summarize, toJUnit } from '../../conformance/report-conformance.ts';
import { runChecks } from '../../conformance/run-checks.ts';
import { createSession, type Target } from '../../conformance/session.ts';
import { type CommandIo, UsageError } from '../command-io.ts';

const after = `
Runs the checklist of Enginy's documentation and further checks against any server that implements the contract,
this bridge or your own. The server creates about 250 contacts and companies, two tasks and about 25 activities, all with
the word "conformance" and the mark of the run in them, so use a test account. Tasks are completed at the end; the
contract has no way to delete the rest, so the report names the mark to search for.

✓ passed   ✕ Enginy loses something, or records are duplicated   ! works, with a disadvantage   - not applicable

Examples:
  enginy-bridge conformance http://localhost:3000 --key sandbox --yes
  enginy-bridge conformance https://crm.example.com --junit report.xml
  enginy-bridge conformance https://crm.example.com/enginy --key-header X-Token --only tasks --json

Exit status: 0 everything that Enginy needs works, 1 a check failed (with --strict also warnings), 2 invalid usage.
`;

interface ConformanceOptions {
  readonly key?: string;
  readonly keyHeader: string;
  readonly only?: string;
  readonly timeout: number;
  readonly json?: true;
  readonly junit?: string;
  readonly strict?: true;
  readonly yes?: true;
}

/** `enginy-bridge conformance URL`. */
export function conformanceCommand(io: CommandIo): Command {
  return new Command('conformance')
    .description("check a server against Enginy's contract for custom CRMs")
    .argument('<url>', 'base URL, as it would be entered in Enginy')
    .option('--key <key>', 'API key (default: API_KEY in the environment or .env)')
    .option('--key-header <name>', 'header that carries the key', 'X-API-Key')
    .option('--only <group>', 'run only the checks with an id that begins with this, e.g. tasks')
    .option('--timeout <seconds>', 'for one request', positiveNumber, 60)
    .option('--json', 'print the results as JSON')
    .option('--junit <file>', 'also write the results as JUnit XML')
    .option('--strict', 'fail the run on warnings, too')
    .option('--yes', 'do not ask before writing')
    .addHelpText('after', after)
    .action((url: string, options: ConformanceOptions) => conformance(io, url, options));
}

async function conformance(io: CommandIo, url: string, options: ConformanceOptions): Promise<void> {
  const session = createSession(targetOf(io, url, options));
  const { origin } = session.target.url;
  if (!options.yes) {
    const typed = await io.ask(`This creates test records in the CRM behind ${origin}. Continue? (yes/no) `);
    if (typed.trim().toLowerCase() !== 'yes') throw new UsageError('nothing was sent; --yes skips the question');
  }
  const checks = options.only === undefined ? allChecks : relevantTo(options.only);
  const show = options.json ? undefined : (text: string) => io.print(text);
  show?.(`${checks.length} checks of ${origin}, mark ${session.mark}\n\n`);
  const results = await runChecks(session, checks, (result) => show?.(formatResult(result)));
  const summary = summarize(results);
  show?.(`\n${formatSummary(summary)}`);
  if (options.json)
    io.print(`${JSON.stringify({ url: session.target.url.href, mark: session.mark, ...summary, results }, null, 2)}\n`);
  if (options.junit !== undefined) writeReport(options.junit, toJUnit(results));
  io.setStatus(summary.failures > 0 || (options.strict && summary.warnings > 0) ? 1 : 0);
}

/** The chosen checks, and those that create what every check needs. */
function relevantTo(group: string): typeof allChecks {
  const chosen = allChecks.filter(({ id }) => id.startsWith(group));
  if (chosen.length === 0) throw new UsageError(`no check begins with "${group}"`);
  const needed = ['companies.create.one', 'contacts.create.one', 'tasks.create', 'tasks.any-type'];
  return allChecks.filter((check) => chosen.includes(check) || needed.includes(check.id));
}

function targetOf(io: CommandIo, text: string, options: ConformanceOptions): Target {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`"${text}" is not an http or https address`);
  const key = options.key ?? io.environment().API_KEY?.split(',')[0]?.trim();
  if (key === undefined || key === '') throw new UsageError('no API key: pass one with --key, or set API_KEY');
  return { url, key, keyHeader: options.keyHeader, timeoutMs: options.timeout * 1000 };
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
}

import { parseArgs } from 'node:util';
import type { SandboxOptions } from './options.ts';
import type { PortalSchema } from './portal-schema.ts';
import { startSandbox } from './sandbox.ts';
import { exampleSeed } from './seed.ts';

const usage = `Runs the embedded CRM alone: a server that behaves like HubSpot's API.

  npx enginy-bridge sandbox [options]      or      npm run sandbox -- [options]

  --port N               port (default: 8910; 0 = a free one)
  --host ADDRESS         address (default: 127.0.0.1)
  --token TEXT           bearer token (default: sandbox-token)
  --schema FILE          properties and account of a real portal (only with npx enginy-bridge)
  --empty                start without example records
  --no-limits            no rate limits
  --index-lag MS         delay until writes are searchable (default: 1000)
  --latency MS           delay before every response
  --without-scope NAME   remove a scope from the token (repeatable)
  --switch NAME=VALUE    set a switch, see docs/sandbox.md (repeatable)
  --help
`;

/** Where the texts go: standard output and standard error. */
export interface SandboxOutput {
  print(text: string): void;
  complain(text: string): void;
  /** Reads a portal's schema; throws an Error with one sentence. Absent where the sandbox runs without the bridge. */
  readSchema?(file: string): PortalSchema;
}

/**
 * Runs the embedded CRM with these command-line options until SIGTERM or SIGINT.
 * @returns true once it listens or has shown its help; false if an option is invalid, after printing the reason.
 */
export async function runSandbox(args: readonly string[], out: SandboxOutput): Promise<boolean> {
  try {
    await start(args, out);
    return true;
  } catch (error) {
    out.complain(`${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}

async function start(args: readonly string[], out: SandboxOutput): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8910' },
      host: { type: 'string', default: '127.0.0.1' },
      token: { type: 'string', default: 'sandbox-token' },
      schema: { type: 'string' },
      empty: { type: 'boolean', default: false },
      'no-limits': { type: 'boolean', default: false },
      'index-lag': { type: 'string', default: '1000' },
      latency: { type: 'string', default: '0' },
      'without-scope': { type: 'string', multiple: true, default: [] },
      switch: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    out.print(usage);
    return;
  }
  const schema = values.schema === undefined ? undefined : readSchema(out, values.schema);
  const sandbox = await startSandbox({
    port: wholeNumber('port', values.port),
    host: values.host,
    token: values.token,
    indexLagMs: wholeNumber('index-lag', values['index-lag']),
    latency: wholeNumber('latency', values.latency),
    scopes: { without: values['without-scope'] },
    switches: readSwitches(values.switch),
    ...(schema !== undefined && { schema }),
    ...(values['no-limits'] && { limits: false as const }),
  });
  if (!values.empty) sandbox.seed(exampleSeed);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void sandbox.close());
  out.print(
    `The embedded CRM listens at ${sandbox.url}, token ${sandbox.token}. Try:\n` +
      `  curl -s -H 'Authorization: Bearer ${sandbox.token}' '${sandbox.url}/crm/v3/objects/contacts?limit=2'\n` +
      `Faults, log and switches: ${sandbox.url}/__sandbox\n`,
  );
}

function readSchema(out: SandboxOutput, file: string): PortalSchema {
  if (out.readSchema === undefined) throw new RangeError('--schema is read by "npx enginy-bridge sandbox" only');
  return out.readSchema(file);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new RangeError(`--${name} must be a whole number, not "${text}"`);
  return Number(text);
}

function readSwitches(pairs: readonly string[]): NonNullable<SandboxOptions['switches']> {
  // Names and values are checked when the sandbox starts.
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2)));
}

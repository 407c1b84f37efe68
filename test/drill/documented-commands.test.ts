import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSandbox } from '../../sandbox/run-sandbox.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { exampleSeed } from '../../sandbox/seed.ts';
import { loadConfig } from '../../src/config.ts';
import { type RunningBridge, startBridge } from '../../src/serve.ts';
import { type CommandRun, runCommand } from '../cli/run-command.ts';
import { programArguments, readDocumentedCommands } from '../support/documented-commands.ts';
import { logSink } from '../support/log-sink.ts';

const documented = readDocumentedCommands();

/** Commands that need what a test does not have, each with the reason. Their files and settings have tests of their own. */
const elsewhere: Readonly<Record<string, string>> = {
  docker:
    'needs a container engine; .ci/image runs the steps of the Dockerfile, test/deploy.test.ts validates compose.yaml',
  kubectl: 'needs a cluster; test/deploy.test.ts validates the manifests',
  sudo: 'changes the machine; .ci/image runs deploy/assemble, test/deploy.test.ts reads the unit',
  cp: 'copies files that test/named-paths.test.ts finds',
};

/** What runs an npm script or a command that cannot run inside a test, and the words there that do. */
const runBy: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm ci': ['.ci/run', 'npm ci'],
  'npm install': ['.ci/package', 'npm install --silent'],
  'npm start': ['test/drill/process.test.ts', "['npm', 'start']"],
  'npm test': ['.ci/run', 'npm test'],
  'npm run build': ['.ci/run', 'npm run --silent build'],
  'npm run verify': ['.ci/run', 'npm test'],
  'npm run generate': ['.ci/run', 'npm run --silent generate'],
  'npm run record-regressions': ['.ci/run', 'npm run --silent record-regressions -- '],
  'npm run sbom': ['.ci/run', 'npm run --silent sbom'],
  'npm run test:browser': ['.ci/run', 'npm run --silent test:browser'],
  'npm run test:drill': ['.ci/run', 'npm run --silent test:drill'],
  'npm run test:index': ['.ci/run', 'npm run --silent test:index'],
  'npm run test:redis': ['.ci/run', 'npm run --silent test:redis'],
  'npm run test:fidelity': ['.ci/run', 'npm run --silent test:fidelity'],
  'npm run demo': ['test/drill/demo.test.ts', "'demo/main.ts'"],
  'npm run bench': ['.ci/run', 'npm run --silent bench -- startup'],
  'enginy-bridge conformance': ['test/conformance/conformance.test.ts', "'conformance',"],
  'enginy-bridge serve': ['.ci/package', 'npx enginy-bridge serve'],
};

const key = 'key-of-the-documented-bridge';
const before = process.cwd();
let account: Sandbox;
/** A bridge that runs, on another account, to which documented commands send requests. */
let bridge: RunningBridge;
let environment: Record<string, string>;
const closing: (() => Promise<void>)[] = [];

async function openAccount(): Promise<Sandbox> {
  const crm = await startSandbox({ limits: false, indexLagMs: 0 });
  closing.push(() => crm.close());
  return crm;
}

function startOn(crm: Sandbox, settings: Record<string, string>): Promise<RunningBridge> {
  const config = loadConfig({ ...accessTo(crm), HOST: '127.0.0.1', PORT: '0', ...settings });
  return startBridge(config, logSink().log, { checksAtStart: false, threads: { hasLowPriority: false } });
}

function accessTo(crm: Sandbox) {
  return { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, HUBSPOT_RATE_LIMIT: '190', API_KEY: key };
}

/** A working folder as an administrator has it: a journal and a capture of one request, and the files that the documents name. */
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documented-'));
  mkdirSync(join(folder, 'mappings'));
  symlinkSync(join(before, 'mappings/hubspot'), join(folder, 'mappings/hubspot'));
  mkdirSync(join(folder, 'test/regressions'), { recursive: true });
  process.chdir(folder);
  const lead = { externalId: 'lead-7', email: 'ada.lovelace@acme.com', my_custom_field: 'x' };
  writeFileSync('lead.json', JSON.stringify(lead));
  writeFileSync('payload.json', JSON.stringify({ contacts: [lead] }));
  account = await openAccount();
  account.seed(exampleSeed);
  environment = accessTo(account);
  const earlier = await startOn(account, { CAPTURE: 'all' });
  await fetch(`${earlier.url}/contacts`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json', 'x-request-id': '3f2a91c0' },
    body: readFileSync('payload.json'),
  });
  await earlier.close(30_000);
  const other = await openAccount();
  other.seed(exampleSeed);
  bridge = await startOn(other, { CAPTURE: 'off', JOURNAL: 'off', CONSOLE: 'on', ADMIN_PORT: '0' });
  closing.push(async () => void (await bridge.close(30_000)));
});

afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  process.chdir(before);
});

/** Names that stand for the reader's own. */
const filledIn: Readonly<Record<string, () => string>> = {
  URL: () => bridge.url,
  'http://127.0.0.1:3000': () => bridge.url,
  KEY: () => key,
  FILE: () => '3f2a91c0',
  '<capture>': () => '3f2a91c0',
  '<name>': () => 'kept-as-a-test',
};

const ofProgram = documented.flatMap((command) => {
  const args = programArguments(command);
  return args === undefined ? [] : [{ ...command, args }];
});
const inProcess = ofProgram.filter(({ args: [name = ''] }) => !['serve', 'sandbox', 'conformance'].includes(name));
/** Each once: an output that a document shows is compared with that of its own command. */
const distinct = inProcess.filter(
  ({ args, output }, at) => output.length > 0 || inProcess.findIndex((each) => `${each.args}` === `${args}`) === at,
);

function run({ args, input }: (typeof ofProgram)[number]): Promise<CommandRun> {
  const filled = args.map((word) => filledIn[word]?.() ?? word);
  // The follower of requests prints what there is, and ends.
  return runCommand(filled, { environment, input, typed: 'yes', stop: AbortSignal.abort() });
}

test('finds the commands of every document', () => {
  expect(ofProgram.length).toBeGreaterThan(30);
  expect(new Set(ofProgram.map(({ file }) => file)).size).toBeGreaterThan(5);
  expect(inProcess.filter(({ output }) => output.length > 0).length).toBeGreaterThanOrEqual(3);
});

test.each(distinct.map((command) => ({ ...command, name: `${command.file}: ${command.line}` })))(
  'runs and ends with success: $name',
  async (command) => {
    const { status, out, err } = await run(command);

    expect([status, err.replace(/^warning: .*\n/gm, '')], out).toEqual([0, '']);
    expect(out).not.toBe('');
    if (command.output.length > 0) expectShown(out, command.output);
  },
);

/** A line with "…" alone stands for any number of lines. */
function expectShown(out: string, shown: readonly string[]): void {
  const withoutCounts = (text: string) => text.replace(/\d+ examples run/, 'all examples run');
  let rest = out.trimEnd().split('\n').map(withoutCounts);
  let maySkip = false;
  for (const expected of shown.map(withoutCounts)) {
    if (expected.trim() === '…') {
      maySkip = true;
      continue;
    }
    const at = maySkip ? rest.indexOf(expected) : 0;
    expect(rest[at]).toBe(expected);
    rest = rest.slice(at + 1);
    maySkip = false;
  }
  expect(maySkip ? [] : rest).toEqual([]);
}

test.each([['check', '--liv'], ['chek'], ['explain', 'deals'], ['lead'], ['captures', 'shw', 'x']])(
  'an invalid command is detected: %s',
  async (...args) => {
    expect((await runCommand(args, { environment })).status).toBe(2);
  },
);

test('the embedded CRM starts with every combination of options that the documents show', async () => {
  const calls = documented.flatMap(({ words }) => {
    const at = words.indexOf('sandbox');
    const isCall = at > 0 && ['run', 'enginy-bridge'].includes(words[at - 1] ?? '');
    return isCall
      ? [{ words: words.slice(at + 1).filter((word) => word !== '--'), isProgram: words[at - 1] !== 'run' }]
      : [];
  });
  await runCommand(['check', '--live', '--quiet', '--save-schema', 'portal.json'], { environment });
  const earlier = new Set([...process.listeners('SIGTERM'), ...process.listeners('SIGINT')]);

  for (const { words, isProgram } of calls) {
    let out = '';
    const print = (text: string) => {
      out += text;
    };
    const args = [...words, '--port', '0'];
    if (isProgram) out = (await runCommand(['sandbox', ...args], { environment })).out;
    else expect(await runSandbox(args, { print, complain: print }), out).toBe(true);
    expect(out).toMatch(words.includes('--help') ? /^Runs the embedded CRM/ : /^The embedded CRM listens at http:/);
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      for (const stop of process.listeners(name).filter((each) => !earlier.has(each))) {
        process.removeListener(name, stop);
        if (name === 'SIGTERM') stop(name);
      }
    }
  }

  expect(calls.length).toBeGreaterThanOrEqual(6);
});

test('curl prints what the documents show, one example after the other', async () => {
  const config = loadConfig({ HOST: '127.0.0.1', PORT: '0', CAPTURE: 'off', JOURNAL: 'off' });
  const fresh = await startBridge(config, logSink().log, { checksAtStart: false });
  const examples = documented.filter(({ words }) => words[0] === 'curl');

  const printed: string[] = [];
  for (const { words } of examples) {
    const [, , address = ''] = words;
    const valuesOf = (option: string) => words.flatMap((word, at) => (word === option ? [words[at + 1] ?? ''] : []));
    const headers = valuesOf('-H').map((header): [string, string] => [
      header.split(': ')[0] ?? '',
      header.split(': ')[1] ?? '',
    ]);
    const [body] = valuesOf('-d');
    const url = address.replace('http://127.0.0.1:3000', fresh.url);
    const answer = await fetch(url, { headers, ...(body !== undefined && { method: 'POST', body }) });
    printed.push(await answer.text());
  }
  await fresh.close(30_000);

  expect(examples.length).toBeGreaterThanOrEqual(3);
  expect(printed).toEqual(examples.map(({ output }) => output.join('\n').trim()));
});

test('settings in front of documented commands exist', () => {
  const envExample = readFileSync(join(before, '.env.example'), 'utf8');
  const used = documented.flatMap(({ settings }) => settings.map((word) => word.split('=')[0] ?? ''));
  const ofCompose = ['DOMAIN'];

  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((name) => !envExample.includes(name) && !ofCompose.includes(name))).toEqual([]);
});

test('every other documented command is run by CI, or cannot be run for a reason', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(before, 'package.json'), 'utf8'),
  );
  const benches = readFileSync(join(before, 'bench/main.ts'), 'utf8');
  const others = documented.filter((command) => !inProcess.some(({ line }) => line === command.line));
  const wrong = others.flatMap(({ words, line }) => {
    const [first = ''] = words;
    if (first in elsewhere || first === 'curl' || words.includes('sandbox')) return [];
    const plain = words.filter((word) => word !== 'npx' && !word.startsWith('-'));
    const name = plain.slice(0, plain[1] === 'run' ? 3 : 2).join(' ');
    const [file, text] = runBy[name] ?? [];
    const script = plain[1] === 'run' ? plain[2] : undefined;
    if (script !== undefined && !(script in scripts)) return [`${line}: no such script`];
    if (
      script === 'bench' &&
      plain.slice(3).some((bench) => bench !== 'NAME…' && !benches.includes(`\n  ${bench}: async`))
    ) {
      return [`${line}: no such bench`];
    }
    if (file === undefined || text === undefined) return [`${line}: nothing runs it`];
    return readFileSync(join(before, file), 'utf8').includes(text) ? [] : [`${line}: ${file} does not contain ${text}`];
  });

  expect(wrong).toEqual([]);
});

import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { runSandbox } from '../sandbox/run-sandbox.ts';
import type { CommandIo } from '../src/cli/command-io.ts';
import { createProgram } from '../src/cli/run-command-line.ts';

const envExample = readFileSync('.env.example', 'utf8');

const files = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'mappings/README.md',
  ...readdirSync('docs').map((name) => `docs/${name}`),
];

/** Commands that need what a test does not have, each with the reason. Their files and settings have tests of their own. */
const elsewhere: Readonly<Record<string, string>> = {
  docker:
    'needs a container engine; .ci/image runs the steps of the Dockerfile, test/deploy.test.ts validates compose.yaml',
  kubectl: 'needs a cluster; test/deploy.test.ts validates the manifests',
  sudo: 'changes the machine; .ci/image runs deploy/assemble, test/deploy.test.ts reads the unit',
  git: 'needs the repository of the reader',
  cp: 'copies files that test/named-paths.test.ts finds',
  curl: 'needs a running bridge; test/e2e/first-contact.test.ts sends what the README shows',
  echo: 'is the input of the command behind the pipe, which test/readme.test.ts runs',
  kill: 'needs a running bridge; test/drill/process.test.ts sends the signals',
};

interface Documented {
  readonly file: string;
  readonly line: string;
}

/** Command lines of the shell blocks, and calls of the program in running text. */
function commandsOf(file: string): readonly Documented[] {
  const text = readFileSync(file, 'utf8');
  const blocks = [...text.matchAll(/^ *```(sh|bash|console|)\n([\s\S]*?)^ *```/gm)];
  const lines = blocks.flatMap(([, language, block = '']) => {
    const joined = block.replace(/\\\n\s*/g, ' ').split('\n');
    if (language === 'console') return joined.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
    // A block without a language is a picture or an output unless it calls npm.
    return language === '' ? joined.filter((line) => /^np[mx] /.test(line)) : joined;
  });
  const inline = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`((?:npx )?enginy-bridge [^`]+|npm run [^`]+)`/g)];
  return [...lines, ...inline.map(([, line = '']) => line.replaceAll('\n', ' '))]
    .flatMap(splitLine)
    .filter((line) => line !== '')
    .map((line) => ({ file, line }));
}

/** Without its comment, at `&&` and pipes outside of quotes. */
function splitLine(line: string): readonly string[] {
  const parts = line.match(/(?:'[^']*'|"[^"]*"|&&|\||[^'"&|]+|&)/g) ?? [];
  const commands = [''];
  for (const part of parts) {
    if (part === '&&' || part === '|') commands.push('');
    else commands.push(`${commands.pop() ?? ''}${part}`);
  }
  return commands.map((command) => command.replace(/(^|\s)#\s.*$/, '').trim());
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replace(/['"]/g, ''));
}

const documented = files.flatMap(commandsOf).map(({ file, line }) => {
  const words = wordsOf(line);
  const at = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return { file, line, settings: words.slice(0, Math.max(at, 0)), words: words.slice(Math.max(at, 0)) };
});

/** The arguments of a call of the program; undefined for other commands. */
function argumentsOf(words: readonly string[]): readonly string[] | undefined {
  const start = words.indexOf('enginy-bridge');
  if (start === 0 || (start === 1 && words[0] === 'npx')) return words.slice(start + 1);
  return words[0] === 'node' && words[1] === 'bin/enginy-bridge.js' ? words.slice(2) : undefined;
}

/** Parses with the real command line; no command acts. @returns what it complains about. */
async function complaintsOf(args: readonly string[]): Promise<string> {
  let complaints = '';
  const io: CommandIo = {
    print: () => {},
    complain: (text) => {
      complaints += text;
    },
    hasColor: false,
    width: undefined,
    environment: () => ({}),
    readInput: async () => '',
    ask: async () => '',
    setStatus: () => {},
  };
  const program = createProgram(io);
  const disarm = (command: Command): void => {
    if (command.commands.length === 0) command.action(() => {});
    for (const inner of command.commands) disarm(inner);
  };
  disarm(program);
  await program.parseAsync(args, { from: 'user' }).catch((error: { exitCode?: number }) => {
    if (error.exitCode !== 0) complaints += String(error);
  });
  return complaints;
}

const ofProgram = documented.flatMap(({ words, ...rest }) => {
  const args = argumentsOf(words);
  return args === undefined ? [] : [{ ...rest, args }];
});

test('finds the commands of every document', () => {
  expect(ofProgram.length).toBeGreaterThan(30);
  expect(new Set(ofProgram.map(({ file }) => file)).size).toBeGreaterThan(5);
});

test('the command line accepts every documented call of the program', async () => {
  const wrong: string[] = [];
  for (const { file, line, args } of ofProgram) {
    const complaints = await complaintsOf(args);
    if (complaints !== '') wrong.push(`${file}: ${line}: ${complaints}`);
  }

  expect(wrong).toEqual([]);
});

test.each([['check', '--liv'], ['chek'], ['explain', 'deals'], ['lead'], ['captures', 'shw', 'x']])(
  'a wrong call would be noticed: %s',
  async (...args) => {
    expect(await complaintsOf(args)).not.toBe('');
  },
);

test('every documented npm script exists, and the options of the embedded CRM are its own', async () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
  let help = '';
  await runSandbox(['--help'], {
    print: (text) => {
      help += text;
    },
    complain: () => {},
  });
  const npm = documented.filter(({ words }) => words[0] === 'npm');
  const names = npm.map(({ words: [, verb = '', ...rest] }) =>
    verb === 'run' ? (rest.find((word) => !word.startsWith('-')) ?? '') : verb,
  );
  const options = documented
    .filter(({ words }) => words.includes('sandbox') && ['npm', 'npx', 'enginy-bridge'].includes(words[0] ?? ''))
    .filter(({ words }) => ['run', 'enginy-bridge'].includes(words[words.indexOf('sandbox') - 1] ?? ''))
    .flatMap(({ words }) => words.slice(words.indexOf('sandbox') + 1).filter((word) => /^--./.test(word)));

  expect(npm.length).toBeGreaterThan(5);
  expect(names.filter((name) => !['ci', 'install', 'pack'].includes(name) && !(name in scripts))).toEqual([]);
  expect(options.filter((option) => !help.includes(option))).toEqual([]);
});

test('settings in front of documented commands exist', () => {
  const used = documented.flatMap(({ settings }) => settings.map((word) => word.split('=')[0] ?? ''));
  const ofCompose = ['DOMAIN'];

  expect(used.filter((name) => !envExample.includes(name) && !ofCompose.includes(name))).toEqual([]);
});

test('every other documented command is one that a test cannot run, for a reason', () => {
  const others = documented.filter(({ words }) => words[0] !== 'npm' && argumentsOf(words) === undefined);
  const names = others.map(({ words: [name = ''] }) => name);

  expect(others.filter((_command, at) => !((names[at] ?? '') in elsewhere)).map(({ line }) => line)).toEqual([]);
});

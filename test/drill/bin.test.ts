import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { shippedFolder } from '../support/mapping-folder.ts';
import { sendTo } from '../support/start-app.ts';

const root = new URL('../..', import.meta.url).pathname;
const bin = join(root, 'bin/enginy-bridge.js');

interface Ended {
  readonly status: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end, with this environment alone. */
function run(file: string, args: readonly string[], options: { env?: Record<string, string>; input?: string } = {}) {
  return new Promise<Ended>((resolve) => {
    const child = execFile(file, args, { cwd: root, env: options.env ?? {} }, (error, out, err) => {
      resolve({ status: error === null ? 0 : error.code, out, err });
    });
    child.stdin?.end(options.input ?? '');
  });
}

test('the program of the package ends with the status that its help promises', async () => {
  const bad = shippedFolder({ 'contacts.yaml': (text) => text.replace('if_several: error', 'if_several: eror') });

  const [fine, found, wrong] = await Promise.all([
    run(process.execPath, [bin, 'check', 'mappings/hubspot']),
    run(process.execPath, [bin, 'check', bad]),
    run(process.execPath, [bin, 'check', 'no-such-folder']),
  ]);

  expect([fine.status, found.status, wrong.status]).toEqual([0, 1, 2]);
  expect(found.out).toContain('did you mean "error"?');
  expect(found.out).not.toContain('\u001b');
  expect(wrong).toMatchObject({ out: '', err: 'error: there is no folder no-such-folder\n' });
});

test('reads a payload from a pipe', async () => {
  const input = '{"contacts":[{"externalId":"lead-1","email":"ADA@example.com"}]}';

  const { status, out } = await run(process.execPath, [bin, 'explain', 'contacts'], { input });

  expect(status).toBe(0);
  expect(out).toContain('email → "ada@example.com"');
});

test('npx finds it in a clone, without a network and with any Node version installed', async () => {
  // biome-ignore lint/style/noProcessEnv: npx needs a home, and the machine's own programs
  const { PATH = '', HOME = '' } = process.env;
  const ownPrograms = PATH.split(':').filter((folder) => !folder.includes('node_modules'));

  const { status, out } = await run('npx', ['enginy-bridge', 'check', 'mappings/hubspot'], {
    env: { PATH: ownPrograms.join(':'), HOME, npm_config_offline: 'true', npm_config_update_notifier: 'false' },
  });

  expect(out).toContain('✓ mappings/hubspot: 0 errors');
  expect(status).toBe(0);
});

test('a bridge that gets SIGHUP reads the mapping files again and keeps serving', async () => {
  const dir = shippedFolder();
  const child = spawn(process.execPath, [bin, 'serve'], {
    cwd: root,
    env: { PORT: '0', CAPTURE: 'off', JOURNAL: 'off', MAPPINGS_DIR: dir },
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const output = () => lines.join('\n');
  await expect.poll(output).toContain('enginy-bridge listens');
  const url = /"url":"([^"]+)"/.exec(output())?.[1] ?? '';

  writeFileSync(join(dir, 'contacts.yaml'), 'version: 1\n');
  child.kill('SIGHUP');
  await expect.poll(output).toContain('the last valid version stays active');
  const answer = await sendTo(url, 'GET', '/readyz', undefined, { 'x-api-key': 'sandbox' });
  child.kill('SIGTERM');

  expect(answer.body.mapping.refused.findings[0]).toContain('contacts.yaml:1:1');
  expect(await exited).toEqual([0, null]);
});

/** This Node, as if it were an older one. */
const asOlder = [
  '--import',
  `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })")}`,
];

test.each([
  ['npx enginy-bridge check', [bin, 'check']],
  ['npm start', [join(root, 'bin/run.js'), 'src/main.ts']],
  ['npm run sandbox', [join(root, 'bin/run.js'), 'sandbox/main.ts']],
  ['npm run start:built', [join(root, 'bin/run.js'), 'dist/src/main.js']],
])('%s states in one sentence which Node it needs if it finds no other one', async (_name, args) => {
  const { status, out, err } = await run(process.execPath, [...asOlder, ...args]);

  expect(err).toMatch(/^enginy-bridge needs Node 22\.20 or newer, and this is 20\.19\.0: run "npm ci[^\n]*\n$/);
  expect([status, out]).toEqual([2, '']);
});

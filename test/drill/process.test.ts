import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { sendTo } from '../support/start-app.ts';
import { startCrm } from '../support/start-bridge.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

const root = new URL('../..', import.meta.url).pathname;

/** The bridge as a process of its own, with this environment alone. */
function startProcess(
  environment: Record<string, string>,
  [program, ...args]: readonly [string, ...string[]] = [process.execPath, main],
) {
  const child = spawn(program, args, {
    cwd: root,
    env: { PORT: '0', CAPTURE: 'off', JOURNAL: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  // Closed once the last process has ended that inherited it.
  const silent = once(child.stdout, 'close');
  return { child, lines, exited, silent };
}

async function urlOf({ lines, exited }: { lines: readonly string[]; exited: Promise<unknown> }): Promise<string> {
  const find = () => lines.map((line) => /"url":"([^"]+)"/.exec(line)?.[1]).find((url) => url !== undefined);
  await Promise.race([expect.poll(find).toBeDefined(), exited]);
  return find() ?? '';
}

function stop(child: ChildProcess): void {
  child.kill('SIGTERM');
}

test('starts without any setting, says that it is in sandbox mode, and the line that it prints works', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'temporary-'));
  const bridge = startProcess({ TMPDIR: temporary });
  const url = await urlOf(bridge);

  await expect.poll(() => bridge.lines.join('\n')).toContain('Sandbox mode');
  const printed = bridge.lines.join('\n');
  const [, path, header, body] = /curl -s http:\/\/[^/]+(\/\S+) -H '([^']+)' [\s\S]*?-d '([^']+)'/.exec(printed) ?? [];
  const [name = '', value = ''] = (header ?? '').split(': ');
  const answer = await sendTo(url, 'POST', path ?? '', body, { [name]: value });

  expect(answer.status).toBe(200);
  expect(answer.body.results).toHaveLength(1);
  // Compiled code in a folder that others can create is code that others can plant.
  expect(readdirSync(temporary)).toEqual([]);
});

test('stops with every mistake listed when the environment is wrong', async () => {
  const bridge = startProcess({ PORT: 'x', LOG_LEVEL: 'loud' });

  expect(await bridge.exited).toBe(1);
  expect(bridge.lines.join('\n')).toMatch(/PORT[\s\S]*LOG_LEVEL/);
});

test('on SIGTERM, and on a second one, it accepts no new request, finishes what is in flight and exits 0', async () => {
  const crm = await startCrm({ latency: 400 });
  const bridge = startProcess({
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    API_KEY: 'good-key-for-tests',
  });
  const url = await urlOf(bridge);

  const inFlight = sendTo(url, 'POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  const asksForContacts = () => crm.log.some(({ kind, object }) => kind === 'batch-read' && object === 'contacts');
  await expect.poll(asksForContacts).toBe(true);
  stop(bridge.child);
  await expect.poll(() => bridge.lines.join('\n')).toContain('stopping: finishing');
  stop(bridge.child);
  const answer = await inFlight;

  expect(answer.status).toBe(200);
  expect(await bridge.exited).toBe(0);
  expect(bridge.lines.join('\n')).toContain('already stopping');
  await expect(sendTo(url, 'GET', '/livez')).rejects.toThrow();
});

test.each([
  ['npm start', ['npm', 'start']],
  ['npx enginy-bridge serve', ['npx', 'enginy-bridge', 'serve']],
] as const)(
  'a SIGTERM that only %s receives lets the bridge finish what is in flight, and end',
  async (_name, command) => {
    const crm = await startCrm({ latency: 400 });
    // biome-ignore lint/style/noProcessEnv: npm needs a home, and the machine's own programs
    const { PATH = '', HOME = '' } = process.env;
    const bridge = startProcess(
      {
        PATH: PATH.split(':')
          .filter((folder) => !folder.includes('node_modules'))
          .join(':'),
        HOME,
        npm_config_offline: 'true',
        npm_config_update_notifier: 'false',
        HUBSPOT_ACCESS_TOKEN: crm.token,
        HUBSPOT_BASE_URL: crm.url,
        API_KEY: 'good-key-for-tests',
      },
      command,
    );
    const url = await urlOf(bridge);

    const inFlight = sendTo(url, 'POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
    await expect
      .poll(() => crm.log.some(({ kind, object }) => kind === 'batch-read' && object === 'contacts'))
      .toBe(true);
    stop(bridge.child);

    expect((await inFlight).status).toBe(200);
    await bridge.silent;
    expect(bridge.lines.at(-1)).toContain('"msg":"stopped"');
  },
);

test.each([0, 2])('stops on a signal although its log is no longer read, %i requests later', async (requests) => {
  const bridge = startProcess({});
  const url = await urlOf(bridge);
  bridge.child.stdout.destroy();
  bridge.child.stderr.destroy();

  for (let n = 0; n < requests; n += 1) expect((await sendTo(url, 'GET', '/livez')).status).toBe(200);
  stop(bridge.child);

  expect(await bridge.exited).toBe(0);
});

test('creates that a kill -9 interrupts are finished by the next process, with one record for each', async () => {
  const crm = await startCrm();
  // The first process never learns what its creates did.
  crm.faults.add({ match: { kind: 'batch-create' }, times: 0, action: { kind: 'done-then-hang' } });
  const environment = { HUBSPOT_ACCESS_TOKEN: crm.token, HUBSPOT_BASE_URL: crm.url, API_KEY: 'good-key-for-tests' };
  const contacts = Array.from({ length: 300 }, (_unused, n) => ({ externalId: `lead-${n}`, firstName: `Number ${n}` }));
  const killed = startProcess(environment);

  const interrupted = sendTo(await urlOf(killed), 'POST', '/contacts', { contacts }).catch(() => 'no answer');
  await expect.poll(() => crm.records('contacts').length, { interval: 5 }).toBeGreaterThan(0);
  killed.child.kill('SIGKILL');
  crm.faults.clear();
  const next = startProcess(environment);
  const answer = await sendTo(await urlOf(next), 'POST', '/contacts', { contacts });

  expect(await interrupted).toBe('no answer');
  expect(answer.body.results).toHaveLength(300);
  const kept = crm.records('contacts').map(({ properties }) => properties.enginy_external_id);
  expect(kept.length).toBe(300);
  expect(new Set(kept).size).toBe(300);
});

test.runIf(process.platform === 'linux')(
  'serves while its log is on a full volume, and counts the lost lines',
  async () => {
    const [port, adminPort] = [await freePort(), await freePort()];
    const bridge = startProcess({ PORT: String(port), ADMIN_PORT: String(adminPort), LOG_LEVEL: 'debug' }, [
      'sh',
      '-c',
      'exec "$0" "$1" > /dev/full',
      process.execPath,
      main,
    ]);
    const url = `http://127.0.0.1:${port}`;

    await expect.poll(async () => (await fetch(`${url}/livez`).catch(() => undefined))?.status).toBe(200);
    for (let n = 0; n < 20; n += 1) expect((await sendTo(url, 'GET', '/livez')).status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
    stop(bridge.child);

    expect(Number(/enginy_bridge_log_lines_dropped (\d+)/.exec(metrics)?.[1])).toBeGreaterThanOrEqual(20);
    expect(await bridge.exited).toBe(0);
  },
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

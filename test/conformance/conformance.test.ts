import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { allChecks } from '../../src/conformance/checks/all-checks.ts';
import { runCommand } from '../cli/run-command.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { type Flaw, startMiniServer } from './mini-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Any server, on a free loopback port; closed when the test ends. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Printed {
  readonly mark: string;
  readonly passed: number;
  readonly failures: number;
  readonly results: readonly {
    readonly check: { readonly id: string; readonly level: string };
    readonly verdict: string;
    readonly detail?: string;
  }[];
}

async function conformance(url: string, ...options: readonly string[]) {
  const run = await runCommand(['conformance', url, '--key', 'good-key-for-tests', '--yes', '--json', ...options]);
  const printed: Printed = JSON.parse(run.out);
  return { ...run, printed };
}

test('the bridge passes every check, and leaves no record twice in the CRM', async () => {
  const crm = await startCrm();
  crm.seed({ owners: [{ id: '61', type: 'PERSON', email: 'olga@example.com', firstName: 'Olga', lastName: 'Owner' }] });
  const bridge = await startBridgeOn(crm);

  const { printed, status } = await conformance(bridge.url, '--strict');

  expect(printed.results.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
  expect(status).toBe(0);
  expect(printed.results.length).toBe(allChecks.length);
  const emails = [...crm.records('contacts')]
    .map(({ properties }) => properties.email)
    .filter((email) => email?.startsWith(printed.mark));
  expect(new Set(emails).size).toBe(emails.length);
  expect(emails.length).toBeGreaterThan(100);
});

test('a small custom CRM without a flaw passes every check', async () => {
  const url = await startMiniServer();

  const { printed, status } = await conformance(url, '--strict');

  expect(printed.results).toHaveLength(allChecks.length);
  expect(printed.results.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
  expect(status).toBe(0);
});

/** A flaw, and the checks that find it: exactly these. */
const flaws: readonly (readonly [Flaw, readonly RegExp[]])[] = [
  ['accepts any key', [/^auth\./]],
  ['answers creates with 200', [/^(contacts|companies)\.create\.status$/]],
  ['creates twice', [/\.create\.(repeat|twice-in-one|same-values)$/]],
  ['refuses neighbors', [/\.(one-broken|broken-kinds)$/]],
  ['forgets broken entries', [/\.broken-kinds$/]],
  ['ids become text', [/\.numeric-id$/]],
  ['returns nulls', [/\.sync\.properties$/]],
  ['invents matches', [/\.sync\.(unknown|creates-nothing|mixed)$/]],
  ['fails unknown ids', [/^associations\.(unknown-id|broken-kinds)$/]],
  ['swallows batch', [/^tasks\.batch-/]],
  ['knows no double slash', [/^health\.double-slash$/, /^paths\.doubled-slashes$/]],
  ['wants a body', [/^activities\.(empty-body|media)$/]],
  ['answers HTML errors', [/^auth\./, /^errors\./, /no-list$/, /no-array$/, /no-subject$/, /no-type$/, /unknown$/]],
];

test.each(flaws)('a small custom CRM that %s fails the checks for that and no others', async (flaw, ids) => {
  const url = await startMiniServer([flaw]);

  const { printed, status } = await conformance(url, '--strict');

  const failed = printed.results.filter(({ verdict }) => verdict === 'failed').map(({ check }) => check.id);
  expect(failed.filter((id) => !ids.some((pattern) => pattern.test(id)))).toEqual([]);
  for (const pattern of ids)
    expect(
      failed.some((id) => pattern.test(id)),
      `${pattern}`,
    ).toBe(true);
  expect(status).toBe(1);
});

test('a server that returns an empty object for everything fails, check by check', async () => {
  const url = await serve((_request, response) => response.setHeader('content-type', 'application/json').end('{}'));

  const { printed, status, out } = await conformance(url);

  expect(status).toBe(1);
  const passed = printed.results.filter(({ verdict }) => verdict === 'passed').map(({ check }) => check.id);
  expect(passed.toSorted()).toEqual(['health.double-slash', 'health.no-leak', 'health.ok']);
  expect(out).not.toContain('good-key-for-tests');
});

test('detects a server that treats PATCH /tasks/batch as a task id', async () => {
  const task = { id: 'batch', subject: 'x', completed: true, completedAt: '2026-11-01T12:00:00.000Z' };
  const url = await serve((request, response) => {
    const isCreate = request.method === 'POST' && !request.url?.endsWith('/batch');
    response.writeHead(isCreate ? 201 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(task));
  });

  const { printed } = await conformance(url, '--only', 'tasks.batch');

  expect(printed.results.find(({ check }) => check.id === 'tasks.batch-complete')?.detail).toBe(
    'the body is of type object instead of a list',
  );
});

test('follows no redirect, so that the key stays with the server that was named', async () => {
  const seen: string[] = [];
  const other = await serve((request, response) => {
    seen.push(String(request.headers['x-api-key']));
    response.end('{}');
  });
  const url = await serve((_request, response) => response.writeHead(302, { location: other }).end());

  await conformance(url, '--only', 'health');

  expect(seen).toEqual([]);
});

test('an unreachable server is reported as such', async () => {
  const { printed, status } = await conformance('http://127.0.0.1:9', '--only', 'health.ok');

  expect(status).toBe(1);
  expect(printed.results[0]?.detail).toMatch(/^GET \/health was not answered: /);
});

test('writes JUnit XML whose counts are those of the run', async () => {
  const url = await serve((_request, response) => response.end('{"status":"ok"}'));
  const file = join(temporaryFolder(), 'report.xml');

  const { out } = await runCommand([
    'conformance',
    url,
    '--key',
    'good-key-for-tests',
    '--yes',
    '--only',
    'health',
    '--junit',
    file,
  ]);

  const report = readFileSync(file, 'utf8');
  expect(report).toContain('<testsuite name="Enginy custom CRM" tests="8" failures="4" skipped="0">');
  expect(report.match(/<testcase /g)).toHaveLength(8);
  expect(out).toContain('4 passed, 4 failed, 0 warnings');
});

test.each([
  [['conformance', 'ftp://x'], '"ftp://x" is not an http or https address'],
  [['conformance', 'http://127.0.0.1:9'], 'no API key: pass one with --key, or set API_KEY'],
  [['conformance', 'http://127.0.0.1:9', '--key', 'k'], 'nothing was sent; --yes skips the question'],
  [['conformance', 'http://127.0.0.1:9', '--key', 'k', '--yes', '--only', 'nothing'], 'no check begins with "nothing"'],
])('%j exits with 2', async (args, message) => {
  const { status, err } = await runCommand(args);

  expect([status, err]).toEqual([2, `error: ${message}\n`]);
});

test('every check has a unique id', () => {
  expect(new Set(allChecks.map(({ id }) => id)).size).toBe(allChecks.length);
});

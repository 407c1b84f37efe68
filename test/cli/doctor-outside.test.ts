import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { examineLimits } from '../../src/doctor/examine-limits.ts';
import { loadConfig } from '../../src/config.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';
import { runCommand } from './run-command.ts';

const key = 'good-key-for-tests';

interface Line {
  readonly id: string;
  readonly mark: string;
  readonly text: string;
  readonly remedy?: string;
}

/** What `doctor` says with these settings on top of an account, by id. */
async function examine(settings: Record<string, string> = {}, options: Parameters<typeof startCrm>[0] = {}) {
  const crm = await startCrm(options);
  const environment = {
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    API_KEY: key,
    CAPTURE: 'off',
    JOURNAL: 'off',
    ...settings,
  };
  const { out } = await runCommand(['doctor', '--json'], { environment });
  const report: { sections: { lines: Line[] }[]; enginy?: Record<string, string> } = JSON.parse(out);
  const lines = report.sections.flatMap((section) => section.lines);
  return { out, lines, enginy: report.enginy, line: (id: string) => lines.find((line) => line.id === id) };
}

/** A server that pretends to be another one. */
async function serve(listener: RequestListener, isTls = false) {
  const pem = (name: string) => readFileSync(new URL(`../fixtures/tls/first.${name}.pem`, import.meta.url));
  const server = isTls
    ? createHttpsServer({ cert: pem('cert'), key: pem('key') }, listener)
    : createHttpServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('each missing scope is named with the feature that needs it', async () => {
  const without = ['sales-email-read', 'crm.objects.companies.write', 'crm.schemas.tasks.write'];

  const { line } = await examine({}, { scopes: { without } });

  expect(line('scope:crm.objects.companies.write')).toMatchObject({
    mark: '✕',
    text: expect.stringContaining('writing companies'),
  });
  expect(line('scope:sales-email-read')).toMatchObject({
    mark: '!',
    text: expect.stringContaining('email activities'),
  });
  expect(line('scope:crm.schemas.tasks.write')).toMatchObject({
    mark: '!',
    remedy: expect.stringContaining('Edit scopes'),
  });
  expect(line('scopes')?.text).toMatch(/^\d+ of \d+ scopes are granted$/);
});

test("account, API version, limits, today's usage and clock each have a line", async () => {
  const { line } = await examine({ HUBSPOT_API_VERSION: '2026-09' }, { limits: {} });

  expect(line('account')).toMatchObject({ mark: '✓', text: expect.stringContaining('"Embedded CRM"') });
  expect(line('api-version')).toMatchObject({
    mark: '✓',
    text: expect.stringContaining('2026-09, supported by HubSpot until'),
  });
  expect(line('limits')).toMatchObject({ text: expect.stringContaining('per 10 s') });
  expect(line('day')).toMatchObject({ mark: '✓', text: expect.stringContaining('daily calls') });
  expect(line('clock')).toMatchObject({ mark: '✓' });
  expect((await examine({ HUBSPOT_API_VERSION: 'v3' })).line('api-version')).toMatchObject({ mark: '!' });
});

const { hubspot } = loadConfig({});

test.each([
  [{ callsPerWindow: 190 }, 100, '!', 'set HUBSPOT_RATE_LIMIT=190'],
  [{ callsPerWindow: 110 }, 100, '✓', undefined],
  [{ callsPerWindow: 118 }, 100, '✓', undefined],
  [{ callsPerWindow: 119 }, 100, '!', 'set HUBSPOT_RATE_LIMIT=119'],
  [{ callsPerWindow: 100 }, 190, '!', 'set HUBSPOT_RATE_LIMIT=100'],
  [{ callsPerDay: 250_000, remainingToday: 50_000 }, 100, '✓', undefined],
  [{ callsPerDay: 250_000, remainingToday: 49_999 }, 100, '!', 'see which app uses them'],
  [{ callsPerDay: 250_000, remainingToday: 0 }, 100, '✕', 'wait for midnight'],
  [{ clockOffsetMs: -60_000 }, 100, '!', 'time server'],
  [{ clockOffsetMs: 59_999 }, 100, '✓', undefined],
] as const)('limits %j with HUBSPOT_RATE_LIMIT=%i: %s', (seen, burstPerTenSeconds, mark, remedy) => {
  const [line, ...more] = examineLimits(seen, { ...hubspot, burstPerTenSeconds });

  expect(more).toEqual([]);
  expect(line?.mark).toBe(mark);
  expect(line?.remedy ?? '').toContain(remedy ?? '');
});

test('without PUBLIC_URL, no external address is called', async () => {
  const { lines } = await examine();

  expect(lines.length).toBeGreaterThan(0);
  expect(lines.map(({ id }) => id)).not.toContain('reachable');
});

test('the address is called with the right and a wrong key, and plain HTTP is an error', async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);

  const { line, enginy } = await examine({ PUBLIC_URL: bridge.url });

  expect(line('https')).toMatchObject({ mark: '✕', text: expect.stringContaining('https://') });
  expect(line('reachable')).toMatchObject({ mark: '✓' });
  expect(line('public-key')).toMatchObject({ mark: '✓', text: 'a wrong key is rejected, and API_KEY is accepted' });
  expect(enginy?.['Base URL']).toBe(bridge.url);
  const other = await examine({ PUBLIC_URL: bridge.url, API_KEY: 'another-key-for-tests' });
  expect(other.line('public-key')).toMatchObject({ mark: '✕' });
});

test('an address where nothing or something else answers is an error with a remedy', async () => {
  const openToAll = await serve((_request, response) => response.end('{}'));

  const nothing = await examine({ PUBLIC_URL: 'http://127.0.0.1:9' });
  const other = await examine({ PUBLIC_URL: openToAll });

  expect(nothing.line('reachable')).toMatchObject({ mark: '✕', remedy: expect.stringContaining('start the bridge') });
  expect(other.line('public-key')).toMatchObject({ mark: '✕', text: expect.stringContaining('instead of 401') });
  expect(other.line('metrics-hidden')).toMatchObject({ mark: '✕' });
});

test('a certificate that Enginy would not accept is an error', async () => {
  const url = await serve((_request, response) => response.end('{}'), true);

  const { line } = await examine({ PUBLIC_URL: url });

  expect(line('https')).toMatchObject({ mark: '✕', text: expect.stringContaining('SELF_SIGNED') });
});

test("Enginy's own test is run with what would be entered there, and neither key is printed", async () => {
  const crm = await startCrm();
  const bridge = await startBridgeOn(crm);
  const received: { path: string; key: unknown; body: Record<string, string> }[] = [];
  let status = 200;
  const enginy = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', key: request.headers['x-api-key'], body: JSON.parse(text) });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const settings = { PUBLIC_URL: bridge.url, ENGINY_API_KEY: 'gsk_for_tests', ENGINY_API_URL: enginy };

  const passing = await examine(settings);
  status = 401;
  const refused = await examine(settings);
  status = 422;
  const failing = await examine(settings);

  expect(passing.line('enginy-test')).toMatchObject({ mark: '✓' });
  expect(refused.line('enginy-test')).toMatchObject({ mark: '✕', remedy: expect.stringContaining('ENGINY_API_KEY') });
  expect(failing.line('enginy-test')).toMatchObject({ mark: '✕' });
  expect(received[0]).toMatchObject({
    path: '/v1/custom-crm/test',
    key: 'gsk_for_tests',
    body: {
      baseUrl: bridge.url,
      apiKey: key,
      apiKeyHeader: 'x-api-key',
      contactLinkTemplate: expect.stringContaining('{{crmId}}'),
    },
  });
  expect(passing.out + refused.out + failing.out).not.toMatch(/gsk_for_tests|good-key-for-tests/);
});

test('the certificate of the bridge itself is checked', async () => {
  const path = (name: string) => new URL(`../fixtures/tls/${name}.pem`, import.meta.url).pathname;

  const good = await examine({ TLS_CERT: path('first.cert'), TLS_KEY: path('first.key') });
  const bad = await examine({ TLS_CERT: path('first.cert'), TLS_KEY: path('renewed.key') });

  expect(good.line('certificate')).toMatchObject({
    mark: '✓',
    text: expect.stringContaining('CN=first.bridge.example'),
  });
  expect(bad.line('certificate')).toMatchObject({ mark: '✕', text: expect.stringContaining('another certificate') });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseCapture } from '../../src/capture/capture-file.ts';
import { liveOrigin, sendLive } from '../../src/capture/replay/send-live.ts';
import { runCommand } from '../cli/run-command.ts';
import { startCapturing } from './capturing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const regression = new URL('../regressions/ambiguous-match.json', import.meta.url).pathname;
const content = JSON.parse(readFileSync(regression, 'utf8')).capture;
const capture = parseCapture(content, 'ambiguous-match.json');

/** The capture with one place changed, e.g. `request.path`. */
function changed(place: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(content);
  const names = place.split('.');
  const last = names.pop() ?? '';
  let at = copy;
  for (const name of names) at = at[name];
  at[last] = value;
  return copy;
}

/** A server on loopback that notes what it gets. */
async function listener(): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const otherHosts = (host: string) => [
  `//${host}/steal`,
  `///${host}/steal`,
  `/\\${host}/steal`,
  `\\\\${host}/steal`,
  `http://${host}/steal`,
  `HTTP:${host}/steal`,
  `@${host}/steal`,
  `:80@${host}/steal`,
  `/\t/${host}/steal`,
  `/\n/${host}/steal`,
  ` //${host}/steal`,
  `.${host}`,
  `javascript:alert(1)`,
  '',
  '?x',
  '/ü',
  `/${'x'.repeat(30_000)}`,
];

test('the API key of a live replay never reaches a host that the capture names', async () => {
  const bridge = await listener();
  const stranger = await listener();
  const { host } = new URL(stranger.url);

  for (const path of otherHosts(host)) {
    const request = { ...capture.request, method: 'GET', path };
    await sendLive({ ...capture, request }, { origin: bridge.url, header: 'x-api-key', key: 'the-key' }).catch(
      () => {},
    );
    expect(() => parseCapture(changed('request.path', path), 'x'), path).toThrow(/not a capture: request\.path/);
  }

  expect(stranger.requests).toEqual([]);
  for (const { url } of bridge.requests) expect(url?.startsWith('/')).toBe(true);
});

test('a redirect of the bridge is not followed with the key', async () => {
  const bridge = await listener();

  const { status } = await sendLive(capture, { origin: bridge.url, header: 'x-api-key', key: 'the-key' });

  expect([status, bridge.requests.length]).toEqual([302, 1]);
});

test.each([
  ['http://bridge.example.com', /is not encrypted/],
  ['http://127.0.0.1.example.com', /is not encrypted/],
  ['http://localhost.example.com', /is not encrypted/],
  ['http://0.0.0.0:3000', /is not encrypted/],
  ['ftp://bridge.example.com', /not the address of a bridge/],
  ['file:///etc/passwd', /not the address of a bridge/],
  ['https://user:secret@bridge.example.com', /must not contain a user/],
  ['bridge.example.com', /is not a URL/],
  ['', /is not a URL/],
])('a live replay refuses %s', (url, reason) => {
  expect(() => liveOrigin(url)).toThrow(reason);
});

test.each([
  ['https://bridge.example.com/some/path', 'https://bridge.example.com'],
  ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000'],
  ['http://[::1]:3000', 'http://[::1]:3000'],
  ['http://LOCALHOST:3000', 'http://localhost:3000'],
])('a live replay sends %s to %s', (url, origin) => {
  expect(liveOrigin(url)).toBe(origin);
});

test('every live replay asks for confirmation, even a read-only one, and names where the key goes', async () => {
  const bridge = await listener();
  const folder = temporaryFolder();
  const file = join(folder, 'read.json');
  writeFileSync(file, JSON.stringify(changed('request.method', 'GET')));

  const unasked = await runCommand(['replay', file, '--live', `${bridge.url}/x`], {
    environment: { API_KEY: 'good-key-for-tests' },
  });

  expect(unasked.status).toBe(2);
  expect(unasked.out).toContain(`go to ${bridge.url}; the request only reads`);
  expect(unasked.out).toContain(`Send it to ${bridge.url}? (yes/no)`);
  expect(bridge.requests).toEqual([]);
});

test.each([
  ['API_KEY', 'short', /^error: API_KEY must contain keys of at least 16 printable ASCII characters[ -~]*\n$/],
  ['API_KEY', 'kéy-of-sixteen-characters', /^error: API_KEY must contain keys[ -~]*\n$/],
  ['API_KEY_HEADER', 'no header', /^error: API_KEY_HEADER must be a header name\n$/],
])('a live replay with a %s that is %j ends in one sentence with status 2', async (name, value, sentence) => {
  const environment = { API_KEY: 'good-key-for-tests', [name]: value };

  const { status, err } = await runCommand(['replay', regression, '--live', 'http://127.0.0.1:9'], { environment });

  expect([status, err]).toEqual([2, expect.stringMatching(sentence)]);
});

test.each([
  ['request.method', 'GET\r\nX: y'],
  ['request.method', ''],
  ['request.method', 7],
  ['request.headers', { 'content-type': 'a\r\nx: y' }],
  ['request.headers', { 'bad name': 'x' }],
  ['requestId', 'x\u001b[2J'],
  ['requestId', ''],
  ['startedAt', 'yesterday'],
  ['startedAt', '2026-99-99T00:00:00Z'],
  ['durationMs', null],
  ['durationMs', -1e300],
  ['answer.status', 1e9],
  ['answer.status', 99],
  ['answer.status', 200.5],
  ['settings.requestTimeoutMs', -1],
  ['settings.burstPerTenSeconds', 0],
  ['settings.defaultCountry', 'España'],
  ['summary.records', 'many'],
  ['exchanges', {}],
  ['exchanges.0.status', 101],
  ['exchanges.0.path', '//x/y'],
  ['exchanges.0.method', 'CONNECT'],
  ['exchanges.0.scope', 'file:///etc'],
  ['exchanges.0.rawHeaders', ['x']],
  ['exchanges.0.call.failure', 'boredom'],
  ['exchanges.0.call.startedMs', 1e300],
  ['mapping.files', [{ name: '../../etc/x.yaml', text: '' }]],
  ['personalData', 'maybe'],
])('a capture whose %s is %j is refused in one sentence with status 2', async (place, value) => {
  const file = join(temporaryFolder(), 'x.json');
  writeFileSync(file, JSON.stringify(changed(place, value)));

  for (const command of ['replay', 'captures show']) {
    const { status, out, err } = await runCommand([...command.split(' '), file]);

    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^error: \S+x\.json is not a capture: [ -~…]+\n$/);
  }
});

test('endless, huge or deeply nested files, and files that are not JSON, are rejected', async () => {
  const folder = temporaryFolder();
  const pipe = join(folder, 'pipe.json');
  execFileSync('mkfifo', [pipe]);
  const files: Record<string, string> = {
    'deep.json': `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
    'deep-body.json': JSON.stringify(content).replace(
      '"body":{',
      `"body":{"deep":${'['.repeat(5_000)}${']'.repeat(5_000)},`,
    ),
    'text.json': 'not JSON \u001b[2J',
    'null.json': 'null',
    'later.json': JSON.stringify(changed('version', 99)),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const references = ['/dev/zero', '/dev/stdin', pipe, folder, ...Object.keys(files).map((name) => join(folder, name))];

  for (const reference of references) {
    const { status, out, err } = await runCommand(['captures', 'show', reference]);
    expect([reference, status, out]).toEqual([reference, 2, '']);
    expect(err.split('\n')).toHaveLength(2);
  }
});

test('a redirect, a broken answer and a body of the wrong type end a replay without a stack trace', async () => {
  const folder = temporaryFolder();
  const hostile = [
    changed('exchanges.0.status', 302),
    changed('exchanges.0.rawHeaders', ['location', 'https://example.com/']),
    changed('exchanges.0.response', 'x'.repeat(1_000_000)),
    changed('exchanges.0.response', [[[null]]]),
    changed('request.body', 7),
    changed('request.method', 'PROPFIND'),
    changed('mapping.files', []),
  ];

  for (const [index, each] of hostile.entries()) {
    const file = join(folder, `${index}.json`);
    writeFileSync(file, JSON.stringify(each));
    const { out, err } = await runCommand(['replay', file, '--mapping', 'capture']);
    expect(out + err).toContain(file);
    expect(err).not.toMatch(/\n {4}at /);
    expect(err.split('\n').length).toBeLessThanOrEqual(2);
  }
});

test('text from a hostile capture or caller cannot control the terminal', async () => {
  const bridge = await startCapturing();
  await bridge.send('POST', '/contacts', {
    contacts: [{ externalId: 'lead-\u001b[31m\u0007\u009b2J\u202e1', ownerId: '404', email: 'x' }],
  });
  const [file] = await bridge.stop();
  const path = join(bridge.folder, file?.name ?? '');

  for (const args of [
    ['captures', 'show', path, '--bodies'],
    ['replay', path],
    ['captures', 'list', '--dir', bridge.folder],
  ]) {
    const { out, err } = await runCommand(args, { hasColor: true });
    expect(out).toContain('/contacts');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(out + err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  }
});

import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createKeyGuard } from '../../src/http/key-guard.ts';
import type { RequestRecorder } from '../../src/http/record-requests.ts';
import { createMetrics } from '../../src/metrics.ts';
import { fakeCrm } from '../support/fake-crm.ts';
import { startApp } from '../support/start-app.ts';
import { startBridgeOn, startCrm } from '../support/start-bridge.ts';

const wrongKey = { 'x-api-key': 'wrong-key-of-a-guesser' };
const noKey = { 'x-api-key': '' };

test.each([
  ['GET', '/contacts/ada.kingsley@lovelace-corp.com', wrongKey],
  ['GET', `/tasks/${'a'.repeat(8_000)}`, noKey],
  ['GET', '/tasks/Ada%20Lovelace', {}],
  ['GET', '/activities/ada@lovelace.org?who=Ada+Lovelace', {}],
  ['POST', `/nowhere/${'ada/'.repeat(1_000)}`, {}],
  ['PROPFIND', '/contacts/Ada', {}],
  ['GET', '/livez?ada=lovelace', noKey],
  ['GET', '//ada@lovelace.org', {}],
  ['GET', '/tasks/%E0%A4%A', {}],
])('%s %s leaves one short line without the path', async (method, path, headers) => {
  const app = await startApp(fakeCrm());

  // A request id of the bridge's own is random, and may hold such letters.
  await app.send(method, path, undefined, { ...headers, 'x-request-id': 'r-1' });

  const lines = app.log.entries.filter(({ msg }) => msg !== 'request refused');
  expect(lines).toHaveLength(1);
  expect(app.log.text().length).toBeLessThan(800);
  expect(app.log.text().toLowerCase()).not.toMatch(/ada|lovelace|aaaa/);
});

test('the line names the route that served the request, and counts instead of ids', async () => {
  const app = await startApp(fakeCrm());

  const { body } = await app.send('POST', '/tasks', { subject: 'Call' });
  await app.send('GET', `/tasks/${body.id}`);

  const lines = app.log.entries.filter(({ msg }) => msg === 'answered');
  expect(lines.map(({ route }) => route)).toEqual(['/tasks', '/tasks/:id']);
  expect(JSON.stringify(lines)).not.toContain(`"${body.id}"`);
});

test.each(['ada@lovelace.org', 'a'.repeat(65), 'a b', 'x\u00e9', '<script>', "a'b", ''])(
  'a request id that is long or unusual is replaced: %j',
  async (id) => {
    const app = await startApp(fakeCrm());

    const answer = await app.send('GET', '/health', undefined, { 'x-request-id': id });

    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test('a caller without a valid key leaves no capture', async () => {
  const captured: string[] = [];
  const recorder: RequestRecorder = {
    begin({ path }) {
      captured.push(path);
      return { setBody() {}, finish() {}, run: (work) => work() };
    },
  };
  const app = await startApp(fakeCrm(), { deps: { recorder } });

  for (const headers of [noKey, wrongKey]) {
    await app.send('GET', '/users', undefined, headers);
    await app.send('POST', '/nowhere', undefined, headers);
    await app.send('M-SEARCH', '/x', undefined, headers);
  }
  await app.send('GET', '/health');

  expect(captured).toEqual(['/health']);
});

test('wrong keys are counted, also on the probe, and missing keys are counted separately', async () => {
  const meter = createMetrics({ ofProcess: false });
  const app = await startApp(fakeCrm(), { deps: { meter } });

  await app.send('GET', '/readyz', undefined, wrongKey);
  await app.send('GET', '/users', undefined, wrongKey);
  await app.send('GET', '/users', undefined, noKey);
  await app.send('GET', '/readyz');
  await fetch(`${app.url}/readyz`);

  const metrics = await meter.read();
  expect(metrics).toContain('enginy_bridge_rejected_keys_total{result="unknown"} 2');
  expect(metrics).toContain('enginy_bridge_rejected_keys_total{result="missing"} 1');
  expect(app.log.entries).toContainEqual(expect.objectContaining({ route: '/readyz', status: 200, key: 'unknown' }));
});

test('after twenty wrong keys in a minute, each further one waits until the minute is over', async () => {
  let time = 0;
  let waits = 0;
  const guard = createKeyGuard({ now: () => time, wait: async () => (waits += 1) });

  for (let n = 0; n < 20; n += 1) await guard.rejected('unknown');
  for (let n = 0; n < 50; n += 1) await guard.rejected('missing');
  expect(waits).toBe(0);
  for (let n = 0; n < 3; n += 1) await guard.rejected('unknown');
  expect(waits).toBe(3);
  time = 60_000;
  await guard.rejected('unknown');
  expect(waits).toBe(3);
});

test('no more than a hundred guesses wait at once', async () => {
  const ends: (() => void)[] = [];
  const guard = createKeyGuard({ now: () => 0, wait: () => new Promise<void>((resolve) => ends.push(resolve)) });

  const answers = Array.from({ length: 200 }, () => guard.rejected('unknown'));
  await Promise.all([...answers.slice(0, 20), ...answers.slice(120)]);

  expect(ends).toHaveLength(100);
  for (const end of ends) end();
  await Promise.all(answers);
});

test.each([
  ['GET', '/health', undefined],
  ['GET', '/users', undefined],
  ['POST', '/contacts/sync', { contacts: [] }],
  ['POST', '/contacts', {}],
  ['GET', '/nowhere', undefined],
  ['GET', '/readyz', undefined],
])('%s %s must not be kept by a cache', async (method, path, body) => {
  const app = await startApp(fakeCrm());

  const answer = await app.send(method, path, body);

  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test.each([
  [
    'a body that never ends',
    'POST /contacts HTTP/1.1\r\nhost: x\r\nx-api-key: good-key-for-tests\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"contacts"',
  ],
  ['headers that never end', 'POST /contacts HTTP/1.1\r\nhost: x\r\nx-api'],
  ['a body without a key', 'POST /contacts HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{'],
])('a connection is closed after REQUEST_TIMEOUT_MS: %s', async (_what, text) => {
  const bridge = await startBridgeOn(await startCrm(), { REQUEST_TIMEOUT_MS: '200' });
  const socket = openSocket(bridge.url);

  socket.write(text);

  expect(await socket.received).toMatch(/^(HTTP\/1\.1 (400|401|408)|$)/);
});

test('connections beyond MAX_CONNECTIONS are closed at once, and the others are served', async () => {
  const bridge = await startBridgeOn(await startCrm(), { MAX_CONNECTIONS: '2' });
  const [first, second] = [openSocket(bridge.url), openSocket(bridge.url)];
  await Promise.all([first.opened, second.opened]);

  const third = openSocket(bridge.url);
  expect(await third.received).toBe('');
  first.write('GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');

  expect(await first.received).toContain('HTTP/1.1 200');
});

test('a stopping bridge does not wait for connections on which nothing is being served', async () => {
  const bridge = await startBridgeOn(await startCrm());
  const sent = [
    '',
    'G',
    'GET /livez HTTP/1.1\r\n',
    'GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ',
    'POST /contacts HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n',
    'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n',
    'GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /livez HTTP/1.1\r\n',
    '\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\u0016\u0003\u0001',
  ];
  const sockets = sent.map(() => openSocket(bridge.url));
  await Promise.all(sockets.map(({ opened }) => opened));
  for (const [index, socket] of sockets.entries()) socket.write(sent[index] ?? '');
  await fetch(`${bridge.url}/livez`).then((answer) => answer.text());

  // Longer than the test may take.
  expect(await bridge.close(60_000)).toBe(0);
  await Promise.all(sockets.map(({ received }) => received));
});

test('a stopping bridge finishes what is being served and what is being sent', async () => {
  const crm = await startCrm({ latency: 400 });
  const bridge = await startBridgeOn(crm);
  const [silent, slow] = [openSocket(bridge.url), openSocket(bridge.url)];
  await Promise.all([silent.opened, slow.opened]);
  const body = '{"contacts":[]}';
  slow.write(
    `POST /contacts HTTP/1.1\r\nhost: x\r\nx-api-key: good-key-for-tests\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  const served = bridge.send('POST', '/contacts/sync', { contacts: [{ externalId: 'a', email: 'a@example.com' }] });
  await expect.poll(() => crm.log.length).toBeGreaterThan(0);

  const closed = bridge.close(60_000);
  await silent.received;
  slow.write(body.slice(5));

  expect((await served).status).toBe(200);
  expect(await slow.received).toMatch(/^HTTP\/1\.1 201/);
  expect(await closed).toBe(0);
});

/** A raw connection. `received` is what arrived until it was closed. */
function openSocket(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => {
    socket.destroy();
  });
  const { promise: received, resolve } = Promise.withResolvers<string>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  let text = '';
  socket.on('connect', open);
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('error', () => {});
  socket.on('close', () => resolve(text));
  return { write: (data: string) => socket.write(data), received, opened };
}

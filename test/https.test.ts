import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { startBridge } from '../src/serve.ts';
import { heldTimers } from './support/held-timers.ts';
import { logSink } from './support/log-sink.ts';
import { startBridgeOn } from './support/start-bridge.ts';

/** No test here calls the CRM. */
const noCrm = { url: 'http://127.0.0.1:9', token: 'no-token' };
const fixture = (name: string) => new URL(`fixtures/tls/${name}.pem`, import.meta.url).pathname;

/** A folder whose files are the certificate of the given name, and can be replaced. */
function certificateFolder(name: 'first' | 'renewed') {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') };
  const copy = (part: 'cert' | 'key', from: string) =>
    copyFileSync(fixture(`${from}.${part}`), part === 'cert' ? files.TLS_CERT : files.TLS_KEY);
  copy('cert', name);
  copy('key', name);
  return { files, copy };
}

/** Asks once over a connection of its own; returns the status and the name in the server's certificate. */
function ask(url: string, headers: Record<string, string> = {}): Promise<{ status: number; name: string }> {
  return new Promise((resolve, reject) => {
    // The fixtures are signed by themselves; the test compares their names.
    const sent = request(`${url}/livez`, { headers, agent: false, rejectUnauthorized: false }, (response) => {
      const name = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
      response.resume().once('end', () => resolve({ status: response.statusCode ?? 0, name: String(name) }));
    });
    sent.once('error', reject).end();
  });
}

test('HTTPS is served with the certificate of TLS_CERT and TLS_KEY', async () => {
  const { files } = certificateFolder('first');

  const bridge = await startBridgeOn(noCrm, files);

  expect(bridge.url).toMatch(/^https:/);
  expect(await ask(bridge.url)).toEqual({ status: 200, name: 'first.bridge.example' });
});

test('a renewed certificate is active without a restart once both files are replaced', async () => {
  const { files, copy } = certificateFolder('first');
  const bridge = await startBridgeOn(noCrm, files, { pollMs: 5 });

  copy('cert', 'renewed');
  await expect.poll(() => bridge.log.text()).toContain('the last valid certificate stays active');
  expect(await ask(bridge.url)).toEqual({ status: 200, name: 'first.bridge.example' });
  copy('key', 'renewed');

  await expect.poll(() => ask(bridge.url)).toEqual({ status: 200, name: 'renewed.bridge.example' });
  expect(bridge.log.text()).not.toContain('PRIVATE');
});

test('SIGHUP rereads the certificate immediately; files with errors change nothing', async () => {
  const { files, copy } = certificateFolder('first');
  const bridge = await startBridgeOn(noCrm, files);

  for (const spoil of [
    () => writeFileSync(files.TLS_KEY, ''),
    () => writeFileSync(files.TLS_KEY, 'not a key'),
    () => rmSync(files.TLS_CERT),
    () => copy('cert', 'renewed'),
  ]) {
    spoil();
    await bridge.reload();
    expect((await ask(bridge.url)).name).toBe('first.bridge.example');
  }
  copy('key', 'renewed');
  await bridge.reload();

  expect((await ask(bridge.url)).name).toBe('renewed.bridge.example');
});

test.each([
  ['one that does not exist', (files: Files) => rmSync(files.TLS_CERT), 'TLS_CERT: '],
  ['an empty key', (files: Files) => writeFileSync(files.TLS_KEY, ''), 'holds no private key in PEM form'],
  [
    'a key of another certificate',
    (files: Files) => copyFileSync(fixture('renewed.key'), files.TLS_KEY),
    'the key belongs to another certificate',
  ],
  [
    'a key in the place of the certificate',
    (files: Files) => copyFileSync(files.TLS_KEY, files.TLS_CERT),
    'holds no certificate in PEM form',
  ],
])('the bridge does not start with %s', async (_what, spoil, reason) => {
  const { files } = certificateFolder('first');
  spoil(files);

  await expect(startBridge(loadConfig({ PORT: '0', ...files }), logSink().log)).rejects.toThrow(reason);
});

type Files = ReturnType<typeof certificateFolder>['files'];

test('one of the two settings without the other is an error', () => {
  expect(() => loadConfig({ TLS_CERT: 'cert.pem' })).toThrow('TLS_KEY is missing');
  expect(() => loadConfig({ TLS_KEY: 'key.pem' })).toThrow('TLS_CERT is missing');
});

test('with STOP_DELAY_MS, a stopping bridge reports that it is not ready while it still accepts requests', async () => {
  const timers = heldTimers();
  const clock = { now: () => performance.now(), ...timers };
  const bridge = await startBridgeOn(noCrm, { STOP_DELAY_MS: '5000' }, { clock });

  const closed = bridge.close(1_000);
  const ready = await bridge.send('GET', '/readyz');
  const alive = await bridge.send('GET', '/livez');
  timers.expire();
  await closed;

  expect([ready.status, ready.body.status, alive.status]).toEqual([503, 'stopping', 200]);
  await expect(bridge.send('GET', '/livez')).rejects.toThrow();
});

test.each([
  ['without TRUST_PROXY the address of the connection', {}, '127.0.0.1'],
  ['with one trusted proxy the address that it reports', { TRUST_PROXY: '1' }, '203.0.113.7'],
  ['with a trusted network the last address outside it', { TRUST_PROXY: 'loopback, 10.0.0.0/8' }, '203.0.113.7'],
  ['with a trusted network that is not the caller its own address', { TRUST_PROXY: '10.0.0.0/8' }, '127.0.0.1'],
])('the log line of a rejected key has %s', async (_what, settings, client) => {
  const bridge = await startBridgeOn(noCrm, settings);

  const forwarded = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7', 'x-api-key': 'a-wrong-key-for-tests' };
  const { status } = await bridge.send('GET', '/users', undefined, forwarded);

  expect(status).toBe(401);
  expect(bridge.log.entries).toContainEqual(expect.objectContaining({ status: 401, client }));
});

test.each(['true', '*', '11', '10.0.0.0/33', '10.0.0.0/', 'proxy.example', '1.2.3', '::1/129', 'loopback,'])(
  'TRUST_PROXY=%s is a mistake',
  (value) => {
    expect(() => loadConfig({ TRUST_PROXY: value })).toThrow('TRUST_PROXY must be a number of proxies');
  },
);

test('probes are logged at debug, and with a wrong key at info', async () => {
  const bridge = await startBridgeOn(noCrm);

  await bridge.send('GET', '/livez');
  await bridge.send('GET', '/readyz', undefined, { 'x-api-key': 'a-wrong-key-for-tests' });

  const levels = bridge.log.entries.filter(({ msg }) => msg === 'answered').map(({ route, level }) => [route, level]);
  expect(levels).toEqual([
    ['/livez', 'debug'],
    ['/readyz', 'info'],
  ]);
});

test('a stopping bridge does not wait for a caller that never finishes the handshake, nor for one that then sends nothing', async () => {
  const { files } = certificateFolder('first');
  const bridge = await startBridgeOn(noCrm, files);
  const port = Number(new URL(bridge.url).port);
  const plain = connect(port, '127.0.0.1');
  const secure = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  for (const socket of [plain, secure]) socket.on('error', () => undefined);
  await Promise.all([once(plain, 'connect'), once(secure, 'secureConnect')]);
  await ask(bridge.url);

  // Longer than the test may take.
  expect(await bridge.close(60_000)).toBe(0);
});

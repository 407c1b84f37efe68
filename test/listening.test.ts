import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { createHttpServer, watchTraffic } from '../src/server/listening.ts';
import { startBridge } from '../src/serve.ts';
import { logSink } from './support/log-sink.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

async function takenPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return String((server.address() as AddressInfo).port);
}

const start = (environment: Readonly<Record<string, string>>) =>
  startBridge(
    loadConfig({
      ...{ SANDBOX: 'true', PORT: '0', JOURNAL: 'off', CAPTURE: 'off', IDENTITY_INDEX: 'off' },
      DATA_DIR: temporaryFolder(),
      ...environment,
    }),
    logSink().log,
  );

test.each(['PORT', 'ADMIN_PORT'])('a bridge that finds %s in use names the port and the setting', async (setting) => {
  const port = await takenPort();

  await expect(start({ [setting]: port })).rejects.toThrow(
    `port ${port} of 127.0.0.1 is in use by another program: end it, or set ${setting} to a free port`,
  );
});

test.each([
  ['HOST', '203.0.113.7'],
  ['ADMIN_HOST', '203.0.113.7'],
])('a bridge whose %s is %s says that it is not an address of the machine', async (setting, host) => {
  await expect(start({ [setting]: host, ADMIN_PORT: '0', CONSOLE: 'off' })).rejects.toThrow(
    `${setting} is ${host}, which is not an address of this machine`,
  );
});

async function serve(listener: RequestListener) {
  const server = createHttpServer(listener, { requestTimeoutMs: 5_000, maxConnections: 10 });
  const traffic = watchTraffic(server);
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return { traffic, port: (server.address() as AddressInfo).port };
}

const requests = (count: number) =>
  Array.from({ length: count }, (_unused, n) => `GET /${n} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');

test('a connection that sends thousands of requests at once is closed before they are served', async () => {
  let served = 0;
  const { traffic, port } = await serve((_request, response) => {
    served += 1;
    response.end();
  });

  const caller = connect(port, '127.0.0.1', () => caller.write(requests(2_000))).resume();
  caller.on('error', () => {});
  await once(caller, 'close');

  expect(served).toBeLessThanOrEqual(20);
  await expect.poll(() => traffic.inFlight()).toBe(0);
});

test('a few requests that are sent at once are answered in their order', async () => {
  const { port } = await serve((request, response) => response.end(request.url));

  const caller = connect(port, '127.0.0.1', () => caller.write(requests(20)));
  let received = '';
  caller.on('data', (data) => {
    received += String(data);
  });
  await expect.poll(() => received).toContain('/19');

  expect([...received.matchAll(/^\/(\d+)/gm)].map(([, n]) => Number(n))).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
});

test('a connection is kept for longer than a proxy keeps it, so that no request meets its end', async () => {
  const bridge = await start({});
  onTestFinished(async () => void (await bridge.close(1_000)));

  const response = await fetch(`${bridge.url}/livez`);

  expect(response.headers.get('keep-alive')).toBe('timeout=65');
});

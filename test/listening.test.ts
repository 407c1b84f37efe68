import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { startBridge } from '../src/serve.ts';
import { logSink } from './support/log-sink.ts';

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
      DATA_DIR: mkdtempSync(join(tmpdir(), 'bridge-listen-')),
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

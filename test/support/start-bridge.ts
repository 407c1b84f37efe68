import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import type { IdentityIndex } from '../../src/bridge/identity-index.ts';
import { loadConfig } from '../../src/config.ts';
import type { OpenedIndex } from '../../src/identity/open-identity-index.ts';
import { startBridge } from '../../src/serve.ts';
import { apiVersion } from './api-version.ts';
import { logSink } from './log-sink.ts';
import { loadShippedOnce } from './shipped-mappings.ts';
import { type Answer, sendTo } from './start-app.ts';

/** An embedded CRM without lag and limits unless the test asks for them; closed when the test ends. */
export async function startCrm(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ limits: false, indexLagMs: 0, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The bridge as `npm start` builds it, without the check at start unless the test asks for it, on a free loopback port, talking to a CRM of the test's through the real SDK. */
export async function startBridgeOn(
  crm: { readonly url: string; readonly token: string },
  environment: Record<string, string> = {},
  overrides: Parameters<typeof startBridge>[2] = {},
) {
  const sink = logSink();
  const indexing = indexEverything(environment);
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    API_KEY: 'good-key-for-tests',
    HUBSPOT_ACCESS_TOKEN: crm.token,
    HUBSPOT_BASE_URL: crm.url,
    HUBSPOT_API_VERSION: apiVersion,
    HUBSPOT_RATE_LIMIT: '10000',
    HUBSPOT_SEARCH_RATE_LIMIT: '1000',
    CAPTURE: 'off',
    JOURNAL: 'off',
    ...environment,
    ...indexing?.environment,
  });
  const bridge = await startBridge(config, sink.log, {
    checksAtStart: false,
    loadMappings: loadShippedOnce,
    threads: { hasLowPriority: false },
    ...(indexing && { watchIndex: indexing.watchIndex }),
    ...overrides,
  });
  onTestFinished(async () => {
    await bridge.close(0);
  });
  await indexing?.untilBuilt();
  return {
    url: bridge.url,
    adminUrl: bridge.adminUrl,
    reload: bridge.reload,
    close: bridge.close,
    log: sink,
    send: (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
      sendTo(bridge.url, method, path, body, headers),
  };
}

/**
 * With `TEST_IDENTITY_INDEX=on`, a bridge has an identity index that is built, and that small requests use, too: `npm run test:index` runs
 * the tests of matching once more like this.
 */
function indexEverything(environment: Readonly<Record<string, string>>) {
  // biome-ignore lint/style/noProcessEnv: chooses what a whole test run tests
  if (process.env.TEST_IDENTITY_INDEX !== 'on' || environment.IDENTITY_INDEX !== undefined) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'index-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  let opened: OpenedIndex | undefined;
  return {
    environment: { IDENTITY_INDEX: 'on', DATA_DIR: dir, INDEX_FRESH_S: '0' },
    watchIndex(index: OpenedIndex): IdentityIndex {
      opened = index;
      return {
        propose: (request, context) => index.propose({ ...request, mayRefresh: true }, context),
        put: (mapping, record) => index.put(mapping, record),
        drop: (mapping, key, id) => index.drop(mapping, key, id),
      };
    },
    untilBuilt: () =>
      vi.waitUntil(() => opened?.state().every(({ rules }) => rules.complete === rules.all), {
        timeout: 60_000,
        interval: 5,
      }),
  };
}

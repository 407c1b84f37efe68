import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type AppDeps, type AppSettings, createApp } from '../../src/app.ts';
import { createBridge } from '../../src/create-bridge.ts';
import type { Crm } from '../../src/crm/crm.ts';
import { hubSpotPropertyRules } from '../../src/crm/hubspot/property-rules.ts';
import { loadMappings } from '../../src/mapping/load/load-mappings.ts';
import { expectAsDescribed } from './as-described.ts';
import { logSink } from './log-sink.ts';

const shippedMappings = loadMappings(new URL('../../mappings/hubspot', import.meta.url).pathname, {});

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers whose shape they assert
  readonly body: any;
}

export interface RunningApp {
  readonly url: string;
  readonly log: ReturnType<typeof logSink>;
  /** Sends a request with the good key; a text or Buffer goes as it is, anything else as JSON. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** The real app over real HTTP on a free loopback port, with a CRM of the test's; closed when the test ends. */
export async function startApp(
  crm: Crm,
  overrides: { deps?: Partial<AppDeps>; settings?: Partial<AppSettings> } = {},
): Promise<RunningApp> {
  const sink = logSink();
  const { log } = sink;
  const app = createApp(
    {
      ...createBridge({ crm, log }, { cache: { max: 10_000, ttlMs: 3_600_000 }, propertyRules: hubSpotPropertyRules }),
      log,
      mappings: () => shippedMappings,
      isSandbox: false,
      isReady: () => true,
      mappingState: () => ({ hash: shippedMappings.hash, loadedAt: '2026-01-31T00:00:00.000Z' }),
      ...overrides.deps,
    },
    {
      auth: { header: 'x-api-key', keys: () => ['good-key-for-tests', 'next-key-for-tests'] },
      bodyLimits: { maxBytes: 1024 * 1024 },
      requestTimeoutMs: 30_000,
      ...overrides.settings,
    },
  );
  const server = createServer(app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  // A TCP server that listens has an address object.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, log: sink, send: (...request) => sendTo(url, ...request) };
}

export async function sendTo(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'x-api-key': 'good-key-for-tests',
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
  expectAsDescribed(method, path, answer);
  return answer;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { startBridge } from '../../src/serve.ts';
import { logSink } from '../support/log-sink.ts';
import { loadShippedOnce } from '../support/shipped-mappings.ts';

export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly body?: string;
}

/** Sends a request as it is given, Host header included; a form goes with the headers that a browser would send. */
export async function ask(url: string, { method, headers = {}, form, body }: Sent = {}): Promise<ConsoleAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ConsoleAnswer>();
  const formHeaders = {
    'content-type': 'application/x-www-form-urlencoded',
    origin: 'null',
    'sec-fetch-site': 'same-origin',
  };
  const request = send(
    url,
    { method: method ?? (form === undefined ? 'GET' : 'POST'), headers: { ...(form && formHeaders), ...headers } },
    (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    },
  );
  request.on('error', reject);
  request.end(form === undefined ? body : new URLSearchParams(form).toString());
  return promise;
}

/** Signs in with a link. @returns the cookie */
export async function signIn(adminUrl: string, link: string): Promise<string> {
  const { searchParams } = new URL(link);
  return cookieOf(await ask(`${adminUrl}/console/sign-in`, { form: { link: searchParams.get('link') ?? '' } }));
}

/** Signs in with a password. @returns the answer */
export function signInAs(adminUrl: string, name: string, password: string): Promise<ConsoleAnswer> {
  return ask(`${adminUrl}/console/sign-in`, { form: { name, password } });
}

export function cookieOf({ headers }: ConsoleAnswer): string {
  return [headers['set-cookie'] ?? []].flat()[0]?.split(';')[0] ?? '';
}

/** The token of the forms on a page. */
export function formTokenOf({ text }: ConsoleAnswer): string {
  return /name="form-token" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

/** A bridge in sandbox mode with its console. */
export async function startConsoleBridge(environment: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'console-'));
  const sink = logSink();
  const config = loadConfig({
    PORT: '0',
    SANDBOX: 'true',
    API_KEY: 'good-key-for-tests',
    CAPTURE: 'off',
    JOURNAL: 'off',
    DATA_DIR: folder,
    CAPTURE_DIR: join(folder, 'captures'),
    ...environment,
  });
  const bridge = await startBridge(config, sink.log, {
    checksAtStart: false,
    loadMappings: loadShippedOnce,
    threads: { hasLowPriority: false },
  });
  const { url, adminUrl = '', consoleLink = '' } = bridge;
  const close = async () => {
    await bridge.close(0);
    rmSync(folder, { recursive: true });
  };
  return { url, adminUrl, consoleLink, reload: bridge.reload, folder, log: sink, close };
}

import { randomUUID } from 'node:crypto';
import { Nonconformity, NotApplicable } from './nonconformity.ts';

/** The server to examine. */
export interface Target {
  /** Base URL, with or without a path and a slash at its end. */
  readonly url: URL;
  readonly key: string;
  readonly keyHeader: string;
  /** For one request, in milliseconds. */
  readonly timeoutMs: number;
}

export interface ServerReply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly body: unknown;
}

export interface SendOptions {
  readonly body?: unknown;
  /** Sent as it is instead of `body`. */
  readonly raw?: string;
  /** Instead of the target's key; null sends none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the checks of one run share: the server, what they created there, and a mark that makes their values unique. */
export interface CheckRun {
  readonly target: Target;
  /** Unique for the run, lower-case letters and digits. */
  readonly mark: string;
  /** CRM ids by a name that only the checks use, e.g. `contact`, `task`. */
  readonly ids: Map<string, string>;
  /** @throws Nonconformity when the server cannot be reached, redirects, or does not answer in time. */
  send(method: string, path: string, options?: SendOptions): Promise<ServerReply>;
  /** @throws NotApplicable when the check that should have created it failed. */
  id(name: string): string;
}

/** Starts a run against a server. Nothing is sent yet. */
export function createSession(target: Target): CheckRun {
  const ids = new Map<string, string>();
  return {
    target,
    mark: `eb${randomUUID().slice(0, 8)}`,
    ids,
    send: (method, path, options = {}) => send(target, `${method} ${path}`, options),
    id(name) {
      const known = ids.get(name);
      if (known === undefined) throw new NotApplicable(`no ${name} could be created by an earlier check`);
      return known;
    },
  };
}

async function send(target: Target, operation: string, options: SendOptions): Promise<ServerReply> {
  const [method = 'GET', path = '/'] = operation.split(' ');
  const base = target.url.href.replace(/\/$/, '');
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  try {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: headersOf(target, options),
      ...(body !== undefined && { body }),
      // A redirect would carry the key to another address.
      redirect: 'manual',
      signal: AbortSignal.timeout(target.timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type') ?? '', text, body: parse(text) };
  } catch (error) {
    throw new Nonconformity(`${operation} was not answered: ${reasonOf(error)}`);
  }
}

function headersOf(target: Target, { key, headers }: SendOptions): Record<string, string> {
  const sent = key === undefined ? target.key : key;
  return {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(sent !== null && { [target.keyHeader]: sent }),
    ...headers,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch hides why it failed in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  return error.cause instanceof Error ? error.cause.message : error.message;
}

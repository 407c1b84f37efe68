import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@hubspot/api-client';
import type { ResponseHeaders } from './response-headers.ts';

/** A complete response; the body as text. */
export interface RawResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly text: string;
}

/**
 * What one attempt sent and received. The SDK's models drop fields that they do not declare (policyName, warnings) and its
 * exceptions contain response bodies in their messages, so responses are read here and the SDK's own results are ignored.
 */
export interface Wire {
  method: string;
  path: string;
  /** Body as sent: JSON text. */
  requestText?: string;
  status?: number;
  headers: ResponseHeaders;
  text?: string;
}

const current = new AsyncLocalStorage<Wire>();

/** Runs one SDK call and records in `wire` what was sent and received. Rejects as the SDK does. */
export function onWire<T>(wire: Wire, call: () => Promise<T>): Promise<T> {
  return current.run(wire, call);
}

export function newWire(): Wire {
  return { method: '', path: '', headers: {} };
}

/** The response, if it arrived completely. */
export function responseOf(wire: Wire): RawResponse | undefined {
  if (wire.status === undefined || wire.text === undefined) return undefined;
  return { status: wire.status, headers: wire.headers, text: wire.text };
}

/** For the SDK's generated API groups. The casts below name the part of their contexts that is used. */
export const wireMiddleware = {
  pre(context: unknown): unknown {
    const wire = current.getStore();
    // The SDK types its middleware `unknown`; every generated group passes a RequestContext with these methods.
    const request = context as { getUrl(): string; getHttpMethod(): string; getBody(): unknown };
    if (wire !== undefined) {
      const url = new URL(request.getUrl());
      wire.method = request.getHttpMethod();
      wire.path = url.pathname + url.search;
      const body = request.getBody();
      if (typeof body === 'string') wire.requestText = body;
    }
    return context;
  },
  async post(context: unknown): Promise<unknown> {
    const wire = current.getStore();
    // As above: a ResponseContext, whose body can be read a second time.
    const response = context as {
      httpStatusCode: number;
      headers: Record<string, string>;
      body: { text(): Promise<string> };
    };
    if (wire !== undefined) {
      wire.status = response.httpStatusCode;
      wire.headers = response.headers;
      wire.text = await response.body.text();
    }
    return context;
  },
};

/** `client.apiRequest` bypasses the middleware, so its response is recorded here. */
export async function getRaw(client: Client, path: string): Promise<void> {
  const wire = current.getStore();
  if (wire !== undefined) Object.assign(wire, { method: 'GET', path });
  const response = await client.apiRequest({ path });
  const text = await response.text();
  if (wire !== undefined)
    Object.assign(wire, { status: response.status, headers: Object.fromEntries(response.headers), text });
}

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@hubspot/api-client';
import type { RawAnswer } from './errors.ts';

/**
 * What went over the wire for one try. The SDK's models drop fields that they do not declare (policyName, warnings) and its
 * exceptions carry bodies in their text, so answers are read here instead and the SDK's own results are left unused.
 */
export interface Wire {
  method: string;
  path: string;
  /** Body as sent: JSON text. */
  requestText?: string;
  status?: number;
  headers: Readonly<Record<string, string>>;
  text?: string;
}

const current = new AsyncLocalStorage<Wire>();

/** Runs one SDK call and notes in the returned promise's wire what was sent and what came back. Rejects as the SDK does. */
export function onWire<T>(wire: Wire, call: () => Promise<T>): Promise<T> {
  return current.run(wire, call);
}

export function newWire(): Wire {
  return { method: '', path: '', headers: {} };
}

/** The answer, where one arrived completely. */
export function answerOf(wire: Wire): RawAnswer | undefined {
  if (wire.status === undefined || wire.text === undefined) return undefined;
  return { status: wire.status, headers: wire.headers, text: wire.text };
}

/** For the SDK's generated groups. The contexts are theirs; the interfaces name the part that is used. */
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
    // As above: a ResponseContext, whose body keeps its text for a second reading.
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

/** `client.apiRequest` knows no middleware, so its raw response is noted here. */
export async function getRaw(client: Client, path: string): Promise<void> {
  const wire = current.getStore();
  if (wire !== undefined) Object.assign(wire, { method: 'GET', path });
  const response = await client.apiRequest({ path });
  const text = await response.text();
  if (wire !== undefined)
    Object.assign(wire, { status: response.status, headers: Object.fromEntries(response.headers), text });
}

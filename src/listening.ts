import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.ts';

export type Server = HttpServer | HttpsServer;

/** Headers must arrive within this time; Enginy sends them at once. */
const headersTimeoutMs = 15_000;

/** How often slow connections are looked for. */
const checkIntervalMs = 1_000;

interface ServerLimits {
  /** Within which a whole request must have arrived, body included. */
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
}

/** An HTTP server that slow and numerous callers cannot hold. */
export function createHttpServer(listener: RequestListener, limits: ServerLimits): Server {
  return limitConnections(createServer(timeoutsOf(limits), listener), limits);
}

/** The same over HTTPS. */
export function createHttpsServer(
  listener: RequestListener,
  limits: ServerLimits,
  certificate: Certificate,
): HttpsServer {
  const timeouts = timeoutsOf(limits);
  const options = { ...timeouts, ...certificate, handshakeTimeout: timeouts.headersTimeout };
  return limitConnections(createTlsServer(options, listener), limits);
}

function timeoutsOf({ requestTimeoutMs }: ServerLimits) {
  return {
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(checkIntervalMs, requestTimeoutMs),
  };
}

function limitConnections<T extends Server>(server: T, { maxConnections }: ServerLimits): T {
  server.maxConnections = maxConnections;
  return server;
}

/** Listens, and returns the address. Rejects with the error of `listen` when the port is taken. */
export async function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(at.port, at.host, resolve);
  await promise;
  server.off('error', reject);
  // A TCP server that listens has an address object; only pipes have a text.
  const { port } = server.address() as AddressInfo;
  const reachable = at.host === '0.0.0.0' || at.host === '::' ? 'localhost' : at.host;
  return `${server instanceof HttpsServer ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Counts the requests that are being served. */
export function countInFlight(server: Server): () => number {
  let count = 0;
  server.on('request', (_request, response) => {
    count += 1;
    response.once('close', () => {
      count -= 1;
    });
  });
  return () => count;
}

/** Stops accepting and waits for requests in progress; after the grace they are cut off. Returns how many were. */
export async function closeServer(server: Server, graceMs: number, inFlight: () => number): Promise<number> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  // A connection whose last request is answered only now would be kept open for the caller's next one.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  let cutOff = 0;
  const timer = setTimeout(() => {
    cutOff = inFlight();
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
  return cutOff;
}

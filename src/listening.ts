import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Headers must arrive within this time; Enginy sends them at once. */
const headersTimeoutMs = 15_000;

/** How often slow connections are looked for. */
const checkIntervalMs = 1_000;

/**
 * A server that slow and numerous callers cannot hold.
 * @param limits.requestTimeoutMs within which a whole request must have arrived, body included.
 */
export function createHttpServer(
  listener: RequestListener,
  limits: { readonly requestTimeoutMs: number; readonly maxConnections: number },
): Server {
  const server = createServer(
    {
      headersTimeout: Math.min(headersTimeoutMs, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(checkIntervalMs, limits.requestTimeoutMs),
    },
    listener,
  );
  server.maxConnections = limits.maxConnections;
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
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
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

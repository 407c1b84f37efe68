import type { RequestListener } from 'node:http';
import type { Config } from './config.ts';
import { createHttpServer, listen as listenAt } from './listening.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface AdminServer {
  /** Returns the address. Rejects if the port is taken. */
  listen(at: NonNullable<Config['admin']>): Promise<string>;
  close(): Promise<void>;
}

/**
 * `GET /metrics` on its own port, for Prometheus, and the console. The metrics require no key, so keep the port on loopback or a private
 * network.
 */
export function createAdminServer(deps: {
  readonly metrics: Pick<Metrics, 'read' | 'contentType'>;
  readonly log: Logger;
  /** Serves `/console` and all below it; absent: there is no console. */
  readonly console?: { readonly listener: RequestListener; close(): void } | undefined;
}): AdminServer {
  const { metrics, log, console } = deps;
  const serve: RequestListener = (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (console !== undefined && /^\/console(?:\/|$)/.test(path)) console.listener(request, response);
    else if (console !== undefined && path === '/') response.writeHead(303, { location: '/console' }).end();
    else if (path !== '/metrics') response.writeHead(404).end();
    else if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET' }).end();
    else {
      metrics.read().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        (error: unknown) => {
          log.error({ err: error }, 'could not read the metrics');
          response.writeHead(500).end();
        },
      );
    }
  };
  const server = createHttpServer(serve, { requestTimeoutMs, maxConnections });
  return {
    listen: (at) => listenAt(server, at),
    close: () =>
      new Promise((resolve) => {
        console?.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const requestTimeoutMs = 30_000;
const maxConnections = 500;

import { createServer } from 'node:http';
import type { Config } from './config.ts';
import { listen as listenAt } from './listening.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface AdminServer {
  /** Returns the address. Rejects if the port is taken. */
  listen(at: NonNullable<Config['admin']>): Promise<string>;
  close(): Promise<void>;
}

/** `GET /metrics` on its own port, for Prometheus. It requires no key, so keep it on loopback or a private network. */
export function createAdminServer(deps: {
  readonly metrics: Pick<Metrics, 'read' | 'contentType'>;
  readonly log: Logger;
}): AdminServer {
  const { metrics, log } = deps;
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') response.writeHead(404).end();
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
  });
  return {
    listen: (at) => listenAt(server, at),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

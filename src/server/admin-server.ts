import type { RequestListener } from 'node:http';
import type { Config } from '../config.ts';
import { createHttpServer, listen as listenAt } from './listening.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';

export interface AdminAddresses {
  /** Undefined: it does not listen. */
  readonly adminUrl: string | undefined;
  /** Signs in to the console once, as operator; undefined: there is no console. A secret. */
  readonly consoleLink: string | undefined;
}

export interface AdminServer {
  /** Returns the addresses. Rejects if the port is taken. */
  listen(): Promise<AdminAddresses>;
  reload(): void;
  /** Ends the streams of the console's pages, which would stay open. */
  closeStreams(): void;
  close(): Promise<void>;
}

/** Without ADMIN_PORT. */
export const noAdminServer: AdminServer = {
  listen: async () => ({ adminUrl: undefined, consoleLink: undefined }),
  reload: () => {},
  closeStreams: () => {},
  close: async () => {},
};

interface AdminConsole {
  readonly listener: RequestListener;
  opened(url: string): string;
  reload(): void;
  closeStreams(): void;
  close(): void;
}

/**
 * `GET /metrics` on its own port, for Prometheus, and the console. The metrics require no key, so keep the port on loopback or a private
 * network.
 */
export function createAdminServer(
  at: NonNullable<Config['admin']>,
  deps: {
    readonly metrics: Pick<Metrics, 'read' | 'contentType'>;
    readonly log: Logger;
    /** Serves `/console` and all below it; absent: there is no console. */
    readonly console?: AdminConsole | undefined;
  },
): AdminServer {
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
    async listen() {
      const adminUrl = await listenAt(server, at, { host: 'ADMIN_HOST', port: 'ADMIN_PORT' });
      return { adminUrl, consoleLink: console?.opened(adminUrl) };
    },
    reload: () => console?.reload(),
    closeStreams: () => console?.closeStreams(),
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

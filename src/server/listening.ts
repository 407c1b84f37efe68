import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type Certificate, followCertificate } from './certificate.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';

export type Server = HttpServer | HttpsServer;

/** Headers must arrive within this time; Enginy sends them at once. */
const headersTimeoutMs = 15_000;

/** How often slow connections are searched for. */
const checkIntervalMs = 1_000;

interface ServerLimits {
  /** Within which a whole request must have arrived, body included. */
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
}

/** An HTTP server that slow or numerous callers cannot block. */
export function createHttpServer(listener: RequestListener, limits: ServerLimits): Server {
  return limitConnections(createServer(timeoutsOf(limits), limitPipelining(listener)), limits);
}

/** The same over HTTPS. */
export function createHttpsServer(
  listener: RequestListener,
  limits: ServerLimits,
  certificate: Certificate,
): HttpsServer {
  const timeouts = timeoutsOf(limits);
  const options = { ...timeouts, ...certificate, handshakeTimeout: timeouts.headersTimeout };
  return limitConnections(createTlsServer(options, limitPipelining(listener)), limits);
}

interface ServerParts {
  readonly config: ServerLimits & Pick<Config, 'tls'>;
  readonly log: Logger;
  readonly certificate: Certificate | undefined;
  readonly pollMs: number | undefined;
}

/** Serves HTTPS where the configuration names a certificate, and follows its files. */
export function createPublicServer(app: RequestListener, { config, log, certificate, pollMs }: ServerParts) {
  if (config.tls === undefined || certificate === undefined) {
    return { server: keepIdleConnections(createHttpServer(app, config)) };
  }
  const server = keepIdleConnections(createHttpsServer(app, config, certificate));
  const followed = { files: config.tls, active: certificate, pollMs: pollMs ?? certificatePollMs };
  return { server, follower: followCertificate(server, followed, log) };
}

/** Certificates are renewed weeks before they expire. */
const certificatePollMs = 10_000;

/**
 * Longer than proxies keep an idle connection, for most of which that is a minute: the side that closes it first must be the one that
 * sends requests, or a request that is on its way ends without a response.
 */
const idleConnectionMs = 65_000;

function keepIdleConnections<T extends Server>(server: T): T {
  server.keepAliveTimeout = idleConnectionMs;
  return server;
}

function timeoutsOf({ requestTimeoutMs }: ServerLimits) {
  return {
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(checkIntervalMs, requestTimeoutMs),
  };
}

/**
 * Node hands over all requests of a packet in one turn: 64 kB of short ones, which need no key, would make all others wait for a second.
 * Nearly all callers send the next request after the response.
 */
const maxPipelined = 20;

/** Closes connections that send many requests without waiting for responses. */
function limitPipelining(listener: RequestListener): RequestListener {
  const inProgress = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    // What came in the same packet follows after the connection was closed.
    if (socket.destroyed) return;
    const count = (inProgress.get(socket) ?? 0) + 1;
    inProgress.set(socket, count);
    response.once('close', () => inProgress.set(socket, (inProgress.get(socket) ?? 1) - 1));
    if (count > maxPipelined) socket.destroy();
    else listener(request, response);
  };
}

function limitConnections<T extends Server>(server: T, { maxConnections }: ServerLimits): T {
  server.maxConnections = maxConnections;
  return server;
}

/** Why a server cannot listen, and which setting changes that. Thrown only at startup. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The settings that name an address. */
interface AddressSettings {
  readonly host: string;
  readonly port: string;
}

const publicSettings: AddressSettings = { host: 'HOST', port: 'PORT' };

/** Listens, and returns the address. @throws ListenError when the port is taken, and the like */
export async function listen(server: Server, at: ListenAddress, settings = publicSettings): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refuse = (error: NodeJS.ErrnoException) =>
    reject(new ListenError(describeListenError(error, at, settings), { cause: error }));
  server.once('error', refuse);
  server.listen(at.port, at.host, resolve);
  await promise;
  server.off('error', refuse);
  return addressOf(server, at.host);
}

function describeListenError({ code }: NodeJS.ErrnoException, at: ListenAddress, names: AddressSettings): string {
  const place = `port ${at.port} of ${at.host}`;
  if (code === 'EADDRINUSE')
    return `${place} is in use by another program: end it, or set ${names.port} to a free port`;
  if (code === 'EACCES') return `${place} is reserved: set ${names.port} to a port above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${names.host} is ${at.host}, which is not an address of this machine`;
  return `cannot listen on ${place} (${code}): check ${names.host} and ${names.port}`;
}

/** Where a server that listens is reached. @param host what it was asked to listen on */
export function addressOf(server: Server, host: string): string {
  // A TCP server that listens has an address object; only pipes have a text.
  const { port } = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `${server instanceof HttpsServer ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** What a server is doing. */
export interface Traffic {
  /** Requests that are being served. */
  inFlight(): number;
  /** Closes connections on which no request is being served, also those that Node does not call idle: no request was ever sent on them. */
  closeUnused(): void;
}

/** Call before the server listens. */
export function watchTraffic(server: Server): Traffic {
  // By the caller's end: with HTTPS, one connection is two sockets, and requests know the second alone.
  const connections = new Map<string, { socket: Socket; requests: number }>();
  const follow = (socket: Socket) => {
    const end = endOf(socket);
    connections.set(end, { socket, requests: 0 });
    socket.once('close', () => {
      if (connections.get(end)?.socket === socket) connections.delete(end);
    });
  };
  server.on('connection', follow);
  server.on('secureConnection', follow);
  let inFlight = 0;
  server.on('request', (request, response) => {
    if (request.socket.destroyed) return;
    const connection = connections.get(endOf(request.socket));
    inFlight += 1;
    if (connection !== undefined) connection.requests += 1;
    response.once('close', () => {
      inFlight -= 1;
      if (connection !== undefined) connection.requests -= 1;
    });
  });
  return {
    inFlight: () => inFlight,
    closeUnused() {
      for (const { socket, requests } of connections.values()) if (requests === 0) socket.destroy();
    },
  };
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** When the server stops, a request that is on its way has this long to arrive with its headers. */
const arrivalMs = 250;

/** Stops accepting and waits for requests in progress; after the grace they are cut off. Returns how many were. */
export async function closeServer(server: Server, graceMs: number, traffic: Traffic): Promise<number> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const startedAt = performance.now();
  server.close(() => resolve());
  const sweep = setInterval(() => {
    // A connection whose last request is answered only now would be kept open for the caller's next one.
    server.closeIdleConnections();
    if (performance.now() - startedAt >= arrivalMs) traffic.closeUnused();
  }, 50);
  let cutOff = 0;
  const timer = setTimeout(() => {
    cutOff = traffic.inFlight();
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
  return cutOff;
}

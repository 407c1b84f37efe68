import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerAdmin } from '../admin.ts';
import { drawLatency } from '../latency.ts';
import { findObjectType } from '../object-types.ts';
import type { LogEntry } from '../call-log.ts';
import type { World } from '../world.ts';
import type { Answer } from './answer.ts';
import { answerOf } from './api-versions.ts';
import type { Call } from './call.ts';
import { parseBody } from './read-json.ts';
import { playFault } from './play-fault.ts';
import { errorBody, Refusal } from './problem-body.ts';
import { rateHeaders } from './rate-headers.ts';
import {
  type RefusedCall,
  rateLimited,
  unauthorized,
  uriTooLong,
  wrongMediaType,
  wrongMethod,
  wrongPath,
} from './refusals.ts';
import { findRoute, type RouteMatch } from './routes.ts';
import { requireScopes } from './require-scopes.ts';
import { send, withHeaders } from './send.ts';

/** Addresses longer than this are refused by the edge. */
const maxUrlLength = 16_000;

interface Exchange {
  readonly world: World;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly bodyText: string;
  readonly correlationId: string;
}

/** The HTTP server of a sandbox; the caller lets it listen. */
export function createSandboxServer(world: World): Server {
  return createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 60_000 }, (request, response) => {
    serve(world, request, response).catch((error: unknown) => {
      // A bug of the sandbox: returned to the caller, so that a test fails with the reason.
      if (response.headersSent || response.destroyed) response.destroy();
      else {
        response.writeHead(500, { 'content-type': 'application/json', 'x-sandbox-error': 'true' });
        response.end(
          JSON.stringify({ status: 'error', message: `sandbox: ${error instanceof Error ? error.stack : error}` }),
        );
      }
    });
  });
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bodyText = await readBody(request);
  const url = new URL(request.url ?? '/', 'http://sandbox');
  if (url.pathname === '/__sandbox' || url.pathname.startsWith('/__sandbox/')) {
    send(response, answerAdmin(world, `${request.method ?? 'GET'} ${url.pathname}`, bodyText));
    return;
  }
  await serveCall({ world, request, response, url, bodyText, correlationId: randomUUID() });
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}

async function serveCall(exchange: Exchange): Promise<void> {
  const { world, request, response, url, correlationId } = exchange;
  const match = findRoute(request.method ?? 'GET', url.pathname);
  const known = typeof match === 'object' ? match : undefined;
  const body = tryParse(exchange.bodyText);
  const entry = startEntry(exchange, known, body.value);
  // A call counts when it arrives.
  const front = match === undefined ? wrongPath() : refuseInFront(exchange, match);
  const latencyMs = drawLatency(world.latency, entry.kind);
  if (latencyMs > 0) await sleep(latencyMs);

  const fault = front
    ? undefined
    : world.faults.take({ method: entry.method, path: entry.path, kind: entry.kind, object: entry.object });
  entry.fault = fault?.kind;
  const run = () => front ?? runCall(exchange, known, body);
  const headers = {
    date: new Date(world.clock.now()).toUTCString(),
    'x-hubspot-correlation-id': correlationId,
    ...(known &&
      world.limiter &&
      rateHeaders(known.route.lane, world.limiter.budget(known.route.lane, world.clock.now()), world.switches)),
  };
  const status = fault
    ? await playFault(fault, { response, headers, run, now: world.clock.now(), refused: refusedCall(exchange) })
    : send(response, withHeaders(run(), headers));
  world.log.finish(entry, status);
}

function startEntry(
  { world, request, url, bodyText, correlationId }: Exchange,
  match: RouteMatch | undefined,
  body: unknown,
): LogEntry {
  const { objectType, from } = match?.params ?? {};
  const inputs = typeof body === 'object' && body !== null ? Reflect.get(body, 'inputs') : undefined;
  return world.log.start({
    at: world.clock.now(),
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.search.slice(1),
    kind: match?.route.kind ?? 'unknown',
    object: findObjectType(objectType ?? from ?? '')?.name,
    inputs: Array.isArray(inputs) ? inputs.length : 0,
    correlationId,
    bodyText,
  });
}

function refusedCall({ world, correlationId }: Exchange): RefusedCall {
  return { correlationId, switches: world.switches, portalId: world.options.account.portalId };
}

/** Token, method, media type, limits, scopes: what HubSpot checks before it looks at the call itself. */
function refuseInFront(exchange: Exchange, match: RouteMatch | 'method'): Answer | undefined {
  const { world, request, url, bodyText, correlationId } = exchange;
  if (url.href.length > maxUrlLength) return uriTooLong();
  if (request.headers.authorization !== `Bearer ${world.options.token}`) return unauthorized(correlationId);
  if (match === 'method') return wrongMethod(correlationId);
  const { lane } = match.route;
  const policy = world.limiter?.take(lane, world.clock.now());
  if (policy) return rateLimited(policy, refusedCall(exchange));
  const mediaType = request.headers['content-type'] ?? '';
  if (bodyText !== '' && !/^application\/([\w.+-]+\+)?json\b/i.test(mediaType)) return wrongMediaType(correlationId);
  return undefined;
}

interface ParsedBody {
  readonly value?: unknown;
  readonly refusal?: Refusal;
}

function tryParse(bodyText: string): ParsedBody {
  try {
    return { value: parseBody(bodyText) };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}

function runCall(
  { world, url, bodyText, correlationId }: Exchange,
  match: RouteMatch | undefined,
  body: ParsedBody,
): Answer {
  if (!match) return wrongPath();
  const { route, params } = match;
  const call: Call = {
    version: route.version,
    portal: world.portal,
    params,
    query: url.searchParams,
    body: body.value,
    bodyText,
    scopes: [...world.scopes],
    usage: () => world.limiter?.usage(world.clock.now()) ?? { used: world.log.counters.calls, limit: 250_000 },
  };
  try {
    requireScopes(world.scopes, route.scopes(params), world.switches);
    if (body.refusal) throw body.refusal;
    const now = world.clock.now();
    return answerOf(route.version, { ...route, now }, route.handle(call));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { problem, headers } = error;
    return { status: problem.status, headers, body: errorBody(problem, correlationId) };
  }
}

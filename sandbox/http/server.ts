import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerAdmin } from '../admin.ts';
import { formatInstant } from '../clock.ts';
import type { FaultAction } from '../faults.ts';
import { drawLatency } from '../latency.ts';
import { findObjectType } from '../object-types.ts';
import type { LogEntry } from '../request-log.ts';
import type { World } from '../world.ts';
import { type Answer, htmlPage, jsonType, textOf } from './answer.ts';
import type { Call } from './call.ts';
import { parseJson } from './json-body.ts';
import { errorBody, Refusal } from './problem.ts';
import { rateHeaders } from './rate-headers.ts';
import { redactEmails } from './redact-emails.ts';
import {
  answerOfStatus,
  rateLimited,
  unauthorized,
  uriTooLong,
  wrongMediaType,
  wrongMethod,
  wrongPath,
} from './refusals.ts';
import { findRoute, type RouteMatch } from './routes.ts';
import { requireScopes } from './scopes.ts';

/** Addresses longer than this are refused by the edge. */
const maximumUrlLength = 16_000;

interface Exchange {
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
      // A fault of the sandbox itself: shown to whoever calls it, so that a test fails with its reason.
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
    send(response, answerAdmin(world, request.method ?? 'GET', url, bodyText), {});
    return;
  }
  await serveCall(world, { request, response, url, bodyText, correlationId: randomUUID() });
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}

async function serveCall(world: World, exchange: Exchange): Promise<void> {
  const { request, response, url, correlationId } = exchange;
  const match = findRoute(request.method ?? 'GET', url.pathname);
  const known = typeof match === 'object' ? match : undefined;
  const body = tryParse(exchange.bodyText);
  const entry = startEntry(world, exchange, known, body.value);
  const refuse = () => (match === undefined ? wrongPath() : refuseInFront(world, exchange, match));
  const isCountedOnArrival = world.switches.callCounted === 'on-arrival';
  const refusedOnArrival = isCountedOnArrival ? refuse() : undefined;
  const latencyMs = drawLatency(world.latency, entry.kind);
  if (latencyMs > 0) await sleep(latencyMs);

  const front = isCountedOnArrival ? refusedOnArrival : refuse();
  const fault = front
    ? undefined
    : world.faults.take({ method: entry.method, path: entry.path, kind: entry.kind, object: entry.object });
  entry.fault = fault?.kind;
  const run = () => front ?? runCall(world, exchange, known, body);
  const headers = {
    'x-hubspot-correlation-id': correlationId,
    ...(known &&
      world.limiter &&
      rateHeaders(known.route.lane, world.limiter.budget(known.route.lane, world.clock.now()), world.switches)),
  };
  const status = fault ? await play(world, exchange, fault, run, headers) : send(response, run(), headers);
  world.log.finish(entry, status);
}

function startEntry(
  world: World,
  { request, url, bodyText, correlationId }: Exchange,
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

/** Token, method, media type, limits, scopes: what HubSpot checks before it looks at the call itself. */
function refuseInFront(world: World, exchange: Exchange, match: RouteMatch | 'method'): Answer | undefined {
  const { request, url, bodyText, correlationId } = exchange;
  const { switches } = world;
  if (url.href.length > maximumUrlLength) return uriTooLong();
  if (request.headers.authorization !== `Bearer ${world.options.token}`) return unauthorized(correlationId);
  if (match === 'method') return wrongMethod(correlationId);
  const { lane } = match.route;
  const countsDaily = lane !== 'search' || switches.searchCountsDaily === 'yes';
  const policy = world.limiter?.take(lane, world.clock.now(), countsDaily);
  if (policy) return rateLimited(policy, correlationId, switches, world.options.account.portalId);
  const mediaType = request.headers['content-type'] ?? '';
  if (bodyText !== '' && !/^application\/([\w.+-]+\+)?json\b/i.test(mediaType))
    return wrongMediaType(correlationId, switches);
  return undefined;
}

interface ParsedBody {
  readonly value?: unknown;
  readonly refusal?: Refusal;
}

function tryParse(bodyText: string): ParsedBody {
  try {
    return { value: parseJson(bodyText) };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}

function runCall(
  world: World,
  { url, bodyText, correlationId }: Exchange,
  match: RouteMatch | undefined,
  body: ParsedBody,
): Answer {
  if (!match) return wrongPath();
  const { route, params } = match;
  const call: Call = {
    portal: world.portal,
    params,
    query: url.searchParams,
    body: body.value,
    bodyText,
    hasScope: (scope) => world.scopes.has(scope),
    usage: () => world.limiter?.usage(world.clock.now()) ?? { used: world.log.counters.calls, limit: 250_000 },
  };
  try {
    requireScopes(world.scopes, route.scopes(params, world.switches), world.switches);
    if (body.refusal) throw body.refusal;
    const answer = route.handle(call);
    const isRedacted =
      world.switches.emailScopes === 'redacts' && params.objectType !== undefined && !call.hasScope('sales-email-read');
    return isRedacted && findObjectType(params.objectType ?? '')?.name === 'emails' ? redactEmails(answer) : answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { problem, headers } = error;
    return { status: problem.status, headers, body: errorBody(problem, correlationId) };
  }
}

/** Plays a fault; `run` carries the call out. Returns the status that was sent, 0 for none. */
async function play(
  world: World,
  { response, correlationId }: Exchange,
  fault: FaultAction,
  run: () => Answer,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const ofStatus = (status: number) =>
    answerOfStatus(status, correlationId, world.switches, world.options.account.portalId);
  switch (fault.kind) {
    case 'status': {
      const answer = fault.body === undefined ? ofStatus(fault.status) : { status: fault.status, body: fault.body };
      return send(response, answer, { ...headers, ...fault.headers });
    }
    case 'html':
      return send(response, htmlPage(fault.status ?? 502, `${fault.status ?? 502} Bad Gateway`), headers);
    case 'silent-success': {
      const time = formatInstant(world.clock.now());
      const isCreate = response.req.url?.endsWith('/batch/create');
      return send(
        response,
        { status: isCreate ? 201 : 200, body: { status: 'COMPLETE', results: [], startedAt: time, completedAt: time } },
        headers,
      );
    }
    case 'done-then-status':
      run();
      return send(response, ofStatus(fault.status), headers);
    case 'done-then-reset':
      run();
      return reset(response);
    case 'reset':
      return reset(response);
    case 'done-then-hang':
      run();
      return 0;
    case 'hang':
      return 0;
    case 'malformed-json':
      return sendCut(response, run(), headers);
    case 'no-content-type': {
      const answer = run();
      response.writeHead(answer.status, headers);
      response.end(textOf(answer));
      return answer.status;
    }
    case 'slow-body':
      return sendSlowly(response, run(), headers, fault.ms);
  }
}

function send(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): number {
  const text = textOf(answer);
  const length = Buffer.byteLength(text);
  const type = answer.contentType ?? (answer.body === undefined ? undefined : jsonType);
  response.writeHead(answer.status, {
    ...headers,
    ...answer.headers,
    ...(type !== undefined && { 'content-type': type }),
    ...(answer.status !== 204 && { 'content-length': String(length) }),
  });
  // As many bytes as characters means ASCII, which goes out several times faster as Latin-1.
  response.end(text, length === text.length ? 'latin1' : 'utf8');
  return answer.status;
}

/** The first half of the JSON, as a complete answer. */
function sendCut(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): number {
  const text = textOf(answer);
  return send(response, { ...answer, text: text.slice(0, Math.ceil(text.length / 2)), contentType: jsonType }, headers);
}

/** Headers at once, half of the body, the rest after a while. */
async function sendSlowly(
  response: ServerResponse,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
  ms: number,
): Promise<number> {
  const text = textOf(answer);
  response.writeHead(answer.status, {
    ...headers,
    ...answer.headers,
    'content-type': answer.contentType ?? jsonType,
  });
  const half = Math.ceil(text.length / 2);
  response.write(text.slice(0, half));
  await sleep(ms);
  response.end(text.slice(half));
  return answer.status;
}

function reset(response: ServerResponse): number {
  response.socket?.resetAndDestroy();
  return 0;
}

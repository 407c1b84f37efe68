import { setImmediate } from 'node:timers/promises';
import {
  createConfiguration,
  type HttpMethod,
  ServerConfiguration,
} from '@hubspot/api-client/lib/codegen/crm/objects/index.js';
import { CrmUnavailableError, DeadlineError, GatewayError } from '../../../errors.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { CallContext } from '../../crm.ts';
import type { Attempt, Turn } from '../../pacing/paced-call.ts';
import type { Pacer } from '../../pacing/pacer.ts';
import { type CallFailure, silence } from '../../pacing/retry.ts';
import { type ApiVersion, apiOf } from './api-versions.ts';
import { boundedAgent, CallConnection, onConnection } from './bounded-agent.ts';
import { decodeBody } from './decode-body.ts';
import { exchangeOf, type HubSpotExchange } from './exchange.ts';
import type { HubSpotCall } from './hubspot-call.ts';
import { countResponse, failureOnceSpent } from './large-responses.ts';
import { networkFailure, timeoutFailure, tooLargeFailure } from './network-failure.ts';
import { parseJson } from './parse-json.ts';
import { createResponseBudget, freeBytes, type ResponseBudget } from './response-budget.ts';
import { failureOf } from './response-failure.ts';
import { type ResponseHeaders, rateOf } from './response-headers.ts';
import { tokenRemover } from './remove-token.ts';
import { type RawResponse, type Wire, wireOf } from './wire.ts';

/**
 * Sends a call through the pacer and returns what its response means.
 * Throws CrmRejectedError (HubSpotRefusal for a 4xx), CrmUnavailableError or DeadlineError.
 */
export type Transport = <T>(call: HubSpotCall<T>, context: CallContext) => Promise<T>;

/** A transport bound to one request's context. */
export type Send = <T>(call: HubSpotCall<T>) => Promise<T>;

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface TransportDeps {
  readonly pacer: Pacer;
  readonly log: Log;
  readonly onExchange?: ((context: CallContext, exchange: HubSpotExchange) => void) | undefined;
  /** Timers for the timeout of a call; the system's by default. */
  readonly clock?: Clock | undefined;
}

export interface TransportSettings {
  readonly accessToken: string;
  readonly baseUrl: string;
  readonly apiVersion: ApiVersion;
  /** For one call. */
  readonly timeoutMs: number;
}

/** One HTTP client for all calls; the pacer alone decides when a call starts and whether it is repeated. */
export function createTransport(deps: TransportDeps, settings: TransportSettings): Transport {
  const destination = {
    accessToken: settings.accessToken.trim(),
    baseUrl: settings.baseUrl.replace(/\/+$/, ''),
  };
  const budget = createResponseBudget();
  const send = createSendRequest(destination, budget);
  const api = apiOf(settings.apiVersion);
  const sender: Sender = { ...deps, send, budget, timeoutMs: settings.timeoutMs };
  return async (call, context) => {
    const wire = wireOf(call.request(api), context.traceparent);
    const answer = await deps.pacer.run<Answer>(
      { lane: call.lane, repeat: call.repeat, attempt: (turn) => attempt(sender, { call, context, wire }, turn) },
      context,
    );
    return readAnswer(call, answer);
  };
}

/** A 2xx response with JSON, or with nothing. */
interface Answer {
  readonly body: unknown;
  readonly headers: ResponseHeaders;
}

/** Whatever a body contains, a failure to read it affects only its own call. */
function readAnswer<T>(call: HubSpotCall<T>, { body, headers }: Answer): T {
  try {
    return call.read(body, headers);
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new CrmUnavailableError('HubSpot returned a response in an unknown format', {
      ambiguous: true,
      cause: error,
    });
  }
}

interface Sender extends TransportDeps {
  readonly send: SendRequest;
  readonly budget: ResponseBudget;
  readonly timeoutMs: number;
}

/** A call with the context of the request that makes it. */
interface ContextualCall {
  readonly call: HubSpotCall<unknown>;
  readonly context: CallContext;
  readonly wire: Wire;
}

async function attempt(sender: Sender, contextual: ContextualCall, turn: Turn): Promise<Attempt<Answer>> {
  const { call, context } = contextual;
  const spent = failureOnceSpent(context);
  if (spent !== undefined) return { ok: false, failure: spent };
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const sent = await sendWithinTimeout(sender, contextual);
  const response = 'response' in sent ? sent.response : undefined;
  const outcome = 'response' in sent ? outcomeOf(sent.response) : { ok: false as const, failure: sent.failure };
  const durationMs = performance.now() - start;
  const error = outcome.ok ? undefined : outcome.failure.error.message;
  if (error !== undefined) {
    const status = response?.status;
    sender.log.debug({ requestId: context.requestId, purpose: call.purpose, status, attempt: turn.attempt }, error);
  }
  const wire: Wire = { ...contextual.wire, ...(response !== undefined && { response }) };
  sender.onExchange?.(context, exchangeOf(call.purpose, wire, { startedAt, durationMs, turn, error }));
  const rate = call.lane === 'burst' && response !== undefined ? rateOf(response.headers) : undefined;
  return rate === undefined ? outcome : { ...outcome, rate };
}

interface Timeout {
  readonly ms: number;
  readonly failure: CallFailure;
}

/** The call's own timeout, or the request's remaining time; a read that the deadline ends is late, a create may have been done. */
function timeoutOf(timeoutMs: number, { call, context }: ContextualCall): Timeout {
  const remainingMs = context.deadline.remainingMs();
  if (remainingMs >= timeoutMs) return { ms: timeoutMs, failure: timeoutFailure(timeoutMs) };
  const ms = Math.max(1, remainingMs);
  if (call.repeat === 'if-not-done') return { ms, failure: timeoutFailure(ms) };
  const error = new DeadlineError('The request timed out', silence('HubSpot', ms));
  return { ms, failure: { kind: 'final', error } };
}

type Sent = { readonly response: RawResponse } | { readonly failure: CallFailure };

/** The timeout ends the request itself: its socket is closed, and what still arrives is neither read nor kept. */
async function sendWithinTimeout(sender: Sender, contextual: ContextualCall): Promise<Sent> {
  const clock = sender.clock ?? systemClock;
  const timeout = timeoutOf(sender.timeoutMs, contextual);
  const connection = new CallConnection(sender.budget);
  let timer: unknown;
  const timedOut = new Promise<Sent>((resolve) => {
    timer = clock.setTimer(() => {
      resolve({ failure: timeout.failure });
      connection.abort();
    }, timeout.ms);
  });
  const sent = sender.send(contextual.wire, connection).then(
    (response): Sent => ({ response }),
    (thrown: unknown): Sent => ({
      failure: connection.isTooLarge ? tooLargeFailure(connection.isCrowded) : networkFailure(thrown),
    }),
  );
  try {
    const first = await Promise.race([sent, timedOut]);
    countResponse(
      contextual.context,
      'response' in first ? Math.max(connection.received, first.response.text.length) : connection.received,
    );
    return first;
  } finally {
    clock.clearTimer(timer);
    connection.release();
  }
}

/** Any 2xx with a JSON body is a success, whether 200, 201 or 207: its `errors` say what failed. */
function outcomeOf(response: RawResponse): Attempt<Answer> {
  // A 204 has no body: HubSpot returns it for an archive.
  const body = response.status === 204 ? {} : parseJson(response.text);
  const isUsable = response.status >= 200 && response.status < 300 && typeof body === 'object' && body !== null;
  return isUsable
    ? { ok: true, value: { body, headers: response.headers } }
    : { ok: false, failure: failureOf(response) };
}

interface Destination {
  readonly accessToken: string;
  readonly baseUrl: string;
}

/** Sends one request and returns its complete response. Rejects as Node's HTTP client does. */
type SendRequest = (wire: Wire, connection: CallConnection) => Promise<RawResponse>;

/**
 * Sends through the SDK's own HTTP library, authentication and server configuration, with the paths of `api-versions.ts`. With an
 * agent the library uses Node's HTTP client: no redirect is followed, and nothing is decompressed unless done here. Responses are
 * read here because the SDK's models drop fields that they do not declare.
 */
function createSendRequest({ accessToken, baseUrl }: Destination, budget: ResponseBudget): SendRequest {
  const { httpApi, baseServer, authMethods } = createConfiguration({
    baseServer: new ServerConfiguration(baseUrl, {}),
    authMethods: { oauth2: { accessToken } },
  });
  const agent = boundedAgent(baseUrl);
  const withoutToken = tokenRemover(accessToken);
  return async (wire, connection) => {
    // The SDK's enum has the methods' own names as values.
    const request = baseServer.makeRequestContext(wire.path, wire.method as HttpMethod);
    await authMethods.oauth2?.applySecurityAuthentication(request);
    request.setHeaderParam('Accept', 'application/json, */*;q=0.8');
    request.setHeaderParam('Accept-Encoding', 'gzip');
    if (wire.traceparent !== undefined) request.setHeaderParam('traceparent', wire.traceparent);
    if (wire.requestText !== undefined) {
      request.setHeaderParam('Content-Type', 'application/json');
      request.setBody(wire.requestText);
    }
    request.setAgent(agent);
    const response = await onConnection(connection, () => httpApi.send(request).toPromise());
    const bytes = await response.body.binary();
    connection.arrived();
    const decoded = await decodeBody(response.headers, bytes, budget);
    // Decoding a long text, looking for the token in it and parsing it take equally long, so other requests get their turn in between.
    const isLong = decoded.length > freeBytes;
    if (isLong) await setImmediate();
    const text = withoutToken(decoded);
    if (isLong) await setImmediate();
    return {
      status: response.httpStatusCode,
      headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, withoutToken(value)])),
      text,
    };
  };
}

import { Client } from '@hubspot/api-client';
import { DeadlineError } from '../../../errors.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { CallContext } from '../../crm.ts';
import type { Attempt, Turn } from '../../paced-call.ts';
import type { Pacer } from '../../pacer.ts';
import type { CallFailure } from '../../retry.ts';
import { exchangeOf, type HubSpotExchange } from './exchange.ts';
import type { HubSpotCall, Transport } from './hubspot-call.ts';
import { networkFailure, timeoutFailure } from './network-failure.ts';
import { parseJson } from './parse-json.ts';
import { failureOf } from './response-failure.ts';
import { rateOf } from './response-headers.ts';
import { newWire, onWire, responseOf, type Wire, wireMiddleware } from './wire.ts';

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
  /** For one call. */
  readonly timeoutMs: number;
}

/**
 * One SDK client for all calls. The SDK's limiter and retries stay off: both are process-wide, and its retries may duplicate
 * records.
 */
export function createTransport(deps: TransportDeps, settings: TransportSettings): Transport {
  const client = new Client({
    accessToken: settings.accessToken.trim(),
    basePath: settings.baseUrl.replace(/\/+$/, ''),
    middleware: [wireMiddleware],
  });
  const sender: Sender = { ...deps, client, timeoutMs: settings.timeoutMs };
  return async (call, context) => {
    const body = await deps.pacer.run<unknown>(
      { lane: call.lane, repeat: call.repeat, attempt: (turn) => attempt(sender, { call, context }, turn) },
      context,
    );
    return call.read(body);
  };
}

interface Sender extends TransportDeps {
  readonly client: Client;
  readonly timeoutMs: number;
}

/** A call with the context of the request that makes it. */
interface ContextualCall {
  readonly call: HubSpotCall<unknown>;
  readonly context: CallContext;
}

async function attempt(sender: Sender, { call, context }: ContextualCall, turn: Turn): Promise<Attempt<unknown>> {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const wire = newWire();
  const timeout = timeoutOf(sender.timeoutMs, { call, context });
  const failure = await withinTimeout(sender.clock ?? systemClock, timeout, () =>
    onWire(wire, () => call.send(sender.client)),
  );
  const outcome = outcomeOf(wire, failure);
  const durationMs = performance.now() - start;
  const error = outcome.ok ? undefined : outcome.failure.error.message;
  if (error !== undefined) {
    const { status } = wire;
    sender.log.debug({ requestId: context.requestId, purpose: call.purpose, status, attempt: turn.attempt }, error);
  }
  sender.onExchange?.(context, exchangeOf(call.purpose, wire, { startedAt, durationMs, turn, error }));
  const rate = call.lane === 'burst' ? rateOf(wire.headers) : undefined;
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
  const error = new DeadlineError('The request timed out while waiting for HubSpot');
  return { ms, failure: { kind: 'final', error } };
}

/** The SDK has no timeout: the call races against a timer, and a later response is ignored. */
async function withinTimeout(
  clock: Clock,
  timeout: Timeout,
  send: () => Promise<unknown>,
): Promise<CallFailure | undefined> {
  let timer: unknown;
  const timedOut = new Promise<CallFailure>((resolve) => {
    timer = clock.setTimer(() => resolve(timeout.failure), timeout.ms);
  });
  const sent = send().then(
    () => undefined,
    (thrown: unknown) => networkFailure(thrown),
  );
  try {
    return await Promise.race([sent, timedOut]);
  } finally {
    clock.clearTimer(timer);
  }
}

/** A complete response decides, whatever the SDK makes of it; without one the failure does. */
function outcomeOf(wire: Wire, failure: CallFailure | undefined): Attempt<unknown> {
  const response = responseOf(wire);
  if (response === undefined) return { ok: false, failure: failure ?? networkFailure(undefined) };
  // A 204 has no body: HubSpot returns it for an archive.
  const body = response.status === 204 ? {} : parseJson(response.text);
  const isUsable = response.status >= 200 && response.status < 300 && typeof body === 'object' && body !== null;
  return isUsable ? { ok: true, value: body } : { ok: false, failure: failureOf(response) };
}

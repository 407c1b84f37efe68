import { Client } from '@hubspot/api-client';
import { DeadlineError } from '../../../errors.ts';
import type { CallContext } from '../../crm.ts';
import type { LaneName } from '../../lanes.ts';
import type { Attempt, Clock, Pacer, Turn } from '../../pacer.ts';
import type { CallFailure, Repeat } from '../../retry.ts';
import type { RateReport } from '../../slot-window.ts';
import { failureOf, networkFailure, numberOf, parseJson, timeOutFailure } from './errors.ts';
import { exchangeOf, type HubSpotExchange } from './exchange.ts';
import { answerOf, newWire, onWire, type Wire, wireMiddleware } from './wire.ts';

/** One call of HubSpot's API: how it is sent and what it costs. */
export interface HubSpotCall {
  /** For logs and captures, e.g. `read contacts by email`. */
  readonly purpose: string;
  readonly lane: LaneName;
  readonly repeat: Repeat;
  send(client: Client): Promise<unknown>;
}

/** A 2xx answer with a JSON object or list in it. */
export interface HubSpotAnswer {
  readonly status: number;
  readonly body: unknown;
}

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
  /** What the time-out of a call goes by; the system's timers unless given. */
  readonly clock?: Clock | undefined;
}

export interface TransportSettings {
  readonly accessToken: string;
  readonly baseUrl: string;
  /** For one call. */
  readonly timeoutMs: number;
}

/** Sends calls through the pacer. Throws CrmRejectedError (HubSpotRefusal for a 4xx), CrmUnavailableError or DeadlineError. */
export type Transport = (call: HubSpotCall, context: CallContext) => Promise<HubSpotAnswer>;

/** One SDK client for all calls, with its limiter and its retries left off: both are process-wide, and retries may duplicate records. */
export function createTransport(deps: TransportDeps, settings: TransportSettings): Transport {
  const client = new Client({
    accessToken: settings.accessToken.trim(),
    basePath: settings.baseUrl.replace(/\/+$/, ''),
    middleware: [wireMiddleware],
  });
  return (call, context) =>
    deps.pacer.run(
      { lane: call.lane, repeat: call.repeat, attempt: (turn) => attempt(deps, settings, client, call, context, turn) },
      context,
    );
}

async function attempt(
  deps: TransportDeps,
  settings: TransportSettings,
  client: Client,
  call: HubSpotCall,
  context: CallContext,
  turn: Turn,
): Promise<Attempt<HubSpotAnswer>> {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const wire = newWire();
  const limit = timeLimit(settings, call, context);
  const failure = await sendWithin(deps.clock ?? systemTimers, wire, limit, () => call.send(client));
  const outcome = outcomeOf(wire, failure);
  const durationMs = performance.now() - start;
  const error = outcome.ok ? undefined : outcome.failure.error.message;
  if (error !== undefined) {
    const { status } = wire;
    deps.log.debug({ requestId: context.requestId, purpose: call.purpose, status, attempt: turn.attempt }, error);
  }
  deps.onExchange?.(context, exchangeOf(call.purpose, wire, { startedAt, durationMs, turn, error }));
  const rate = call.lane === 'burst' ? rateOf(wire.headers) : undefined;
  return rate === undefined ? outcome : { ...outcome, rate };
}

interface TimeLimit {
  readonly ms: number;
  readonly failure: CallFailure;
}

/** The call's own time, or what is left of the request's; a read that the deadline ends is late, a create may have been done. */
function timeLimit(settings: TransportSettings, call: HubSpotCall, context: CallContext): TimeLimit {
  const remainingMs = context.deadline.remainingMs();
  if (remainingMs >= settings.timeoutMs) return { ms: settings.timeoutMs, failure: timeOutFailure(settings.timeoutMs) };
  const ms = Math.max(1, remainingMs);
  if (call.repeat === 'if-not-done') return { ms, failure: timeOutFailure(ms) };
  const error = new DeadlineError('The time for this request ran out while HubSpot was asked');
  return { ms, failure: { kind: 'final', error } };
}

/** The SDK has no time-out: the call is raced against a timer, and what comes later is ignored. */
async function sendWithin(
  clock: Pick<Clock, 'setTimer' | 'clearTimer'>,
  wire: Wire,
  limit: TimeLimit,
  send: () => Promise<unknown>,
): Promise<CallFailure | undefined> {
  let timer: unknown;
  const timeOut = new Promise<CallFailure>((resolve) => {
    timer = clock.setTimer(() => resolve(limit.failure), limit.ms);
  });
  const sent = onWire(wire, send).then(
    () => undefined,
    (thrown: unknown) => networkFailure(thrown),
  );
  try {
    return await Promise.race([sent, timeOut]);
  } finally {
    clock.clearTimer(timer);
  }
}

const systemTimers: Pick<Clock, 'setTimer' | 'clearTimer'> = {
  setTimer: (run, ms) => setTimeout(run, ms),
  // The handle is the one that setTimer gave out.
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** An answer that arrived decides, whatever the SDK made of it; without one the failure does. */
function outcomeOf(wire: Wire, failure: CallFailure | undefined): Attempt<HubSpotAnswer> {
  const answer = answerOf(wire);
  if (answer === undefined) return { ok: false, failure: failure ?? networkFailure(undefined) };
  // 204 has nothing to say: HubSpot answers an archive with it.
  const body = answer.status === 204 ? {} : parseJson(answer.text);
  const isUsable = answer.status >= 200 && answer.status < 300 && typeof body === 'object' && body !== null;
  return isUsable ? { ok: true, value: { status: answer.status, body } } : { ok: false, failure: failureOf(answer) };
}

/** The ten-second headers of the usage guidelines. Search and association answers carry none that count for their lane. */
function rateOf(headers: Readonly<Record<string, string>>): RateReport | undefined {
  const max = numberOf(headers['x-hubspot-ratelimit-max']);
  const remaining = numberOf(headers['x-hubspot-ratelimit-remaining']);
  const intervalMs = numberOf(headers['x-hubspot-ratelimit-interval-milliseconds']);
  const dailyRemaining = numberOf(headers['x-hubspot-ratelimit-daily-remaining']);
  const rate = {
    ...(max !== undefined && { max }),
    ...(remaining !== undefined && { remaining }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(dailyRemaining !== undefined && { dailyRemaining }),
  };
  return Object.keys(rate).length > 0 ? rate : undefined;
}

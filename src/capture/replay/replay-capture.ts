import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DestinationStream, pino } from 'pino';
import { createApp } from '../../app.ts';
import { createBridge } from '../../create-bridge.ts';
import type { Pacer } from '../../crm/pacing/pacer.ts';
import { CrmUnavailableError } from '../../errors.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import type { Capture } from '../capture-schema.ts';
import { capturedCrm } from '../captured-crm.ts';
import { compareAnswers } from './compare-answers.ts';
import { compareCalls } from './compare-calls.ts';
import type { ComparedCall } from './compared-calls.ts';
import type { ReplayDifference } from './replay-difference.ts';
import { createGeneratedIds } from './generated-ids.ts';
import { interceptCrm } from './intercept-crm.ts';
import { createRecordedAnswers } from './recorded-answers.ts';
import { replayedIndex } from './replayed-index.ts';
import {
  type ReplayedAnswer,
  replayKey,
  replayKeyHeader,
  sendCapturedRequest,
  tooLargeBytes,
} from './send-captured-request.ts';
import { createTimeLapse, type TimeLapse } from './time-lapse.ts';

export interface Replay {
  readonly differences: readonly ReplayDifference[];
  /** What the capture could not answer; the replay continued with these assumptions. */
  readonly assumptions: readonly string[];
  /** The first call that the capture does not contain, and what preceded it. */
  readonly divergence?: string;
  /** Writes with other values, to which the CRM's answer is the recorded one. */
  readonly oldAnswers: readonly string[];
  /** More or fewer calls for the same effect are reported, but are no difference. */
  readonly calls: { readonly recorded: number; readonly replayed: number };
  readonly answer: ReplayedAnswer;
}

/** The capture cannot be replayed; the message says why. */
export class NotReplayableError extends Error {
  override readonly name = 'NotReplayableError';
}

/**
 * Runs the bridge's own code on a captured request, offline: calls are answered from the capture, time passes as it did then, and
 * every difference is reported. Only one replay at a time in a process, because it blocks the network of the whole process.
 * @throws NotReplayableError for a capture without its bodies, unless the answer is the same without them.
 */
export async function replayCapture(capture: Capture, mappings: Mappings): Promise<Replay> {
  if (capture.trimmed === true) throw new NotReplayableError('its bodies were omitted because of their size');
  const clock = createTimeLapse();
  const server = createServer(await createReplayedBridge(capture, mappings, clock));
  const port = await listen(server);
  const recorded = createRecordedAnswers(capturedCrm.protocol, capture);
  const generated = createGeneratedIds(capturedCrm.protocol, capture);
  const calls: ComparedCall[] = [];
  let isAnswered = false;
  const network = await interceptCrm({ origin: capturedCrm.protocol.origin, ownPort: port }, async (sent) => {
    const call = { ...sent, body: generated.toRecorded(sent.body) };
    const answer = recorded.answer(call);
    if (!isAnswered) calls.push(call);
    await clock.answerAfter(answer.kind === 'silence' ? undefined : answer.afterMs);
    return answer.kind === 'reply' ? { ...answer, body: generated.toReplayed(answer.body) } : answer;
  });
  try {
    const answer = await clock.runUntil(sendCapturedRequest(port, capture));
    isAnswered = true;
    const { divergence } = recorded;
    const compared = compare(capture, answer, calls);
    if (compared.differences.length > 0 && isWithoutItsBody(capture)) {
      throw new NotReplayableError('its body is not in the capture: the bridge rejected it while it was reading it');
    }
    return {
      ...compared,
      assumptions: [...new Set([...recorded.assumptions, ...assumedState(capture, answer)])],
      ...(divergence !== undefined && { divergence }),
      oldAnswers: [...new Set(recorded.oldAnswers)],
    };
  } finally {
    network.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}

async function createReplayedBridge(capture: Capture, mappings: Mappings, clock: TimeLapse): Promise<RequestListener> {
  const log = pino({ level: 'silent' }, nowhere);
  const { settings, exchanges, ambient } = capture;
  const { crm, pacer } = await capturedCrm.createReplayed(
    { clock, callClock: clock.forCalls, log },
    { settings, paths: [...exchanges, ...ambient].map(({ path }) => path) },
  );
  const { extraSearches } = settings;
  const deps = createBridge(
    { crm, log, identityIndex: replayedIndex(capture) },
    {
      cache: { max: 100_000, ttlMs: 3_600_000 },
      ...(extraSearches !== undefined && { extraSearches }),
      propertyRules: capturedCrm.propertyRules,
      sharesLookups: false,
    },
  );
  for (const { objectType, name, value, id, source, searched, awaited } of capture.remembered) {
    if (source === 'index') continue;
    const key = { name, value };
    const holders = id === undefined ? [] : [id];
    if (searched === true || awaited === true)
      deps.idCache.settle(objectType, key, { holders, others: [], isAwaited: awaited === true });
    else if (id !== undefined) deps.idCache.remember(objectType, [key], id);
  }
  await exhaustDailyLimits(pacer, capture);
  return createApp(
    {
      ...deps,
      clock: () => Date.parse(capture.startedAt) + clock.now(),
      log,
      mappings: () => mappings,
      mappingState: () => ({ hash: mappings.hash, loadedAt: capture.startedAt }),
      isSandbox: capture.bridge.sandbox,
      isReady: () => true,
      now: clock.now,
    },
    {
      auth: { header: replayKeyHeader, keys: () => [replayKey] },
      // A body that was too large is not captured: one above this limit replaces it.
      bodyLimits: {
        maxBytes: capture.answer?.status === 413 ? tooLargeBytes - 1 : capture.settings.bodyLimitBytes,
      },
      requestTimeoutMs: capture.settings.requestTimeoutMs,
    },
  );
}

function compare(
  capture: Capture,
  answer: ReplayedAnswer,
  calls: readonly ComparedCall[],
): Omit<Replay, 'assumptions' | 'divergence' | 'oldAnswers'> {
  const moments = { laterByMs: 0, toleranceMs: capture.durationMs + 2_000 };
  // What the bridge already knew may be asked again, but need not be.
  const known = new Set(capture.ambient.map(({ method, path }) => `${method} ${path}`));
  const isCounted = ({ method, path }: ComparedCall) => !known.has(`${method} ${path}`);
  const recorded = capture.exchanges.filter(isCounted).map((exchange) => ({
    method: exchange.method,
    path: exchange.path,
    body: exchange.body,
    ...(exchange.call.shared === true && { isOptional: true }),
  }));
  const replayed = calls.filter(isCounted);
  const answers = capture.answer === null ? [] : compareAnswers(capture.answer, answer, moments);
  return {
    differences: [...answers, ...compareCalls(capturedCrm.protocol.calls, { recorded, replayed }, moments)],
    calls: { recorded: recorded.length, replayed: replayed.length },
    answer,
  };
}

/** A replay serves one request alone: waiting for others, or a pause that HubSpot had asked for before, is not in its capture. */
function assumedState({ answer: captured }: Capture, answer: ReplayedAnswer): readonly string[] {
  if (captured?.status !== 503 && captured?.status !== 504) return [];
  if (answer.status >= 500) return [];
  return [`that nothing was waiting or paused when the request arrived: the bridge returned ${captured.status} then`];
}

/** A lane whose daily limit was exhausted when the request arrived lets no calls through in the replay either. */
async function exhaustDailyLimits(pacer: Pacer, { ambient, exchanges }: Capture): Promise<void> {
  const { laneOf } = capturedCrm.protocol.calls;
  for (const { status, path } of ambient) {
    const lane = laneOf(path);
    if (status !== 429 || exchanges.some((exchange) => laneOf(exchange.path) === lane)) continue;
    const error = new CrmUnavailableError('The daily limit was exhausted before this request');
    const attempt = async () => ({ ok: false, failure: { kind: 'limited', isDaily: true, error } }) as const;
    const context = { requestId: replayKey, urgency: 'urgent', deadline: { remainingMs: () => 1_000 } } as const;
    await pacer.run({ lane, repeat: 'if-not-done', attempt }, context).catch((thrown: unknown) => {
      if (thrown !== error) throw thrown;
    });
  }
}

/** Only bodies that fit the limits are captured. */
function isWithoutItsBody({ request: { method, headers, body, bodyText }, answer }: Capture): boolean {
  const canHaveBody = !['GET', 'DELETE'].includes(method) && headers['content-length'] !== '0';
  const isRejected = answer !== null && answer.status >= 400 && answer.status < 500;
  return canHaveBody && isRejected && body === undefined && bodyText === undefined;
}

const nowhere: DestinationStream = { write: () => undefined };

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address object.
  return (server.address() as AddressInfo).port;
}

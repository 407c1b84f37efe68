import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DestinationStream, pino } from 'pino';
import { createApp } from '../../app.ts';
import { createBridge } from '../../create-bridge.ts';
import { createHubSpotCrm } from '../../crm/hubspot/hubspot-crm.ts';
import { hubSpotPropertyRules } from '../../crm/hubspot/property-rules.ts';
import { createPacer, type Pacer } from '../../crm/pacer.ts';
import { CrmUnavailableError } from '../../errors.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { type Capture, captureScope } from '../capture-file.ts';
import { laneOf } from '../record/prior-knowledge.ts';
import { compareAnswers } from './compare-answers.ts';
import { type ComparedCall, compareCalls, type Difference } from './compare-calls.ts';
import { createGeneratedIds } from './generated-ids.ts';
import { interceptCrm } from './intercept-crm.ts';
import { createRecordedAnswers } from './recorded-answers.ts';
import { createTimeLapse } from './time-lapse.ts';

export interface Replay {
  readonly differences: readonly Difference[];
  /** What the capture could not answer and the replay went on with all the same. */
  readonly assumptions: readonly string[];
  /** Where today's bridge makes more or fewer calls for the same: told, no difference. */
  readonly calls: { readonly recorded: number; readonly replayed: number };
  readonly answer: { readonly status: number; readonly body?: unknown };
}

/** Why a capture cannot be replayed. */
export class NotReplayableError extends Error {
  override readonly name = 'NotReplayableError';
}

const replayKey = 'replay';
const keyHeader = 'x-api-key';

/**
 * Runs the bridge's own code on a captured request, offline: its calls are answered from the capture, time passes as it did then,
 * and everything that comes out differently is told. One at a time in a process, since the network is closed for all of it.
 * @throws NotReplayableError for a capture without its bodies.
 */
export async function replayCapture(capture: Capture, mappings: Mappings): Promise<Replay> {
  if (capture.trimmed === true) throw new NotReplayableError('its bodies were left out because of their size');
  const clock = createTimeLapse();
  const book = createRecordedAnswers(capture);
  const made: ComparedCall[] = [];
  let isAnswered = false;
  const log = pino({ level: 'silent' }, nowhere);
  const { burstPerTenSeconds, searchPerSecond, requestTimeoutMs, hubspotTimeoutMs } = capture.settings;
  const pacer = createPacer({ burstPerTenSeconds, searchPerSecond }, { clock, log, random: () => 0 });
  const crm = createHubSpotCrm(
    { pacer, log, clock: clock.forCalls },
    { accessToken: replayKey, baseUrl: captureScope, timeoutMs: hubspotTimeoutMs },
  );
  const deps = createBridge(
    { crm, log },
    { cache: { max: 100_000, ttlMs: 3_600_000 }, propertyRules: hubSpotPropertyRules },
  );
  for (const { objectType, name, value, id } of capture.remembered)
    deps.idCache.remember(objectType, [{ name, value }], id);
  const app = createApp(
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
      auth: { header: keyHeader, keys: [replayKey] },
      // A body that was too large is not kept: a larger one than this stands for it.
      bodyLimitBytes: isTooLarge(capture) ? tooLargeBytes - 1 : capture.settings.bodyLimitBytes,
      requestTimeoutMs,
    },
  );
  await stopForTheDay(pacer, capture);
  const server = createServer(app);
  const port = await listen(server);
  const generated = createGeneratedIds(capture);
  const network = await interceptCrm(port, async (sent) => {
    const call = { ...sent, body: generated.toRecorded(sent.body) };
    const answer = book.answer(call);
    if (!isAnswered) made.push(call);
    await clock.answerAfter(answer.kind === 'silence' ? undefined : answer.afterMs);
    return answer.kind === 'reply' ? { ...answer, body: generated.toReplayed(answer.body) } : answer;
  });
  try {
    const answer = await clock.runUntil(send(port, capture));
    isAnswered = true;
    return judge(capture, answer, made, book.assumptions);
  } finally {
    network.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}

function judge(
  capture: Capture,
  answer: Replay['answer'],
  made: readonly ComparedCall[],
  assumptions: readonly string[],
): Replay {
  const moments = { laterByMs: 0, toleranceMs: capture.durationMs + 2_000 };
  const recorded = capture.exchanges.map((exchange) => ({
    method: exchange.method,
    path: exchange.path,
    body: exchange.body,
    ...(exchange.call.shared === true && { isOptional: true }),
  }));
  // What the bridge had learned before need not be asked again, and may be.
  const known = new Set(capture.ambient.map(({ method, path }) => `${method} ${path}`));
  const isLearning = ({ method, path }: ComparedCall) => known.has(`${method} ${path}`);
  const answers = capture.answer === null ? [] : compareAnswers(capture.answer, answer, moments);
  const isOwn = (call: ComparedCall) => !isLearning(call);
  const calls = compareCalls(recorded.filter(isOwn), made.filter(isOwn), moments);
  return {
    differences: [...answers, ...calls],
    assumptions: [...new Set(assumptions)],
    calls: { recorded: recorded.filter(isOwn).length, replayed: made.filter(isOwn).length },
    answer,
  };
}

/** A lane that had no calls left for the day when the request came lets none through now. */
async function stopForTheDay(pacer: Pacer, { ambient, exchanges }: Capture): Promise<void> {
  for (const { status, path } of ambient) {
    const lane = laneOf(path);
    if (status !== 429 || exchanges.some((exchange) => laneOf(exchange.path) === lane)) continue;
    const error = new CrmUnavailableError('The limit of the day was used up before this request');
    const attempt = async () => ({ ok: false, failure: { kind: 'limited', isDaily: true, error } }) as const;
    const context = { requestId: replayKey, urgency: 'urgent', deadline: { remainingMs: () => 1_000 } } as const;
    await pacer.run({ lane, repeat: 'if-not-done', attempt }, context).catch((thrown: unknown) => {
      if (thrown !== error) throw thrown;
    });
  }
}

const nowhere: DestinationStream = { write: () => undefined };
const tooLargeBytes = 2_048;

function isTooLarge({ answer }: Capture): boolean {
  return answer?.status === 413;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address object.
  return (server.address() as AddressInfo).port;
}

/** The request as it came, under its own id. */
function send(port: number, { request, requestId, answer }: Capture): Promise<Replay['answer']> {
  const body = bodyOf(request, answer?.status);
  const type = request.headers['content-type'];
  const headers: Record<string, string> = {
    'x-request-id': requestId,
    ...(type !== undefined && { 'content-type': type }),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    ...(request.key !== 'missing' && { [keyHeader]: request.key === 'good' ? replayKey : 'wrong' }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<Replay['answer']>();
  const sent = httpRequest(
    { host: '127.0.0.1', port, method: request.method, path: request.path, headers },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, ...(text !== '' && { body: parse(text) }) });
      });
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

function bodyOf(request: Capture['request'], status: number | undefined): string | undefined {
  if (request.bodyText !== undefined) return request.bodyText;
  if (request.body !== undefined) return JSON.stringify(request.body);
  if (status === 413) return JSON.stringify('x'.repeat(tooLargeBytes));
  return request.method === 'GET' ? undefined : '';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

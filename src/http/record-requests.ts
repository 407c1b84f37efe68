import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';

/** The part of the capture recorder that this layer uses. */
export interface RequestRecorder {
  begin(facts: {
    readonly requestId: string;
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly mappingHash: string;
  }): RequestRecording;
}

export interface RequestRecording {
  setBody(body: Uint8Array): void;
  finish(answer: RecordedAnswer | undefined, hasTrouble: boolean): void;
  run<Result>(work: () => Result): Result;
}

interface RecordedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The headers that are recorded: neither keys nor cookies. */
const requestHeaders = ['content-type', 'content-length', 'content-encoding'] as const;
const answerHeaders = ['content-type', 'retry-after', 'allow'] as const;

/** Where the recording of a request is kept for {@link recordBody}. */
const recordings = new WeakMap<IncomingMessage, RequestRecording>();

/** Records a request, whose key was accepted, and its response. Without a recorder it does nothing. */
export function recordRequests(recorder: RequestRecorder | undefined, mappingHash: () => string): RequestHandler {
  if (recorder === undefined) return (_request, _response, next) => next();
  return (request, response, next) => {
    const recording = recorder.begin({
      requestId: String(request.id),
      method: request.method,
      path: request.originalUrl,
      headers: pick(request.headers, requestHeaders),
      mappingHash: mappingHash(),
    });
    recordings.set(request, recording);
    followAnswer(response, recording);
    recording.run(next);
  };
}

/** To be called with the body as it was sent, decompressed. */
export function recordBody(request: IncomingMessage, body: Buffer): void {
  recordings.get(request)?.setBody(body);
}

function followAnswer(response: ServerResponse & { json(body: unknown): unknown }, recording: RequestRecording): void {
  let answered: unknown;
  let text: string | undefined;
  const json = response.json.bind(response);
  response.json = (body) => {
    answered = body;
    return json(body);
  };
  const end = response.end.bind(response);
  // `end` has four signatures; the arguments are passed on unchanged.
  response.end = ((...given: Parameters<typeof end>) => {
    const [chunk] = given as readonly unknown[];
    text = typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : '';
    return end(...given);
  }) as typeof response.end;
  response.once('close', () => {
    if (text === undefined || !response.writableFinished) {
      recording.finish(undefined, true);
      return;
    }
    const { statusCode: status } = response;
    const headers = pick(response.getHeaders(), answerHeaders);
    recording.finish({ status, headers, text }, status >= 400 || hasTrouble(answered));
  });
}

/** True for an answer in which a record failed or was warned about. */
function hasTrouble(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return false;
  if ('errors' in answer && Array.isArray(answer.errors) && answer.errors.length > 0) return true;
  if ('warnings' in answer && Array.isArray(answer.warnings) && answer.warnings.length > 0) return true;
  if (!('results' in answer) || !Array.isArray(answer.results)) return false;
  return answer.results.some(isTroubled);
}

function isTroubled(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return false;
  return ('success' in result && result.success === false) || 'warnings' in result;
}

function pick(headers: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string' || typeof value === 'number') picked[name] = String(value);
  }
  return picked;
}

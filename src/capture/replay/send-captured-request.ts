import { request as httpRequest } from 'node:http';
import type { Capture } from '../capture-schema.ts';
import { jsonOrText } from '../../json.ts';

/** The key and header that a replayed bridge accepts. */
export const replayKey = 'replay';
export const replayKeyHeader = 'x-api-key';

/** The size of the body that replaces one too large to be captured. */
export const tooLargeBytes = 2_048;

export interface ReplayedAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Sends a captured request to a replayed bridge on loopback, with its original id. */
export function sendCapturedRequest(port: number, { request, requestId, answer }: Capture): Promise<ReplayedAnswer> {
  const body = bodyOf(request, answer?.status);
  const type = request.headers['content-type'];
  const headers: Record<string, string> = {
    'x-request-id': requestId,
    ...(type !== undefined && { 'content-type': type }),
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    ...(request.key !== 'missing' && { [replayKeyHeader]: request.key === 'good' ? replayKey : 'wrong' }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<ReplayedAnswer>();
  const sent = httpRequest(
    { host: '127.0.0.1', port, method: request.method, path: request.path, headers },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, ...(text !== '' && { body: jsonOrText(text) }) });
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

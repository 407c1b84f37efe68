import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request } from 'express';
import { GatewayError, InvalidRequestError } from '../../errors.ts';
import type { BodyShare } from './body-budget.ts';
import { type BodyLimits, expansionFreeBytes, maxExpansion } from './body-limits.ts';

const decompressors = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Memory of a decompressor beside what it returns: a Brotli stream chooses a window of up to 16 MB, and has half of it as a rule. */
const decompressorBytes = { gzip: 256 * 1024, 'x-gzip': 256 * 1024, deflate: 256 * 1024, br: 8 * 1024 ** 2 };

/**
 * Reads a body, decompressed, counting its bytes as they arrive.
 * @throws InvalidRequestError if it is too large, expands too much, cannot be decompressed or ends early; BusyError if `share` has
 * no room. The rest of the body is then read and discarded by Node.
 */
export async function readBody(request: Request, limits: BodyLimits, share: BodyShare): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge();
  const { stream, sentBytes } = openBody(request, share);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Destroying the request would close the connection before the response is sent.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw tooLarge();
      if (bytes > expansionFreeBytes && bytes > maxExpansion * sentBytes()) {
        throw new InvalidRequestError(`The body expands to more than ${maxExpansion} times its compressed size`, {
          status: 413,
          code: 'Body too large',
        });
      }
      share.add(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof GatewayError ? error : unreadable(error);
  } finally {
    if (stream !== request) {
      request.unpipe();
      stream.destroy();
    }
    request.resume();
  }
  if (!request.complete) throw new InvalidRequestError('The body did not arrive completely');
  return Buffer.concat(chunks, bytes);
}

function openBody(request: Request, share: BodyShare): { stream: Readable; sentBytes: () => number } {
  // An empty header counts as no header.
  const encoding = (request.headers['content-encoding']?.trim() || 'identity').toLowerCase();
  if (encoding === 'identity') return { stream: request, sentBytes: () => Number.POSITIVE_INFINITY };
  if (!Object.hasOwn(decompressors, encoding)) {
    throw new InvalidRequestError('Send the body uncompressed, or compressed with gzip, deflate or br', {
      status: 415,
      code: 'Unsupported media type',
    });
  }
  const known = encoding as keyof typeof decompressors; // checked by hasOwn
  share.add(decompressorBytes[known]);
  const stream = decompressors[known]();
  request.once('error', (error) => stream.destroy(error));
  request.once('aborted', () => stream.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
  request.pipe(stream);
  return { stream, sentBytes: () => stream.bytesWritten };
}

/** What zlib and the connection throw; their messages are not written for the caller. */
function unreadable(error: unknown): InvalidRequestError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const hasEnded = code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
  return hasEnded
    ? new InvalidRequestError('The body did not arrive completely', { cause: error })
    : new InvalidRequestError('The body cannot be decompressed', { cause: error });
}

function tooLarge(): InvalidRequestError {
  return new InvalidRequestError('The body is larger than BODY_LIMIT allows', { status: 413, code: 'Body too large' });
}

import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { Request, RequestHandler } from 'express';
import { InvalidRequestError } from '../../errors.ts';
import { createBodyBudget } from './body-budget.ts';
import type { BodyLimits } from './body-limits.ts';
import { keepDigits } from './keep-digits.ts';
import { parseInParts } from './parse-in-parts.ts';
import { readBody } from './read-body.ts';
import { recordBody } from '../record-requests.ts';
import { createJsonScanner, type JsonScanner } from './scan-json.ts';

const methodsWithBody = new Set(['POST', 'PUT', 'PATCH']);

/** Bytes that are scanned before other requests get a turn: a few milliseconds. */
const sliceBytes = 128 * 1024;

/**
 * Reads a JSON body into `request.body`. What a body contains is counted before it is parsed, so that no body costs more memory or time
 * than the limits allow.
 */
export function jsonBody(limits: BodyLimits): RequestHandler {
  const budget = createBodyBudget(limits.maxBytesInProgress);
  return async (request, response, next) => {
    if (!methodsWithBody.has(request.method)) {
      next();
      return;
    }
    checkMediaType(request);
    const share = budget.open();
    response.locals.bodyShare = share;
    response.once('close', () => share.close());
    const body = await readBody(request, limits, share);
    const text = withoutByteOrderMark(body);
    const contents = await checkContents(text, limits);
    // Only bodies within the limits are captured.
    recordBody(request, body);
    const isLong = text.length > sliceBytes;
    if (isLong) await setImmediate();
    request.body = await parseJson(text, contents);
    if (isLong) await setImmediate();
    next();
  };
}

function checkMediaType(request: Request): void {
  // Null if there is no body; the parser then reports a missing body.
  if (request.is(['application/json', '+json']) === false) throw unsupported('Send the body as application/json');
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw unsupported('Send the body as UTF-8');
}

function withoutByteOrderMark(body: Buffer): Buffer {
  return body.subarray(0, 3).equals(byteOrderMark) ? body.subarray(3) : body;
}

async function checkContents(text: Buffer, limits: BodyLimits): Promise<JsonScanner> {
  if (!isUtf8(text)) throw new InvalidRequestError('The body is not valid UTF-8', { code: 'Invalid JSON' });
  const scanner = createJsonScanner(text, limits);
  while (!scanner.scan(sliceBytes)) await setImmediate();
  return scanner;
}

/** @returns undefined for an empty body. */
async function parseJson(text: Buffer, { longLists, longNumbers }: JsonScanner): Promise<unknown> {
  if (text.length === 0) return undefined;
  try {
    return await parseInParts(text, longLists, longNumbers.found ? keepDigits : undefined);
  } catch (error) {
    // The parser's own message quotes the body.
    throw new InvalidRequestError(`The body is not valid JSON${positionIn(error)}`, { code: 'Invalid JSON' });
  }
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

function positionIn(error: unknown): string {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? '' : ` (at character ${position})`;
}

function unsupported(message: string): InvalidRequestError {
  return new InvalidRequestError(message, { status: 415, code: 'Unsupported media type' });
}

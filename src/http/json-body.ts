import express, { type RequestHandler } from 'express';
import { InvalidRequestError } from '../errors.ts';
import { recordBody } from './record-requests.ts';

const methodsWithBody = new Set(['POST', 'PUT', 'PATCH']);

/** Reads a JSON body up to the limit; anything that is not JSON is refused by name. */
export function jsonBody(limitBytes: number): RequestHandler[] {
  return [
    (request, _response, next) => {
      if (methodsWithBody.has(request.method) && request.is(['application/json', '+json']) === false) {
        throw new InvalidRequestError('Send the body as application/json', {
          status: 415,
          code: 'Unsupported media type',
        });
      }
      next();
    },
    express.json({ limit: limitBytes, type: ['application/json', '+json'], verify: recordBody }),
  ];
}

/** body-parser's own errors, told in our words: its messages quote the body. */
export function describeBodyError(error: unknown): InvalidRequestError | undefined {
  if (!(error instanceof Error) || !('type' in error) || !('status' in error)) return undefined;
  switch (error.type) {
    case 'entity.parse.failed':
      return new InvalidRequestError(`The body is not valid JSON${positionIn(error.message)}`, {
        code: 'Invalid JSON',
      });
    case 'entity.too.large':
      return new InvalidRequestError('The body is larger than BODY_LIMIT allows', {
        status: 413,
        code: 'Body too large',
      });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new InvalidRequestError('Send the body as UTF-8, plain or compressed with gzip, deflate or br', {
        status: 415,
        code: 'Unsupported media type',
      });
    case 'request.aborted':
    case 'request.size.invalid':
    case 'entity.verify.failed':
      return new InvalidRequestError('The body did not arrive whole');
    default:
      return undefined;
  }
}

function positionIn(message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? '' : ` (at character ${position})`;
}

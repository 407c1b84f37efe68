import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { UnauthorizedError } from '../errors.ts';
import { recordKey } from './record-requests.ts';

/**
 * Lets a request through when its header carries one of the keys. Digests of equal length are compared in constant time, and
 * all of them always, so that neither a key's length nor its place in the list can be measured.
 */
export function authenticate(auth: { readonly header: string; readonly keys: readonly string[] }): RequestHandler {
  const known = auth.keys.map(digest);
  return (request, _response, next) => {
    const sent = request.headers[auth.header];
    const given = digest(typeof sent === 'string' ? sent.trim() : '');
    const matches = known.filter((key) => timingSafeEqual(key, given)).length;
    const isSent = typeof sent === 'string' && sent !== '';
    recordKey(request, matches > 0 ? 'good' : isSent ? 'wrong' : 'missing');
    if (typeof sent !== 'string' || matches === 0) {
      throw new UnauthorizedError(
        typeof sent === 'string' ? 'The API key is not known' : `The header ${auth.header} is missing`,
      );
    }
    next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

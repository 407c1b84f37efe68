import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { UnauthorizedError } from '../errors.ts';
import { recordKey } from './record-requests.ts';

export interface KeySettings {
  /** Lower case. */
  readonly header: string;
  readonly keys: readonly string[];
}

/**
 * Judges the key of a request. Digests of equal length are compared in constant time, and all of them always, so that neither a
 * key's length nor its place in the list can be measured.
 */
export function createKeyCheck({ header, keys }: KeySettings): (request: Request) => 'missing' | 'unknown' | 'known' {
  const known = keys.map(digest);
  return (request) => {
    const sent = request.headers[header];
    const given = digest(typeof sent === 'string' ? sent.trim() : '');
    const matches = known.filter((key) => timingSafeEqual(key, given)).length;
    if (typeof sent !== 'string' || sent === '') return 'missing';
    return matches === 0 ? 'unknown' : 'known';
  };
}

const recorded = { known: 'good', unknown: 'wrong', missing: 'missing' } as const;

/** Lets a request through when its header carries one of the keys. */
export function authenticate(settings: KeySettings): RequestHandler {
  const check = createKeyCheck(settings);
  return (request, _response, next) => {
    const judged = check(request);
    recordKey(request, recorded[judged]);
    if (judged !== 'known') {
      throw new UnauthorizedError(
        judged === 'unknown' ? 'The API key is not known' : `The header ${settings.header} is missing`,
      );
    }
    next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

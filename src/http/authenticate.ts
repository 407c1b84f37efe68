import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { UnauthorizedError } from '../errors.ts';
import { createKeyGuard, type KeyGuardDeps } from './key-guard.ts';
import { noteFacts } from './request-context.ts';

export interface KeySettings {
  /** Lower case. */
  readonly header: string;
  /** The accepted keys; read for every request, since they can be replaced. */
  readonly keys: () => readonly string[];
}

type KeyResult = 'missing' | 'unknown' | 'known';

export interface KeyCheck {
  readonly header: string;
  /** Counts a rejected key. If many were wrong, the result is delayed to slow down guessing. */
  check(request: Request): Promise<KeyResult>;
}

/**
 * Checks API keys. Compares digests of equal length in constant time, and always all of them, so that timing reveals neither a key's length
 * nor its position.
 */
export function createKeyCheck({ header, keys }: KeySettings, deps: KeyGuardDeps = {}): KeyCheck {
  const guard = createKeyGuard(deps);
  return {
    header,
    async check(request) {
      const sent = request.headers[header];
      const given = digest(typeof sent === 'string' ? sent.trim() : '');
      const matches = keys().filter((key) => timingSafeEqual(digest(key), given)).length;
      const isMissing = typeof sent !== 'string' || sent === '';
      if (!isMissing && matches > 0) return 'known';
      const result = isMissing ? 'missing' : 'unknown';
      await guard.rejected(result);
      return result;
    },
  };
}

/** Lets a request through if its header carries one of the keys. The log line of any other has the caller's address. */
export function authenticate(keyCheck: KeyCheck): RequestHandler {
  return async (request, response, next) => {
    const result = await keyCheck.check(request);
    if (result !== 'known') noteFacts(response, { client: request.ip });
    if (result === 'unknown') throw new UnauthorizedError('Invalid API key');
    if (result === 'missing') throw new UnauthorizedError(`Missing API key: send it in the header ${keyCheck.header}`);
    next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import type { Response } from 'express';
import type { RefusedEntry } from '../contract/entries.ts';
import { noteFacts } from './request-context.ts';

/** Maximum number of positions in the header. */
const maxListed = 100;

/**
 * Names the entries of `ids` that are no ids. The contract's response to them is a plain list, which omits what does not exist, so their
 * positions are in the header `X-Unusable-Ids`, for example `3, 8`, and their number in the log.
 */
export function noteUnusableIds(response: Response, refused: readonly RefusedEntry[]): void {
  if (refused.length === 0) return;
  const listed = refused.slice(0, maxListed).map(({ index }) => index);
  response.setHeader('X-Unusable-Ids', `${listed.join(', ')}${refused.length > maxListed ? ', ...' : ''}`);
  noteFacts(response, { failed: refused.length });
}

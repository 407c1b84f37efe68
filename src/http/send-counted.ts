import type { Response } from 'express';

/**
 * Responds to a request that only reads, and counts the response with the bodies in progress until it has been read: callers that read
 * large responses slowly must not fill the memory.
 * @throws BusyError when other requests leave no room.
 */
export function sendCounted(response: Response, answer: object): void {
  const text = JSON.stringify(answer);
  response.locals.bodyShare?.add(text.length);
  response.type('json').send(text);
}

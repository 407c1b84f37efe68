import type { RequestHandler } from 'express';

/** Responses hold personal data: no cache on the way may keep them. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

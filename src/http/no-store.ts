import type { RequestHandler } from 'express';

/** Responses contain personal data, so no cache may store them. */
export const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

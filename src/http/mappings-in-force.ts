import type { RequestHandler, Response } from 'express';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import { noteFacts } from './request-context.ts';

/**
 * Takes the mapping files in force when the request arrives: all of the request is done by this one version, which the header
 * `X-Mapping` and the log line name.
 */
export function takeMappings(mappings: () => Mappings): RequestHandler {
  return (_request, response, next) => {
    const inForce = mappings();
    response.locals.mappings = inForce;
    response.setHeader('X-Mapping', inForce.hash);
    noteFacts(response, { mapping: inForce.hash });
    next();
  };
}

/** The version that {@link takeMappings} took for this request. */
export function mappingsOf(response: Response): Mappings {
  return response.locals.mappings;
}

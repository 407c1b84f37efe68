import type { RequestHandler, Response } from 'express';
import type { RecordKind } from '../contract/records.ts';
import { NotSupportedError } from '../errors.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import { noteFacts } from './request-context.ts';

/**
 * Takes the mapping files that are active when the request arrives. The whole request uses this version; the header `X-Mapping` and
 * the log line name it.
 */
export function takeMappings(mappings: () => Mappings): RequestHandler {
  return (_request, response, next) => {
    const active = mappings();
    response.locals.mappings = active;
    response.setHeader('X-Mapping', active.hash);
    noteFacts(response, { mapping: active.hash });
    next();
  };
}

/** The version that {@link takeMappings} took for this request. */
export function mappingsOf(response: Response): Mappings {
  return response.locals.mappings;
}

/** @throws NotSupportedError if there is no mapping file for these records. */
export function recordMappingOf(response: Response, kind: RecordKind): Mapping {
  const mapping = mappingsOf(response)[kind];
  if (mapping === undefined) throw new NotSupportedError(`There is no mapping file for ${kind}`);
  return mapping;
}

import type { Response } from 'express';
import type { TimelineDeps, TimelineScope } from '../bridge/timeline/timeline-scope.ts';
import type { CallContext } from '../crm/crm.ts';
import { mappingsOf } from './active-mappings.ts';
import { callContext } from './request-context.ts';

/** One request for activities or tasks, with the mapping files and the deadline of its response. */
export function timelineScopeOf(
  deps: TimelineDeps,
  response: Response,
  urgency: CallContext['urgency'],
): TimelineScope {
  return { ...deps, mappings: mappingsOf(response), context: callContext(response, urgency) };
}

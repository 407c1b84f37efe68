import type { CrmProblem } from '../../crm.ts';
import { problemOfError } from '../../crm-problem.ts';
import { ResponseTooLargeError } from '../transport/network-failure.ts';
import { HubSpotRefusal } from '../transport/hubspot-refusal.ts';
import { invalidProperties, namedProperties } from './named-properties.ts';

/**
 * The problem of a value that could not be looked up. It adds to the mapping of errors what only HubSpot's body contains: the properties that
 * HubSpot did not accept.
 */
export function problemOfLookup(error: unknown): CrmProblem {
  if (error instanceof ResponseTooLargeError && !error.isCrowded) return { kind: 'too-large', message: error.message };
  const properties = error instanceof HubSpotRefusal ? namedProperties(error.body) : [];
  if (properties.length === 0) return problemOfError(error, 'unavailable');
  const problem = invalidProperties(properties);
  return { ...problem, message: `HubSpot rejected the lookup (${problem.message})` };
}

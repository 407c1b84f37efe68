import { CrmRejectedError, CrmUnavailableError, DeadlineError } from '../../../errors.ts';
import type { CrmProblem } from '../../crm.ts';
import { HubSpotRefusal } from '../transport/hubspot-refusal.ts';
import { invalidProperties, namedProperties } from './named-properties.ts';

/**
 * What a call that may have been carried out means for its records: `ambiguous` for creates; `unavailable` for calls that can be
 * repeated without harm.
 */
export type Unsure = 'ambiguous' | 'unavailable';

/** The problem of one record after its call failed as a whole. Rethrows errors that are no call's failure. */
export function problemOfCall(error: unknown, unsure: Unsure = 'unavailable'): CrmProblem {
  if (error instanceof DeadlineError) return { kind: 'late', message: error.message };
  if (error instanceof CrmUnavailableError) {
    if (error.ambiguous) return { kind: unsure, message: error.message };
    return { kind: 'unavailable', message: error.message, retryAfterSeconds: error.retryAfterSeconds };
  }
  if (error instanceof CrmRejectedError) {
    const { missingScopes } = error.detail;
    return { kind: 'refused', message: error.message, ...(missingScopes !== undefined && { missingScopes }) };
  }
  throw error;
}

/** The problem of a value that could not be looked up: names the properties that HubSpot did not accept. */
export function problemOfLookup(error: unknown): CrmProblem {
  const properties = error instanceof HubSpotRefusal ? namedProperties(error.body) : [];
  if (properties.length === 0) return problemOfCall(error);
  const problem = invalidProperties(properties);
  return { ...problem, message: `HubSpot rejected the lookup (${problem.message})` };
}

/** A 2xx that mentions neither success nor failure of an item proves nothing: seen as a 2xx without results and errors. */
export function unaccounted(unsure: Unsure, item: 'record' | 'link' | 'property'): CrmProblem {
  return { kind: unsure, message: `HubSpot's response does not mention this ${item}` };
}

import type { CrmProblem } from '../../crm.ts';
import type { Unsure } from '../../crm-problem.ts';
import { type HubSpotError, missingScopesIn } from '../transport/error-body.ts';
import { coordinatesIn, existingIdIn, isConflict } from './conflicts.ts';
import { incomplete } from './incomplete.ts';
import { invalidProperties, namedProperties, requiredIn } from './named-properties.ts';
import { shortened } from './shortened.ts';

/**
 * HubSpot's error about one record, from an entry of a 207 or from a refusal of the whole call (a 4xx), as a problem of the port.
 * `unsure` is what an entry without a cause means; a refusal always has a cause.
 */
export function problemOfEntry(error: HubSpotError, unsure: Unsure | 'refusal'): CrmProblem {
  if (existingIdIn(error) !== undefined || isConflict(error)) return conflict(error);
  if (error.category === 'OBJECT_NOT_FOUND') return { kind: 'not-found', message: 'HubSpot has no such record' };
  if (error.category === 'MISSING_SCOPES' || error.category?.includes('PERMISSION')) {
    const scopes = missingScopesIn(error);
    const message = 'HubSpot denied access to the record';
    return { kind: 'refused', message, ...(scopes.length > 0 && { missingScopes: scopes }) };
  }
  const required = requiredIn(error);
  if (required.length > 0) return incomplete(required);
  const properties = namedProperties(error);
  if (properties.length > 0) {
    const problem = invalidProperties(properties);
    return { ...problem, message: shortened(problem.message) };
  }
  if (unsure !== 'refusal' && !hasCause(error)) {
    return { kind: unsure, message: `HubSpot failed to process the record${withMessage(error)}` };
  }
  const message = `HubSpot rejected the record${withMessage(error)}`;
  const needsOneOf = neededIn(error);
  return { kind: 'invalid', message, properties: [], ...(needsOneOf.length > 0 && { needsOneOf }) };
}

/** "One of email, firstname or lastname is required." */
function neededIn({ message }: HubSpotError): readonly string[] {
  const [, list = ''] = /\bone of ([a-z_, ]{1,300}) (?:is|are) required/i.exec(message.slice(0, 2_000)) ?? [];
  const names = list.split(/, or |, | or /).map((name) => name.trim());
  return names.every((name) => /^[a-z_]{1,100}$/.test(name)) ? names : [];
}

function conflict(error: HubSpotError): CrmProblem {
  const existingId = existingIdIn(error);
  const property = coordinatesIn(error)?.property;
  return {
    kind: 'conflict',
    message: existingId === undefined ? 'Another record has this value' : `Record ${existingId} has this value`,
    ...(existingId !== undefined && { existingId }),
    ...(property !== undefined && { property }),
  };
}

function hasCause({ category }: HubSpotError): boolean {
  return category !== undefined && !/INTERNAL|RATE_LIMIT|UNAVAILABLE|TIMEOUT/.test(category);
}

function withMessage(error: HubSpotError): string {
  // "Error creating CONTACT. One of …" says the operation first, which is known.
  const text = shortened(error.message.replace(/^Error (?:creating|updating) [A-Z_]{1,50}\. /, ''));
  return text === '' ? '' : `: ${text}`;
}

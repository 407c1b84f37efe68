import { type CrmErrorDetail, CrmUnavailableError } from '../../../errors.ts';
import type { CallFailure } from '../../pacing/retry.ts';
import { correlationIdOf, type HubSpotError, missingScopesIn, readHubSpotError } from './error-body.ts';
import { HubSpotRefusal } from './hubspot-refusal.ts';
import { parseJson } from './parse-json.ts';
import { intervalOf, retryAfterOf } from './response-headers.ts';
import type { RawResponse } from './wire.ts';

/** Classifies every response that is not a 2xx with a JSON body. */
export function failureOf(response: RawResponse): CallFailure {
  const { status } = response;
  if (status === 429) return limited(response);
  if (status === 477) return unavailable('not-done', 'HubSpot is moving this account to another data center', response);
  if (status === 423) return unavailable('locked', 'HubSpot has locked the record', response);
  if (status >= 500) return unavailable('perhaps-done', `HubSpot returned status ${status}`, response);
  const body = bodyOf(response);
  const detail = detailOf(response, body);
  if (status < 400) {
    const error = new CrmUnavailableError('HubSpot returned a response in an unknown format', {
      ambiguous: true,
      detail,
    });
    // A redirect would be the same again; nothing follows it, so that neither a body nor the token goes anywhere else.
    return { kind: status < 300 ? 'perhaps-done' : 'final', error };
  }
  return { kind: 'final', error: new HubSpotRefusal(refusalMessage(status, detail), detail, body) };
}

function limited(response: RawResponse): CallFailure {
  const body = bodyOf(response);
  const isDaily = body.policyName === 'DAILY' || /\bdaily\b/i.test(body.message);
  const intervalMs = isSearchPolicy(body) ? undefined : intervalOf(response.headers);
  const retryAfterMs = retryAfterOf(response.headers) ?? intervalMs;
  const retryAfterSeconds = Math.ceil((retryAfterMs ?? (isDaily ? 300_000 : 10_000)) / 1_000);
  const message = isDaily
    ? "HubSpot's daily limit of API calls is reached; it resets at midnight in the account's time zone"
    : "HubSpot's rate limit is reached";
  return {
    kind: 'limited',
    error: new CrmUnavailableError(message, { retryAfterSeconds, detail: detailOf(response, body) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(isDaily && { isDaily }),
  };
}

function isSearchPolicy(body: HubSpotError): boolean {
  return body.policyName === 'SECONDLY' || /\bsecondly\b/i.test(body.message);
}

function unavailable(
  kind: 'not-done' | 'locked' | 'perhaps-done',
  message: string,
  response: RawResponse,
): CallFailure {
  const retryAfterMs = retryAfterOf(response.headers);
  const error = new CrmUnavailableError(message, {
    ...(retryAfterMs !== undefined && { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) }),
    ambiguous: kind !== 'not-done',
    detail: detailOf(response, bodyOf(response)),
  });
  return { kind, error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function refusalMessage(status: number, detail: CrmErrorDetail): string {
  if (status === 401) return 'HubSpot rejected the access token';
  if (status === 403 && detail.missingScopes !== undefined) {
    return `The HubSpot token lacks a scope: ${detail.missingScopes.join(', ')}`;
  }
  if (status === 403) return 'HubSpot denied access: the token lacks a scope or a permission';
  return `HubSpot rejected the call with status ${status}${detail.category === undefined ? '' : `: ${detail.category}`}`;
}

function bodyOf(response: RawResponse): HubSpotError {
  return readHubSpotError(parseJson(response.text));
}

function detailOf(response: RawResponse, body: HubSpotError): CrmErrorDetail {
  const correlationId = body.correlationId ?? correlationIdOf(response.headers['x-hubspot-correlation-id']);
  const scopes = missingScopesIn(body);
  return {
    status: response.status,
    ...(body.category !== undefined && { category: body.category }),
    ...(correlationId !== undefined && { correlationId }),
    ...(scopes.length > 0 && { missingScopes: scopes }),
  };
}

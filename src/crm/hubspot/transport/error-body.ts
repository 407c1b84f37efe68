import { isObject } from '../../../json.ts';

/** HubSpot's error responses, parsed. Every field is optional (its error reference says so), and the edge returns HTML. */

/** One entry of `errors`, or a whole error body: they have the same shape. */
export interface HubSpotError {
  readonly category?: string;
  readonly subCategory?: string;
  readonly code?: string;
  readonly message: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly policyName?: string;
  readonly correlationId?: string;
  readonly errors: readonly HubSpotError[];
}

/**
 * Reads an error body, or an entry of a 2xx; anything that is not an object reads as an error without a message. Words that the
 * bridge repeats (categories, codes, scopes, ids of calls) are kept only in their known form.
 */
export function readHubSpotError(body: unknown): HubSpotError {
  if (!isObject(body)) return { message: '', context: {}, errors: [] };
  const category = codeOf(body.category) ?? codeOf(body.errorType);
  const subCategory = textOf(body.subCategory);
  const code = codeOf(body.code) ?? codeOf(body.error);
  const policyName = textOf(body.policyName);
  const correlationId = correlationIdOf(body.correlationId);
  return {
    ...(category !== undefined && { category }),
    ...(subCategory !== undefined && { subCategory }),
    ...(code !== undefined && { code }),
    ...(policyName !== undefined && { policyName }),
    ...(correlationId !== undefined && { correlationId }),
    message: textOf(body.message) ?? '',
    context: contextOf(body.context),
    errors: Array.isArray(body.errors) ? body.errors.filter(isObject).map(readHubSpotError) : [],
  };
}

/** All values that the error, or one of the errors within it, gives for a context key. */
export function contextValues(error: HubSpotError, key: string): readonly string[] {
  return [...(error.context[key] ?? []), ...error.errors.flatMap((inner) => contextValues(inner, key))];
}

/** The scopes that the error asks for. */
export function missingScopesIn(error: HubSpotError): readonly string[] {
  const named = [...contextValues(error, 'requiredGranularScopes'), ...contextValues(error, 'requiredScopes')];
  return [...new Set(named)].filter((scope) => /^[a-z0-9._-]{1,100}$/.test(scope)).slice(0, 20);
}

/** The id by which HubSpot's support finds the call. */
export function correlationIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : undefined;
}

function codeOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Z_]{1,100}$/.test(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Context values are arrays of strings by the OpenAPI documents; single values and numbers occur. */
function contextOf(value: unknown): Record<string, readonly string[]> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      (Array.isArray(entry) ? entry : [entry])
        .filter((item) => typeof item === 'string' || typeof item === 'number')
        .map(String),
    ]),
  );
}

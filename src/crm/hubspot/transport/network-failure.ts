import { CrmUnavailableError } from '../../../errors.ts';
import type { CallFailure } from '../../retry.ts';

/**
 * Classifies what the SDK threw when no complete response arrived. The reason of a failed fetch is in `cause.code`;
 * without a connection nothing can have been done.
 */
export function networkFailure(thrown: unknown): CallFailure {
  const code = networkCode(thrown);
  const isUnsent = code !== undefined && NEVER_SENT.has(code);
  const reason = code === undefined ? '' : ` (${code})`;
  const error = new CrmUnavailableError(`HubSpot could not be reached${reason}`, { ambiguous: !isUnsent });
  return { kind: isUnsent ? 'not-done' : 'perhaps-done', error };
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function networkCode(thrown: unknown): string | undefined {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    // A failed connection to a host name with several addresses: one error per address.
    if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0]);
  }
  return undefined;
}

/** The call timed out; HubSpot may still be working on it. */
export function timeoutFailure(timeoutMs: number): CallFailure {
  const error = new CrmUnavailableError(`HubSpot did not respond within ${Math.round(timeoutMs)} ms`, {
    ambiguous: true,
  });
  return { kind: 'perhaps-done', error };
}

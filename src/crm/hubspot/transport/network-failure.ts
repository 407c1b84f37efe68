import { CrmUnavailableError } from '../../../errors.ts';
import { type CallFailure, silence } from '../../pacing/retry.ts';
import { maxResponseBytes } from './response-budget.ts';

/**
 * Classifies what was thrown when no complete response arrived. Node's errors have a `code`; without a connection nothing can
 * have been done.
 */
export function networkFailure(thrown: unknown): CallFailure {
  const { code, words, isConnecting } = reasonOf(thrown);
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLargeFailure();
  const isUnsent = isConnecting || (code !== undefined && neverSentCodes.has(code));
  const reason = [words, code].filter((each) => each !== undefined && each !== '').join(', ');
  const error = new CrmUnavailableError(`HubSpot could not be reached${reason === '' ? '' : ` (${reason})`}`, {
    ambiguous: !isUnsent,
  });
  return { kind: isUnsent ? 'not-done' : 'perhaps-done', error };
}

const neverSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

interface NetworkReason {
  readonly code?: string;
  /** The error's own message, where it has more to say than the code. */
  readonly words?: string;
  /** Failed while connecting. */
  readonly isConnecting: boolean;
}

function reasonOf(thrown: unknown): NetworkReason {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    // A failed connection to a host name with several addresses: one error per address.
    if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
    if ('code' in error && typeof error.code === 'string') {
      const isConnecting = 'syscall' in error && error.syscall === 'connect';
      return isAddress(error)
        ? { code: error.code, isConnecting }
        : { code: error.code, words: wordsOf(error), isConnecting };
    }
    if (error.cause === undefined) return { words: wordsOf(error), isConnecting: false };
  }
  return { isConnecting: false };
}

/** "connect ECONNREFUSED 10.0.0.1:443" adds nothing but an address to its code. */
function isAddress(error: Error): boolean {
  return 'syscall' in error;
}

function wordsOf(error: Error): string {
  return error.message
    .replace(/\bbearer [^\s"',]+|\bpat-[a-z0-9]+-[\w-]+/gi, '…')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 160);
}

/** The call timed out; HubSpot may still be working on it. */
export function timeoutFailure(timeoutMs: number): CallFailure {
  const error = new CrmUnavailableError(silence('HubSpot', timeoutMs), { ambiguous: true });
  return { kind: 'perhaps-done', error };
}

/** The same call with fewer records may succeed. */
export class ResponseTooLargeError extends CrmUnavailableError {
  /** True if others as large were being received: later, the same call may succeed too. */
  readonly isCrowded: boolean;

  constructor(message: string, isCrowded: boolean) {
    super(message, { ambiguous: true });
    this.isCrowded = isCrowded;
  }
}

/** The response is longer than any that the bridge has reason to read; another attempt would return the same. */
export function tooLargeFailure(isCrowded = false): CallFailure {
  const reason = isCrowded
    ? "HubSpot's response was too large together with others in progress"
    : `HubSpot's response is larger than ${maxResponseBytes / 1024 / 1024} MB, or expands more than JSON can`;
  return { kind: 'final', error: new ResponseTooLargeError(reason, isCrowded) };
}

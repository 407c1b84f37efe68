/** Errors that determine the status of a response. Anything else that is thrown is a bug and becomes a 500. */
export abstract class GatewayError extends Error {
  abstract override readonly name: string;
  /** HTTP status of the response to Enginy. */
  abstract readonly status: number;
  /** Stable and short: the `error` of the response. */
  abstract readonly code: string;
}

/** The request does not fit the contract; the message names the path, e.g. `contacts[3].externalId`. */
export class InvalidRequestError extends GatewayError {
  override readonly name = 'InvalidRequestError';
  readonly status: number;
  readonly code: string;

  constructor(message: string, options: { status?: 400 | 413 | 415; code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status ?? 400;
    this.code = options.code ?? 'Invalid request';
  }
}

export class UnauthorizedError extends GatewayError {
  override readonly name = 'UnauthorizedError';
  readonly status = 401;
  readonly code = 'Unauthorized';
}

export class NotFoundError extends GatewayError {
  override readonly name = 'NotFoundError';
  readonly status = 404;
  readonly code: string;

  constructor(message: string, code = 'Not found') {
    super(message);
    this.code = code;
  }
}

export class MethodNotAllowedError extends GatewayError {
  override readonly name = 'MethodNotAllowedError';
  readonly status = 405;
  readonly code = 'Method not allowed';
  readonly allowed: readonly string[];

  constructor(message: string, allowed: readonly string[]) {
    super(message);
    this.allowed = allowed;
  }
}

/** The bridge has too much work in progress; the request was not looked at and can be sent again. */
export class BusyError extends GatewayError {
  override readonly name = 'BusyError';
  readonly status = 503;
  readonly code = 'Bridge busy';
  readonly retryAfterSeconds = 5;
}

/** What was asked for is more than the bridge keeps in memory for one request; fewer records at once are served. */
export class AnswerTooLargeError extends GatewayError {
  override readonly name = 'AnswerTooLargeError';
  readonly status = 413;
  readonly code = 'Answer too large';

  /** @param most what was exceeded: bytes, or a sentence. */
  constructor(most: number | string) {
    super(typeof most === 'string' ? most : `The records hold more than ${most / 1024 ** 2} MB together`);
  }
}

/** The portal does not offer what the endpoint needs (for example owners without their scope). */
export class NotSupportedError extends GatewayError {
  override readonly name = 'NotSupportedError';
  readonly status = 501;
  readonly code = 'Not supported';
}

/** The CRM refused the bridge itself: bad token, missing scope, a request that it does not accept. */
export class CrmRejectedError extends GatewayError {
  override readonly name = 'CrmRejectedError';
  readonly status = 502;
  readonly code = 'CRM refused the request';
  /** Status, category and correlation id of the CRM's answer: for the log, never a body. */
  readonly detail: CrmErrorDetail;

  constructor(message: string, detail: CrmErrorDetail = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.detail = detail;
  }
}

/** The CRM is down, limited or answers in a form that the bridge does not know; nothing was learned. */
export class CrmUnavailableError extends GatewayError {
  override readonly name = 'CrmUnavailableError';
  readonly status = 503;
  readonly code = 'CRM unavailable';
  readonly retryAfterSeconds: number;
  readonly detail: CrmErrorDetail;
  /** True when the call may have been carried out although no good answer arrived. */
  readonly ambiguous: boolean;

  constructor(
    message: string,
    options: { retryAfterSeconds?: number; ambiguous?: boolean; detail?: CrmErrorDetail; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryAfterSeconds = options.retryAfterSeconds ?? 10;
    this.ambiguous = options.ambiguous ?? false;
    this.detail = options.detail ?? {};
  }
}

/** The request's own deadline passed before the work was done. */
export class DeadlineError extends GatewayError {
  override readonly name = 'DeadlineError';
  readonly status = 504;
  readonly code = 'Deadline exceeded';
  /** What the CRM did, or failed to do, while the time ran out; undefined where nothing was wrong with it. */
  readonly because: string | undefined;
  /** That the CRM answered the calls before this one slowly. This one was not sent. */
  readonly slowness: string | undefined;

  constructor(message: string, because?: string, slowness?: string) {
    const cause = because ?? slowness;
    super(cause === undefined ? message : `The request timed out: ${cause}`);
    this.because = because;
    this.slowness = slowness;
  }
}

/** What may be logged of a CRM's error answer. */
export interface CrmErrorDetail {
  readonly status?: number;
  readonly category?: string;
  readonly correlationId?: string;
  /** Scopes that the CRM asked for. */
  readonly missingScopes?: readonly string[];
}

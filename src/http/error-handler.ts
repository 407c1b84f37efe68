import type { ErrorRequestHandler, RequestHandler } from 'express';
import {
  BusyError,
  CrmRejectedError,
  CrmUnavailableError,
  DeadlineError,
  GatewayError,
  InvalidRequestError,
  MethodNotAllowedError,
  NotFoundError,
} from '../errors.ts';
import type { Logger } from '../logger.ts';
import { noteFailure } from './note-decisions.ts';
import { withoutPersonalData } from './without-personal-data.ts';

/** Turns an error into a status and `{ error, message, requestId }`. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  // biome-ignore lint/complexity/useMaxParams: Express recognizes an error handler by its four parameters
  return (thrown, request, response, next) => {
    const error = thrown instanceof GatewayError ? thrown : describeUriError(thrown);
    const requestId = request.id;
    if (response.headersSent) {
      log.error({ requestId, err: thrown }, 'failed after the response had begun');
      next(thrown);
      return;
    }
    if (error === undefined) {
      noteFailure(response, thrown, 'Internal error');
      log.error({ requestId, err: thrown }, 'unexpected error');
      response.status(500).json({
        error: 'Internal error',
        message: `Something went wrong in the bridge; the log has details under request ${String(requestId)}`,
        requestId,
      });
      return;
    }
    noteFailure(response, error, error.code);
    logKnown(log, error, requestId);
    if (error instanceof CrmUnavailableError || error instanceof BusyError)
      response.setHeader('Retry-After', String(error.retryAfterSeconds));
    if (error instanceof MethodNotAllowedError) response.setHeader('Allow', error.allowed.join(', '));
    response.status(error.status).json({ error: error.code, message: advise(error), requestId });
  };
}

/** Enginy shows the message to people who export: first what to do, then why. Of a request that is wrong, the place comes first. */
function advise(error: GatewayError): string {
  if (error instanceof CrmRejectedError) return `Ask your administrator: ${error.message}`;
  if (!(error instanceof DeadlineError)) {
    return error instanceof CrmUnavailableError || error instanceof BusyError
      ? `Try again later: ${error.message}`
      : error.message;
  }
  return error.because === undefined && error.slowness === undefined
    ? `Try again, with fewer records at once: ${error.message}`
    : `Try again later: ${error.message}`;
}

function logKnown(log: Logger, error: GatewayError, requestId: unknown): void {
  const detail = error instanceof CrmRejectedError || error instanceof CrmUnavailableError ? error.detail : {};
  const facts = { requestId, status: error.status, error: error.name, reason: error.message, ...renameStatus(detail) };
  if (error.status >= 500) log.warn(facts, 'request failed');
  else log.info({ ...facts, reason: reasonForLog(error) }, 'request refused');
}

/** The sentence of the answer; for a 404 its code alone, since the sentence repeats what the caller wrote into the path. */
function reasonForLog(error: GatewayError): string {
  return error instanceof NotFoundError ? error.code : withoutPersonalData(error.message);
}

function renameStatus({ status, ...rest }: { status?: number }): object {
  return status === undefined ? rest : { ...rest, crmStatus: status };
}

/** A path with a broken percent sign: Express throws a URIError with status 400. */
function describeUriError(thrown: unknown): GatewayError | undefined {
  return thrown instanceof URIError ? new InvalidRequestError('The path is not properly encoded') : undefined;
}

/** For paths without a route. */
export const noSuchEndpoint: RequestHandler = (request) => {
  throw new NotFoundError(`No such endpoint: ${request.path}`);
};

/** For the end of a route: the path exists, the method does not. */
export function methodNotAllowed(...allowed: readonly string[]): RequestHandler {
  return (request) => {
    throw new MethodNotAllowedError(`Method ${request.method} is not allowed`, allowed);
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { requestIdOf } from './request-context.ts';
import { routeOf } from './route-of.ts';

/** One line per request: method, route, status, duration and the counts that the route noted. */
export function requestLog(log: pino.Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    genReqId: requestIdOf,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'durationMs' },
    quietReqLogger: true,
    // Paths may hold personal data and headers a key: the line has neither.
    serializers: { req: () => undefined, res: () => undefined },
    customLogLevel: (_request, response, error) => {
      if (response.statusCode === 500 || (error && response.statusCode < 400)) return 'error';
      return response.statusCode > 500 ? 'warn' : 'info';
    },
    customSuccessMessage: (_request, response) => (response.writableFinished ? 'answered' : 'caller disconnected'),
    customErrorMessage: () => 'answered with an error',
    customSuccessObject: (request, response, value) => ({ ...value, ...factsOf(request, response) }),
    // The error itself is logged by the error handler, which knows what may be logged.
    // biome-ignore lint/complexity/useMaxParams: pino-http's callback
    customErrorObject: (request, response, _error, value) => ({
      ...value,
      err: undefined,
      ...factsOf(request, response),
    }),
  });
}

function factsOf(request: IncomingMessage, response: ServerResponse): object {
  return {
    method: request.method,
    route: routeOf(request),
    status: response.statusCode,
    ...('locals' in response ? (response.locals as { facts?: object }).facts : undefined),
  };
}

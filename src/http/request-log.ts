import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { requestIdOf } from './request-context.ts';
import { routeOf } from './route-of.ts';

/** One line per request: method, route, status, duration and the counts that the route noted. Probes are logged at debug, unless their key is wrong. */
export function requestLog(log: pino.Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    genReqId: requestIdOf,
    customAttributeKeys: { reqId: 'requestId', responseTime: 'durationMs' },
    quietReqLogger: true,
    // Paths may hold personal data and headers a key: the line has neither.
    serializers: { req: () => undefined, res: () => undefined },
    customLogLevel: (request, response, error) => {
      if (isProbe(request) && response.statusCode !== 500 && !('key' in factsNotedOn(response))) return 'debug';
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

/** An orchestrator asks them every few seconds. */
function isProbe(request: IncomingMessage): boolean {
  const route = routeOf(request);
  return route === '/livez' || route === '/readyz';
}

function factsOf(request: IncomingMessage, response: ServerResponse): object {
  return {
    method: request.method,
    route: routeOf(request),
    status: response.statusCode,
    ...factsNotedOn(response),
  };
}

function factsNotedOn(response: ServerResponse): object {
  return ('locals' in response ? (response.locals as { facts?: object }).facts : undefined) ?? {};
}

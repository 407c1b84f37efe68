import type { RequestHandler } from 'express';

/** Counts answered requests; what keeps the counts is none of the app's business. */
export interface RequestMeter {
  observe(answered: AnsweredRequest): void;
}

export interface AnsweredRequest {
  readonly method: string;
  /** The route's pattern, such as `/tasks/:id`; `none` for requests that met no route. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** Counts that the route noted for the log: records, failed, matched, warned, found. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Tells the meter of every request once its answer is out, or its caller is gone. */
export function measureRequests(meter: RequestMeter): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once('close', () => {
      meter.observe({
        method: request.method,
        route: routeOf(request.route),
        status: response.writableFinished ? response.statusCode : 499,
        seconds: (performance.now() - startedAt) / 1_000,
        facts: response.locals.facts ?? {},
      });
    });
    next();
  };
}

/** Express sets the route on the request once it is known. */
function routeOf(route: unknown): string {
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined;
  return typeof path === 'string' ? path : 'none';
}

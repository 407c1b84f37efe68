import type { Request, RequestHandler, Response } from 'express';
import { routeOf } from './route-of.ts';

/** Counts requests. */
export interface RequestMeter {
  observe(answered: AnsweredRequest): void;
  /** A request whose API key was rejected. */
  observeKey(result: 'missing' | 'unknown'): void;
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

/** Reports every request to the meter once it is answered or its caller has disconnected. */
export function measureRequests(meter: RequestMeter): RequestHandler {
  return (request, response, next) => {
    whenAnswered(request, response, (answered) => meter.observe(answered));
    next();
  };
}

/** Calls `report` once the request is answered, or with status 499 once its caller has disconnected. */
export function whenAnswered(request: Request, response: Response, report: (answered: AnsweredRequest) => void): void {
  const startedAt = performance.now();
  response.once('close', () => {
    report({
      method: request.method,
      route: routeOf(request),
      status: response.writableFinished ? response.statusCode : 499,
      seconds: (performance.now() - startedAt) / 1_000,
      facts: response.locals.facts ?? {},
    });
  });
}

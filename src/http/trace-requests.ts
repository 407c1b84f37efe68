import type { RequestHandler } from 'express';
import { noteFacts } from './request-context.ts';
import { type AnsweredRequest, whenAnswered } from './request-meter.ts';

/** Follows requests through systems. */
export interface RequestTracer {
  /** @param traceparent what the caller sent in the header of that name (W3C Trace Context). */
  start(traceparent: string | undefined): RequestTrace;
}

interface RequestTrace {
  /** What calls on behalf of the request carry; undefined if the request belongs to no trace. */
  readonly traceparent: string | undefined;
  readonly traceId: string | undefined;
  end(answered: AnsweredRequest): void;
}

/** Continues the caller's trace, or begins one; its id is in the request's log line. */
export function traceRequests(tracer: RequestTracer): RequestHandler {
  return (request, response, next) => {
    const sent = request.headers.traceparent;
    const trace = tracer.start(typeof sent === 'string' ? sent : undefined);
    if (trace.traceparent !== undefined) response.locals.traceparent = trace.traceparent;
    if (trace.traceId !== undefined) noteFacts(response, { traceId: trace.traceId });
    whenAnswered(request, response, (answered) => trace.end(answered));
    next();
  };
}

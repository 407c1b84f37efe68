import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { CallContext } from '../crm/crm.ts';
import { deadlineIn } from '../crm/deadline.ts';

const acceptableId = /^[A-Za-z0-9._:-]{1,64}$/;

/** The caller's `X-Request-Id` if it is short and harmless, otherwise a new one; returned in the same header. */
export function requestIdOf(request: IncomingMessage, response: ServerResponse): string {
  const sent = request.headers['x-request-id'];
  const id = typeof sent === 'string' && acceptableId.test(sent) ? sent : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

/** A caller has at least this long to read a response, in milliseconds. */
const takingMs = 10_000;

/** Starts the request's deadline as soon as it arrives, and closes the connection of a caller that does not read the response in time. */
export function startDeadline(timeoutMs: number, now?: () => number): RequestHandler {
  return (_request, response, next) => {
    response.locals.deadline = deadlineIn(timeoutMs, now);
    const timer = setTimeout(() => response.destroy(), timeoutMs + Math.max(timeoutMs, takingMs));
    timer.unref();
    response.once('close', () => clearTimeout(timer));
    next();
  };
}

/** The request that is being served, as the bridge needs it. */
export function callContext(response: Response, urgency: CallContext['urgency']): CallContext {
  const { deadline, traceparent } = response.locals;
  return { requestId: response.req.id as string, urgency, deadline, ...(traceparent !== undefined && { traceparent }) };
}

/** Facts for the request's one log line: counts, never values. */
export function noteFacts(response: Response, facts: Readonly<Record<string, unknown>>): void {
  response.locals.facts = { ...response.locals.facts, ...facts };
}

import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { CallContext } from '../crm/crm.ts';
import type { HubSpotExchange } from '../crm/hubspot/transport/exchange.ts';
import type { AnsweredRequest } from '../http/request-meter.ts';
import type { RequestTracer } from '../http/trace-requests.ts';
import type { Logger } from '../logger.ts';
import { version } from '../version.ts';
import { formatTraceparent, parseTraceparent } from './trace-context.ts';

export interface Tracing extends RequestTracer {
  /** A span for one attempt of a call, below the span of the request that made it. */
  observeCall(context: CallContext, exchange: TracedCall): void;
  /** Exports what is left, within about a second. */
  close(): Promise<void>;
}

type TracedCall = Pick<
  HubSpotExchange,
  'purpose' | 'method' | 'status' | 'startedAt' | 'durationMs' | 'waitedMs' | 'attempt' | 'error'
>;

/**
 * Traces requests and calls. Without an endpoint nothing is recorded and no SDK is loaded: a trace that the caller began is passed on
 * and named in the log, no more. Attributes hold names and numbers, never values or ids of records.
 * @param endpoint OTLP over HTTP, without `/v1/traces`.
 */
export async function startTracing(endpoint: string | undefined, log: Logger): Promise<Tracing> {
  if (endpoint === undefined) return traceWith(trace.getTracer('enginy-bridge'), async () => {});
  const { createOtlpProvider } = await import('./otlp-provider.ts');
  const provider = createOtlpProvider(endpoint, log);
  return traceWith(provider.getTracer('enginy-bridge', version), provider.close);
}

function traceWith(tracer: Tracer, close: () => Promise<void>): Tracing {
  return {
    close,
    start(header) {
      const span = tracer.startSpan('request', { kind: SpanKind.SERVER }, parentOf(header));
      const context = span.spanContext();
      const traceparent = formatTraceparent(context);
      return {
        traceparent,
        traceId: traceparent === undefined ? undefined : context.traceId,
        end({ method, route, status, facts }) {
          span.updateName(route === 'none' ? method : `${method} ${route}`);
          span.setAttributes({
            'http.request.method': method,
            ...(route === 'none' ? {} : { 'http.route': route }),
            'http.response.status_code': status,
            ...countsOf(facts),
          });
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    observeCall({ traceparent }, call) {
      const startTime = Date.parse(call.startedAt);
      const span = tracer.startSpan(call.purpose, { kind: SpanKind.CLIENT, startTime }, parentOf(traceparent));
      span.setAttributes({
        'http.request.method': call.method,
        ...(call.status === undefined ? {} : { 'http.response.status_code': call.status }),
        'http.request.resend_count': call.attempt - 1,
        'enginy_bridge.waited_ms': call.waitedMs,
      });
      // The sentence is the bridge's own, never HubSpot's.
      if (call.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: call.error });
      span.end(startTime + call.durationMs);
    },
  };
}

function parentOf(header: string | undefined) {
  const parent = parseTraceparent(header);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function countsOf(facts: AnsweredRequest['facts']): Attributes {
  const counts = Object.entries(facts).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(counts.map(([name, count]) => [`enginy_bridge.${name}`, count]));
}
